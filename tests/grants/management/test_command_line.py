"""manage.py as people call it: with whatever Python is at hand, and before there is a database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.conf import settings

from tests.acceptance.world import empty


def test_verify_says_so_when_there_is_no_database_yet(tmp_path: Path):
    with empty(tmp_path) as world:
        done = world.manage("verify")

    assert (done.returncode, done.stdout) == (1, "")
    assert "数据库还没有建立" in done.stderr


def test_begin_says_so_too_in_both_languages(tmp_path: Path):
    with empty(tmp_path) as world:
        done = world.manage("begin", "--name", "管卫东")

    assert (done.returncode, done.stdout) == (1, "")
    assert "请先运行 ./manage.py migrate" in done.stderr
    assert "run ./manage.py migrate first" in done.stderr


def test_a_python_without_django_is_told_how_to_set_up(tmp_path: Path):
    """`-S` and `-E`: no site-packages, as on a machine where nothing has been installed."""
    alone = tmp_path / "manage.py"
    alone.write_bytes((settings.BASE_DIR / "manage.py").read_bytes())

    done = subprocess.run([sys.executable, "-S", "-E", str(alone)], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "make setup" in done.stderr
