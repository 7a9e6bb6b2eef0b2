"""Letters: what is told goes out by mail as each person wishes, once, and to nobody else."""

from __future__ import annotations

import datetime as dt
import smtplib
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act, choose_mail, read_notices, send_digests, send_reminders
from grants.desk.letters import token_of
from grants.desk.models import MailWishes
from grants.desk.queries.notices import notices_of
from grants.people.models import RoleGrant, User
from tests.cast import Cast
from tests.factories import a_complete_draft, due, on
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import county_recommends, starting
from workflow.actions import Refused
from workflow.deadlines import deadline, set_deadline
from workflow.models import Notice, NoticeKind, Outbox
from workflow.outbox import GIVE_UP_AFTER, relay
from workflow.ports import SYSTEM

DEFAULTS = {"language": "zh-hans", "handover": "each", "reminder": "each", "result": "each", "digest": "weekly"}


def submitted(cast: Cast) -> None:
    """A project that came to its county on the morning of 3 March; what was told so far was told."""
    project = a_complete_draft(cast)
    with on(2026, 3, 3):
        act(project, "submit", actor=cast.team_leader)
    User.objects.filter(username="county_officer").update(email="chen@example.org")


pytestmark = starting(submitted)


@pytest.fixture(autouse=True)
def _fresh(cast: Cast) -> Iterator[None]:
    cache.clear()
    mail.outbox.clear()
    yield
    cache.clear()


def letters() -> list[Any]:
    """What lies in the letter box after the outbox has been emptied twice: notices first, then their letters."""
    relay()
    relay()
    return list(mail.outbox)


def test_a_hand_over_is_a_letter_in_words_and_simple_html_without_foreign_content(cast: Cast, project: Project):
    with on(2026, 3, 3):
        [letter] = letters()
    page = str(letter.alternatives[0][0])
    assert letter.to == ["chen@example.org"]
    assert letter.subject == "【情暖浙江】轮到您：审阅并推荐，救在身边进社区"
    for body in (letter.body, page):
        assert "陈晓红，您好" in body
        assert "周明（项目负责人）办理了“提交申报”，轮到您。" in body
        assert f"http://127.0.0.1:8000{reverse('project', args=[project.pk])}" in body
        assert reverse("mail_stop", args=["x"])[:-2] in body
    assert not any(word in page for word in ("<img", "<link", "<script", "style=", "src="))


def test_a_letter_is_sent_once_however_often_its_message_comes(cast: Cast):
    with on(2026, 3, 3):
        first = letters()[0].extra_headers["Message-ID"]
        Outbox.objects.filter(topic="step").update(sent_at=None)
        assert len(letters()) == 1
        Outbox.objects.filter(topic="mail").update(sent_at=None)  # the relay died before it could note the delivery
        assert {one.extra_headers["Message-ID"] for one in letters()} == {first}


def test_in_the_embedded_profile_the_same_letter_is_the_same_file(cast: Cast, settings: Any, tmp_path: Path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "grants.desk.mailbox.Folder", tmp_path / "mail"
    with on(2026, 3, 3):
        for _ in range(2):
            letters()
            Outbox.objects.filter(topic="mail").update(sent_at=None)
    [file] = (tmp_path / "mail").iterdir()
    assert message_from_bytes(file.read_bytes())["To"] == "chen@example.org"


def test_who_wishes_none_or_no_single_letters_has_none(cast: Cast):
    choose_mail(DEFAULTS | {"handover": "digest"}, actor=cast.county_officer)
    with on(2026, 3, 3):
        assert letters() == []
    assert notices_of(cast.county_officer).exists()


@pytest.mark.parametrize("meanwhile", ["read", "no role", "closed account", "no wish"])
def test_a_letter_that_is_no_longer_wanted_does_not_go(cast: Cast, meanwhile: str):
    clerk = User.objects.filter(pk=cast.county_officer.pk)
    with on(2026, 3, 3):
        relay()
        happens: dict[str, Callable[[], object]] = {
            "read": lambda: read_notices(actor=cast.county_officer),
            "no role": lambda: RoleGrant.objects.filter(person__in=clerk).update(valid_to=dt.date(2026, 2, 1)),
            "closed account": lambda: clerk.update(is_active=False),
            "no wish": lambda: choose_mail(DEFAULTS | {"handover": "off"}, actor=cast.county_officer),
        }
        happens[meanwhile]()
        relay()
    assert not mail.outbox


def test_the_letter_is_in_the_persons_language(cast: Cast):
    choose_mail(DEFAULTS | {"language": "en"}, actor=cast.county_officer)
    with on(2026, 3, 3):
        [letter] = letters()
    assert "Your turn" in letter.subject
    assert "It is your turn." in letter.body


def test_old_news_is_no_letter(cast: Cast):
    with on(2026, 3, 11):
        assert letters() == []


class Broken(EmailBackend):
    """A server that knows nobody."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"chen@example.org": (550, b"no such user")})


def test_what_cannot_be_delivered_is_given_up_seen_by_the_administrator_and_named_in_no_log(
    cast: Cast, settings: Any, caplog: Any
):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    with on(2026, 3, 3):
        relay()
        Outbox.objects.filter(topic="mail").update(attempts=GIVE_UP_AFTER - 1)
        assert relay()["given_up"] == 1
    assert "chen@example.org" not in caplog.text
    row = Outbox.objects.get(topic="mail")
    assert row.error == "Undeliverable"
    administrator = Visitor(cast.sysadmin)
    page = administrator.open("mail_undelivered")
    assert f">{row.pk}<" in page
    assert "chen@example.org" not in page
    Visitor(cast.county_officer).open("mail_undelivered", status=404)
    Visitor(cast.county_officer).post("mail_again", row.pk, status=404)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    administrator.post("mail_again", row.pk)
    with on(2026, 3, 3, 10):
        assert len(letters()) == 1


# Wishes -----------------------------------------------------------------------------------------------------


def test_a_person_chooses_on_a_page(cast: Cast):
    clerk = Visitor(cast.county_officer)
    assert "chen@example.org" in clerk.open("mail_wishes")
    typed: dict[str, Any] = DEFAULTS | {"result": "off", "digest": "daily"}
    clerk.send("mail_wishes", **typed)
    row = MailWishes.objects.get(person=cast.county_officer)
    assert (row.result, row.digest, row.handover) == ("off", "daily", "each")


def test_what_goes_into_a_digest_needs_a_digest(cast: Cast):
    typed: dict[str, Any] = DEFAULTS | {"reminder": "digest", "digest": "off"}
    answer = Visitor(cast.county_officer).send("mail_wishes", status=422, **typed)
    assert "请选择多久发一次汇总" in text(answer)
    assert 'value="digest" id="id_reminder_digest" checked' in text(answer)
    with pytest.raises(Refused):
        choose_mail(DEFAULTS | {"handover": "always"}, actor=cast.county_officer)
    assert not MailWishes.objects.exists()


def test_the_link_of_a_letter_stops_its_kind_without_signing_in_and_only_by_a_press(client: Client, cast: Cast):
    place = reverse("mail_stop", args=[token_of(cast.county_officer, "handover")])
    assert client.get(place).status_code == 200
    assert not MailWishes.objects.exists()
    assert client.post(place, {"List-Unsubscribe": "One-Click"}).status_code == 200
    row = MailWishes.objects.get(person=cast.county_officer)
    assert (row.handover, row.reminder, row.digest) == ("off", "each", "weekly")
    client.post(place, {"all": "1"})
    row.refresh_from_db()
    assert {row.handover, row.reminder, row.result, row.digest} == {"off"}


def test_a_link_that_we_did_not_sign_stops_nothing(client: Client, cast: Cast):
    token = token_of(cast.county_officer, "handover")
    assert client.post(reverse("mail_stop", args=[token[:-2] + "xx"])).status_code == 404
    assert not MailWishes.objects.exists()


# Reminders --------------------------------------------------------------------------------------------------


def reminded(person: User) -> list[int]:
    """How many working days each reminder of the person named, in order."""
    return list(notices_of(person).filter(kind=NoticeKind.REMINDER).order_by("pk").values_list("days", flat=True))


def test_a_deadline_reminds_seven_three_and_one_working_day_before_and_one_after(cast: Cast, project: Project):
    with on(2026, 3, 3):
        set_deadline(project, "county_recommend", dt.datetime(2026, 3, 20, 17, tzinfo=dt.UTC))
        last = due(project, "county_recommend").date()
    assert last == dt.date(2026, 3, 21)  # a Saturday: its last working day is the Friday before
    for day in range(4, 32):
        for hour in (7, 8, 12):
            with on(2026, 3, day, hour):
                send_reminders(actor=SYSTEM)
    assert reminded(cast.county_officer) == [7, 3, 1, -1]
    assert reminded(cast.county_leader) == [7, 3, 1, -1]
    assert reminded(cast.city_officer) == []
    days = Notice.objects.filter(kind=NoticeKind.REMINDER, person=cast.county_officer).values_list("at", flat=True)
    assert [at.date().day for at in days.order_by("pk")] == [11, 17, 19, 23]


def test_no_reminder_goes_at_night_or_on_a_day_off(cast: Cast, project: Project):
    with on(2026, 3, 3):
        set_deadline(project, "county_recommend", dt.datetime(2026, 3, 17, 9, tzinfo=dt.UTC))
    for day, hour in ((7, 12), (8, 12), (9, 7)):
        with on(2026, 3, day, hour):
            assert send_reminders(actor=SYSTEM) == 0


def test_what_is_done_meanwhile_reminds_nobody(cast: Cast, project: Project):
    with on(2026, 3, 3):
        set_deadline(project, "county_recommend", dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC))
        county_recommends(cast, project)
    with on(2026, 3, 9):
        send_reminders(actor=SYSTEM)
    assert reminded(cast.county_officer) == []


def test_a_deadline_that_was_moved_reminds_anew_and_its_old_letter_does_not_go(cast: Cast, project: Project):
    with on(2026, 3, 3):
        relay()
        relay()
        mail.outbox.clear()
        set_deadline(project, "county_recommend", dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC))
    with on(2026, 3, 9):
        send_reminders(actor=SYSTEM)
        set_deadline(
            project,
            "county_recommend",
            dt.datetime(2026, 3, 17, 9, tzinfo=dt.UTC),
            starts_at=dt.datetime(2026, 3, 3, tzinfo=dt.UTC),
        )
        assert letters() == []
        read_notices(actor=cast.county_officer)
    with on(2026, 3, 16):
        send_reminders(actor=SYSTEM)
        [letter] = letters()
    assert letter.subject == "【情暖浙江】期限提醒：县级推荐，救在身边进社区"
    assert "还剩1个工作日" in letter.body


def test_a_replayed_tick_reminds_nobody_twice(cast: Cast, project: Project):
    with on(2026, 3, 3):
        set_deadline(project, "county_recommend", dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC))
    with on(2026, 3, 9):
        for _ in range(3):
            send_reminders(actor=SYSTEM)
        assert Outbox.objects.filter(topic="mail", key__contains="reminder").count() == 1
    assert reminded(cast.county_officer) == [1]


# Digests ----------------------------------------------------------------------------------------------------


def test_the_first_working_day_of_a_week_brings_what_waits_once(cast: Cast, project: Project):
    for day, hour in ((8, 12), (9, 7), (9, 8), (9, 9), (10, 8), (11, 8)):
        with on(2026, 3, day, hour):
            send_digests(actor=SYSTEM)
    with on(2026, 3, 11, 8):
        found = [one for one in letters() if "工作汇总" in one.subject]
    assert [one.subject for one in found] == ["【情暖浙江】工作汇总：1件事等您办"]
    assert "审阅并推荐：救在身边进社区" in found[0].body


def test_a_daily_digest_carries_what_is_not_sent_singly_and_nothing_is_no_letter(cast: Cast, project: Project):
    choose_mail(DEFAULTS | {"handover": "digest", "digest": "daily"}, actor=cast.county_officer)
    with on(2026, 3, 3):
        relay()
        send_digests(actor=SYSTEM)
        [letter] = letters()
        assert "未读通知" in letter.body
        county_recommends(cast, project)
        read_notices(actor=cast.county_officer)
    mail.outbox.clear()
    with on(2026, 3, 4):
        send_digests(actor=SYSTEM)
        assert letters() == []
    assert deadline(project, "county_recommend") is None


def test_who_has_no_address_is_led_to_where_it_is_written_down(cast: Cast):
    page = Visitor(cast.county_leader).open("mail_wishes")
    assert f'<a href="{reverse("own_contacts")}">到“我的账号”里填邮箱' in page
    assert "收不到邮件" not in Visitor(cast.county_officer).open("mail_wishes")
