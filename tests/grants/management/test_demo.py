"""The demonstration keeps to its own data."""

from __future__ import annotations

import socket

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection

from grants.management.commands import demo


def test_without_demo_mode_it_does_not_start():
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo")


def test_a_taken_port_is_named_before_anything_happens(settings):
    with socket.socket() as other:
        other.bind((demo.HOST, 0))
        other.listen()
        settings.DEMO, settings.PORT = True, other.getsockname()[1]
        with pytest.raises(CommandError, match=str(settings.PORT)):
            call_command("demo", "--reset")


@pytest.mark.django_db
def test_a_database_without_people_becomes_the_demonstrations_own(tmp_path):
    demo.claim(tmp_path / "demo")
    get_user_model().objects.create_user("zhou")
    demo.claim(tmp_path / "demo")


@pytest.mark.django_db
def test_a_database_of_real_people_is_refused(tmp_path):
    get_user_model().objects.create_user("zhou")
    with pytest.raises(CommandError, match="真实用户"):
        demo.claim(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


@pytest.mark.django_db
def test_data_the_demonstration_did_not_make_is_not_removed(tmp_path):
    (tmp_path / "db.sqlite3").touch()
    with pytest.raises(CommandError, match="不是演示建立的" if connection.vendor == "sqlite" else "外部数据库"):
        demo.forget(tmp_path)
    assert (tmp_path / "db.sqlite3").exists()


def test_a_reset_removes_the_demonstrations_data_and_nothing_else(tmp_path):
    (tmp_path / "documents").mkdir()
    for name in ("demo", "db.sqlite3", "db.sqlite3-wal", "secret_key", "mine.txt"):
        (tmp_path / name).touch()
    demo.remove(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", "secret_key"]


def test_nothing_is_healthy_where_nothing_answers():
    with socket.socket() as free:
        free.bind((demo.HOST, 0))
        port = free.getsockname()[1]
    assert not demo.healthy(port)
    assert not demo.taken(port)
