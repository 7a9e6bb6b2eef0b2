"""A team on its way waits on the other side's desk, rings their bell and is written to them; so is the answer."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from grants.desk.commands import answer_team, offer_team, send_digests
from grants.desk.queries.notices import notices_of
from grants.desk.tables.notices import notice_row
from grants.people.enums import HandoverAnswer
from grants.people.models import Handover, User
from tests.cast import XIHU, Cast, holding
from tests.factories import on
from tests.grants.desk.visiting import Visitor, text
from workflow.lifecycle import Role
from workflow.outbox import relay
from workflow.ports import SYSTEM


@pytest.fixture
def receiver(cast: Cast) -> User:
    cache.clear()
    person = holding(Role.COUNTY_OFFICER, "胡晓", login="xihu", organisation=cast.places[XIHU])
    User.objects.filter(pk=person.pk).update(email="hu@example.org")
    return person


@pytest.fixture
def handover(cast: Cast, receiver: User) -> Handover:
    """Shangcheng's officer asks Xihu to take the team."""
    return offer_team(cast.team, cast.places[XIHU], "团队活动都在西湖区。", actor=cast.county_officer)


def told(person: User) -> list[str]:
    relay()
    rows = notices_of(person).filter(kind="team").order_by("pk")
    return [notice_row(row).said for row in rows]


def answered(handover: Handover, answer: str, by: User, reason: str = "") -> None:
    relay()
    answer_team(handover, answer, actor=by, reason=reason)


def test_it_waits_on_the_desk_of_whoever_may_take_it(cast: Cast, receiver: User, handover: Handover):
    page = Visitor(receiver).open("home")
    assert "确认团队移交：晨光应急救护队" in re.sub(r"\s*<[^>]*>", "", page)
    assert reverse("handover_answer", args=[handover.pk]) in page
    assert "1件事等您办" in page
    assert "您有一件事要办：确认团队移交“晨光应急救护队”" in page
    asking = Visitor(cast.county_officer).open("home")
    assert "我送出去、等别人答复的" in asking
    assert "西湖区红十字会" in asking
    for other in (cast.city_officer, cast.officer, cast.team_leader):
        assert "团队移交" not in Visitor(other).open("home")
    answered(handover, HandoverAnswer.TAKEN, receiver)
    assert "确认团队移交" not in Visitor(receiver).open("home")


def test_the_bell_and_a_letter_say_so(cast: Cast, receiver: User, handover: Handover):
    assert told(receiver) == ["上城区红十字会想把这支团队移交给西湖区红十字会，等西湖区红十字会确认。"]
    assert told(cast.county_officer) == []
    page = Visitor(receiver).open("notices")
    assert "请确认团队移交" in page
    assert "晨光应急救护队" in page
    assert 'class="count"' in page
    relay()
    [letter] = mail.outbox
    assert letter.to == ["hu@example.org"]
    assert letter.subject == "【情暖浙江】团队移交：请确认团队移交，晨光应急救护队"
    assert reverse("handover_answer", args=[handover.pk]) in letter.body


def test_whoever_asked_learns_the_answer(cast: Cast, receiver: User, handover: Handover):
    answered(handover, HandoverAnswer.REFUSED, receiver, "团队不在本区。")
    assert told(cast.county_officer) == ["胡晓没有接收这支团队：团队不在本区。"]
    assert len(told(receiver)) == 1
    again = offer_team(cast.team, cast.places[XIHU], "再问一次。", actor=cast.county_officer)
    answered(again, HandoverAnswer.TAKEN, receiver)
    assert told(cast.county_officer)[-1] == "胡晓代西湖区红十字会接收了这支团队，今后由西湖区红十字会指导。"


def test_a_withdrawal_is_told_to_both(cast: Cast, receiver: User, handover: Handover):
    answered(handover, HandoverAnswer.WITHDRAWN, cast.county_leader)
    said = "张志强取消了把这支团队移交给西湖区红十字会。"
    assert told(receiver)[-1] == said
    assert told(cast.county_officer) == [said]
    assert "这一步已经办过" in Visitor(receiver).open("notices")


def test_a_university_is_answered_for_by_the_province(cast: Cast, receiver: User):
    college = next(place for place in cast.places["330000"].children.all() if place.level == "direct")
    handover = offer_team(cast.team, college, "团队都是这所学校的。", actor=cast.county_officer)
    assert len(told(cast.officer)) == 1
    assert reverse("handover_answer", args=[handover.pk]) in Visitor(cast.officer).open("home")
    assert reverse("handover_answer", args=[handover.pk]) in Visitor(cast.officer).open("organisations")


def test_who_asked_still_reads_the_answer_after_the_role_has_ended(cast: Cast, receiver: User, handover: Handover):
    answered(handover, HandoverAnswer.TAKEN, receiver)
    cast.county_officer.grants.update(valid_to="2026-03-01")
    assert len(told(cast.county_officer)) == 1
    assert "已接收" in Visitor(cast.county_officer).open("handover_answer", handover.pk)
    Visitor(cast.team_leader).open("handover_answer", handover.pk, status=404)


def test_the_digest_counts_it(cast: Cast, receiver: User, handover: Handover):
    with on(2026, 3, 9, 8):
        send_digests(actor=SYSTEM)
        relay()
        relay()
    digest = next(letter for letter in mail.outbox if "工作汇总" in letter.subject)
    assert "1件事等您办" in digest.subject
    assert "确认团队移交：晨光应急救护队" in digest.body


def test_only_the_other_side_is_offered_the_answer(cast: Cast, receiver: User, handover: Handover):
    assert "接收这支团队" in Visitor(receiver).open("handover_answer", handover.pk)
    assert "接收这支团队" not in Visitor(cast.county_officer).open("handover_answer", handover.pk)
    answer = Visitor(receiver).send("handover_answer", handover.pk, answer="refused", status=422)
    assert "请写明原因" in text(answer)
