"""The demonstration: told once, sound to the fen, with work or a purpose for everybody."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from grants.applications.models import Project
from grants.desk.demo import accounts
from grants.desk.demo.roster import PEOPLE
from grants.people.models import User
from tests.grants.desk.visiting import Visitor
from workflow.lifecycle import Role
from workflow.models import Step

pytestmark = pytest.mark.django_db
WATCHING = ("su", "guan")  # for whose roles nothing ever waits


def test_outside_a_demonstration_nothing_is_loaded(settings: Any):
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_there_is_an_account_for_every_role():
    assert {person.role for person in PEOPLE} == set(Role) - {Role.SYSTEM}
    assert [account[0] for account in accounts()] == [person.login for person in PEOPLE]


def test_a_half_told_story_is_not_told_on(settings: Any):
    settings.DEMO = True
    User.objects.create(username=PEOPLE[0].login, name=PEOPLE[0].name)
    with pytest.raises(CommandError, match="一半"):
        call_command("load_demo")


@pytest.mark.pages
def test_the_whole_story(settings: Any, client: Client):
    settings.DEMO = True
    call_command("load_demo")
    steps = Step.objects.count()
    call_command("load_demo")
    assert Step.objects.count() == steps
    call_command("verify", stdout=io.StringIO())
    assert Project.objects.values("state").distinct().count() >= 15
    assert client.login(username="chen", password="demo")
    for login, _password, _role, purpose in accounts():
        page = Visitor(User.objects.get(username=login)).open("home")
        assert purpose in page
        assert ("现在没有事等您办" not in page) is (login not in WATCHING)
    lin = Visitor(User.objects.get(username="lin"))
    for project in Project.objects.all():
        assert project.title in lin.open("project", project.pk)
    archived = Project.objects.get(state="archived")
    assert "两边都平" in lin.open("project", archived.pk)
