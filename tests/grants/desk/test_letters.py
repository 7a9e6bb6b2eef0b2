"""A kind refusal: prepared, sent once the refusal is public, and what a team may do with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants.applications.models import Project
from grants.awards.letters import save_letter, send_letter, suggestions
from grants.awards.models import Objection, RefusalLetter
from grants.desk.commands import act
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.standouts import standouts
from tests.cast import Cast
from tests.factories import a_planned_round, on, rehearse
from tests.grants.desk.leaks import leaks
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import decided, marks, money_in, projects_in, round_on, starting
from workflow import clock
from workflow.actions import Refused, Stale
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState
from workflow.models import Notice, NoticeKind
from workflow.outbox import relay

WORDS: dict[str, Any] = {"strongest": "队伍稳定。", "weakest": "预算写得太粗。", "advice": "下次把单价的依据写上。"}


def one_declined(cast: Cast) -> None:
    """Three reviewed projects of which the meeting declined the last; nothing is announced yet."""
    found = projects_in(cast, S.UNDER_REVIEW, 3)
    with on(2026, 5, 25):
        for place, project in enumerate(found):
            for person in cast.reviewers[:3]:
                act(project, "declare_no_conflict", actor=person)
                act(project, "score", actor=person, given=_uneven(cast, place))
    with on(2026, 6, 1):
        round_on(cast, RoundState.DELIBERATING)
        money_in(cast, 8_000_000)
        for project in found[:2]:
            decided(cast, project, "shortlist", amount_fen=project.requested_fen)
        decided(cast, found[2], "decline", reason="排名靠后")


def _uneven(cast: Cast, place: int) -> dict[str, Any]:
    """The third project is best in the first criterion and far behind in the second."""
    given = marks(cast, 88 - 5 * place)
    assert cast.round
    first, second = rules_of(cast.round).rubric.criteria[:2]
    return given | ({first.code: 2 * first.weight, second.code: second.weight} if place == 2 else {})


pytestmark = starting(one_declined)


@pytest.fixture
def declined(projects: list[Project]) -> Project:
    return projects[2]


def announced(cast: Cast) -> None:
    with on(2026, 6, 8):
        round_on(cast, RoundState.PUBLICITY)


def an_open_call(cast: Cast) -> Round:
    """Another round, whose call is open."""
    with on(2026, 6, 8):
        made = a_planned_round(cast, year=2027)
        rehearse(cast, made)
        round_on_call(cast, made)
    return made


def round_on_call(cast: Cast, round_: Round) -> None:
    from tests.factories import a_notice, together  # noqa: PLC0415 -- used here alone

    notice = str(a_notice(cast, round_).pk)
    together(round_, "publish_call", by=cast.officer, endorsed_by=cast.business_lead, notice=notice)


def test_what_is_suggested_names_the_best_and_the_weakest_criterion_and_no_number(cast: Cast, declined: Project):
    found = standouts(declined.round, [declined.pk])[declined.pk]
    first, second = rules_of(declined.round).rubric.criteria[:2]
    assert (found.strong.code, found.weak.code, found.above) == (first.code, second.code, True)
    told = suggestions(declined.round, [declined.pk])[declined.pk]
    assert first.zh in told["strongest"]
    assert second.zh in told["weakest"]
    assert second.zh in told["advice"]
    assert not any(sign.isdigit() for said in told.values() for sign in said)


def test_of_fewer_than_three_scores_nothing_is_told(cast: Cast, declined: Project):
    declined.figures.scores = 2
    declined.figures.save(update_fields=["scores"])
    assert standouts(declined.round, [declined.pk]) == {}
    told = suggestions(declined.round, [declined.pk])[declined.pk]
    assert (told["strongest"], told["weakest"]) == ("", "")
    assert told["advice"]


def test_nothing_is_sent_before_the_decision_is_public(cast: Cast, declined: Project):
    with on(2026, 6, 2):
        officer, leader = Visitor(cast.officer), Visitor(declined.leader)
        assert "可以先写好" in officer.open("refusal_letters", declined.round_id)
        with pytest.raises(Refused, match="公布以后"):
            send_letter(declined, actor=cast.officer)
        officer.send("refusal_letter", declined.pk, **WORDS, save="1")
        leader.open("refusal_letter", declined.pk, status=404)
        with pytest.raises(IntegrityError), transaction.atomic():
            RefusalLetter.objects.update(sent_by=cast.officer, sent_at=clock.now(), appeal_until=dt.date(2026, 7, 1))
    announced(cast)
    with on(2026, 6, 9):
        assert "说明还没有发出" in leader.open("refusal_letter", declined.pk)
        leader.open("refusal_letter_print", declined.pk, status=404)


def test_the_team_reads_what_the_officer_wrote_once_and_has_one_notice(cast: Cast, declined: Project):
    announced(cast)
    with on(2026, 6, 9):
        officer, leader = Visitor(cast.officer), Visitor(declined.leader)
        assert "做得比较突出" in officer.open("refusal_letter", declined.pk)
        officer.send("refusal_letter", declined.pk, **WORDS, send="1")
        officer.post("refusal_letters", declined.round_id, status=422, project=str(declined.pk))
        relay(1000)
        notices = Notice.objects.filter(kind=NoticeKind.REPLY)
        assert [one.person_id for one in notices] == [declined.leader_id]
        assert "未立项说明" in leader.open("notices")
        for name in ("refusal_letter", "refusal_letter_print"):
            page = leader.open(name, declined.pk)
            for words in WORDS.values():
                assert words in page
        assert reverse("refusal_letter", args=[declined.pk]) in leader.open("project", declined.pk)
        with pytest.raises(Refused, match="已经发出"):
            save_letter(declined, WORDS | {"advice": "另一句"}, actor=cast.officer)
        with pytest.raises(IntegrityError), transaction.atomic():
            RefusalLetter.objects.update(advice="另一句")


def test_many_are_sent_at_once_each_for_itself(cast: Cast, declined: Project):
    announced(cast)
    with on(2026, 6, 9):
        officer = Visitor(cast.officer)
        hidden = officer.hidden("refusal_letters", declined.round_id)
        page = text(officer.post("refusal_letters", declined.round_id, status=200, project=str(declined.pk), **hidden))
        assert "1份都已发出" in page
        letter = RefusalLetter.objects.get()
        assert letter.sent_by == cast.officer
        assert letter.appeal_until == dt.date(2026, 6, 24)  # ten working days, less Dragon Boat on the 19th


def test_names_of_reviewers_numbers_and_an_old_version_are_refused_with_everything_typed(cast: Cast, declined: Project):
    with on(2026, 6, 2):
        officer = Visitor(cast.officer)
        page = text(officer.send("refusal_letter", declined.pk, status=422, **(WORDS | {"weakest": "吴春梅说太粗"})))
        assert "请删去人名" in page
        assert "吴春梅说太粗" in page
        page = text(officer.send("refusal_letter", declined.pk, status=422, **(WORDS | {"advice": "问13812345678"})))
        assert "请删去手机号" in page
        officer.send("refusal_letter", declined.pk, **WORDS)
        with pytest.raises(Stale):
            save_letter(declined, WORDS | {"advice": "另一句"}, actor=cast.officer, version=0)
        with pytest.raises(Refused, match="由省级项目管理员写"):
            save_letter(declined, WORDS | {"advice": "另一句"}, actor=cast.business_lead)


def test_one_press_copies_the_application_into_the_open_round_and_only_once(cast: Cast, declined: Project):
    announced(cast)
    made = an_open_call(cast)
    with on(2026, 6, 9):
        send_letter(declined, actor=cast.officer)
        leader = Visitor(declined.leader)
        page = leader.open("refusal_letter", declined.pk)
        assert "抄到这一轮" in page
        for _ in range(2):
            leader.post("refusal_letter", declined.pk, again="1", key="0" * 32)
        new = Project.objects.get(round=made)
        assert new.title == declined.title
        assert new.copied
        assert "去看这份申报" in leader.open("refusal_letter", declined.pk)


def test_the_leader_objects_once_within_the_time_of_the_round(cast: Cast, declined: Project):
    announced(cast)
    with on(2026, 6, 9):
        send_letter(declined, actor=cast.officer)
        leader = Visitor(declined.leader)
        leader.post("refusal_letter", declined.pk, status=422, object="1", text="", key="a" * 32)
        for _ in range(2):
            leader.post("refusal_letter", declined.pk, object="1", text="材料没有被看到", key="a" * 32)
        found = Objection.objects.get()
        assert (found.kind, found.objector, found.state) == ("appeal", declined.leader.name, "received")
        assert "正在核查" in leader.open("refusal_letter", declined.pk)
        again = leader.post("refusal_letter", declined.pk, status=422, object="1", text="再说一次", key="b" * 32)
        assert "正在核查" in text(again)


def test_after_its_last_day_nobody_objects(cast: Cast, declined: Project):
    announced(cast)
    with on(2026, 6, 9):
        send_letter(declined, actor=cast.officer)
    with on(2026, 6, 25):
        leader = Visitor(declined.leader)
        page = leader.open("refusal_letter", declined.pk)
        assert "提出异议</button>" not in page
        assert "已经过了" in page
        late = leader.post("refusal_letter", declined.pk, status=422, object="1", text="太晚了", key="c" * 32)
        assert "已经过了" in text(late)
    assert not Objection.objects.exists()


@pytest.mark.pages
def test_a_letter_that_is_only_prepared_leaks_nowhere(cast: Cast, declined: Project):
    announced(cast)
    with on(2026, 6, 9):
        urls = [reverse(name, args=[declined.pk]) for name in ("project", "refusal_letter", "project_text")]
        urls += [reverse("home"), reverse("notices"), reverse("round", args=[declined.round_id])]
        people = [declined.leader, cast.county_officer, cast.reviewers[0], None]
        assert list(leaks(people, urls, lambda: save_letter(declined, WORDS, actor=cast.officer))) == []


def test_letters_are_for_the_team_and_those_who_answer_for_them(cast: Cast, declined: Project):
    announced(cast)
    with on(2026, 6, 9):
        send_letter(declined, actor=cast.officer)
        for person in (cast.county_officer, cast.reviewers[0], cast.sysadmin, cast.team_leader):
            Visitor(person).open("refusal_letter", declined.pk, status=404)
            Visitor(person).open("refusal_letters", declined.round_id, status=404)
        for person in (cast.business_lead, cast.auditor):
            assert "下次申报" in Visitor(person).open("refusal_letter", declined.pk)
