"""A real installation begins on an empty database, and beginning again doubles nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from grants.desk.commands import begin_installation
from grants.people.closing import administrators
from grants.people.commands import end_role
from grants.people.commands.access import come_in
from grants.people.enums import Ending, Level, Line, Purpose
from grants.people.models import AccessEnd, AccessLink, Organisation, RegisterLine, User
from grants.people.queries import province
from grants.programmes.models import CalendarYear, Programme
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refused

pytestmark = pytest.mark.django_db
SECRET = "a bridge over the river"


def began(**given: str) -> Any:
    return begin_installation(**({"name": "管卫东"} | given))


def refused(**given: str) -> tuple[str, ...]:
    with pytest.raises(Refused) as found:
        begin_installation(**given)
    return found.value.codes


def test_everything_is_there_that_a_first_round_needs_and_no_page_makes():
    begun = began(mobile="13800000001")
    assert begun.planted == Organisation.objects.count() == 102
    assert not Organisation.objects.filter(level=Level.DIRECT).exists()
    assert CalendarYear.objects.exists()
    assert Programme.objects.get().code == "QNZJ"
    [keeper] = administrators()
    assert begun.keepers == (keeper,)
    grant = keeper.grants.get()
    assert (grant.role, grant.organisation, grant.granted_by) == (Role.SYSADMIN, province(), None)
    assert (keeper.mobile, keeper.has_usable_password()) == ("+8613800000001", False)
    line = RegisterLine.objects.get()
    assert (line.what, line.by, line.person, line.reason) == (Line.ADMITTED, None, keeper, "首次安装")


def test_the_administrator_comes_in_by_the_link_and_finds_the_way(client: Client):
    token = began().handed.token
    link = reverse("enter", args=[token])
    assert "请您管理情暖浙江的账号" in client.get(link).content.decode()
    typed = {"name": "管卫东", "mobile": "13800000001", "password": SECRET, "password_again": SECRET}
    assert client.post(link, typed).status_code == 302
    client.force_login(User.objects.get(name="管卫东"))
    for name in ("invite", "register_team", "register_organisation", "people"):
        assert client.get(reverse(name)).status_code == 200
    assert "在服务器上" in client.get(reverse("account")).content.decode()


def test_beginning_again_doubles_nothing_and_replaces_the_link_nobody_used():
    first = began().handed
    again = began(name="")
    assert (again.planted, User.objects.count(), Programme.objects.count()) == (0, 1, 1)
    assert AccessEnd.objects.get(link=first.link).how == Ending.REPLACED
    assert AccessEnd.objects.get(link=first.link).by is None
    with pytest.raises(Refused):
        come_in(first.token, SECRET)
    come_in(again.handed.token, SECRET, mobile="13800000001")
    assert began().handed is None
    assert AccessLink.objects.count() == 2


def test_without_a_name_nothing_begins_at_all():
    assert refused() == ("name",)
    assert refused(name="管卫东", mobile="123") == ("mobile",)
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


def test_another_administrator_needs_the_option_and_a_reason():
    come_in(began().handed.token, SECRET, mobile="13800000001")
    assert refused(name="李四") == ("another",)
    assert refused(name="李四", another="长" * 401) == ("reason",)
    assert refused(another="轮岗") == ("name",)
    begun = began(name="李四", another="管卫东退休")
    assert [one.name for one in begun.keepers] == ["管卫东", "李四"]
    assert RegisterLine.objects.get(person__name="李四").reason == "管卫东退休"
    again = began(name="李四", another="管卫东退休")
    assert User.objects.count() == 2
    assert again.handed.link.person == begun.handed.link.person


def test_an_only_administrator_who_forgot_the_password_gets_in_again():
    come_in(began().handed.token, SECRET, mobile="13800000001")
    handed = began(another="忘了密码，没有别的管理员").handed
    assert handed.link.purpose == Purpose.RESET
    assert come_in(handed.token, "another secret").check_password("another secret")
    assert User.objects.count() == 1


def test_where_nobody_is_in_office_any_more_the_option_is_asked_for():
    begun = began()
    end_role(begun.keepers[0].grants.get(), actor=SYSTEM)
    assert refused() == ("another",)
    assert [one.name for one in began(name="李四", another="前任离职").keepers] == ["李四"]


def test_nobody_is_admitted_with_a_number_that_has_an_account():
    come_in(began().handed.token, SECRET, mobile="13800000001")
    assert refused(name="李四", mobile="13800000001", another="轮岗") == ("known",)


# manage.py begin ------------------------------------------------------------------------------------------------


def said(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    call_command("begin", *options)
    return capsys.readouterr().out


def test_the_command_says_in_both_languages_what_is_there_and_prints_the_link(settings, capsys, tmp_path):
    settings.DATA_DIR, settings.SITE_URL = tmp_path, "https://grants.example.org"
    told = said(capsys, "--name", "管卫东", "--mobile", "13800000001")
    for words in ("登记了102个红十字会", "102 Red Crosses are registered", "系统管理员：管卫东。"):
        assert words in told
    token = told.partition("https://grants.example.org/enter/")[2].partition("/")[0]
    assert come_in(token, SECRET)
    told = said(capsys)
    assert "没有发链接" in told
    assert "No link" in told
    assert "/enter/" not in told


def test_the_command_refuses_in_both_languages(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match=r"(?s)请用 --name.*Say with --name"):
        call_command("begin")


def test_the_data_of_a_demonstration_is_left_alone(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "demo").touch()
    with pytest.raises(CommandError, match="演示的数据"):
        call_command("begin", "--name", "管卫东")
    assert not get_user_model().objects.exists()
