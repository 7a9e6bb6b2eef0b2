"""A panel: its agenda, its drawn order, who keeps away, marks that nobody sees before all have locked, its minutes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.db import DatabaseError, transaction

from grants.applications.models import Project
from grants.kernel.scoring import drawn_order
from grants.programmes.profile import Profile, load_profile
from grants.reviews.panel.commands import (
    ask_to_close,
    bind_signed,
    draw_order,
    finish,
    go_on,
    keep_away,
    mark,
    note_presence,
    put_on_agenda,
    sign_minutes,
    take_off_agenda,
)
from grants.reviews.panel.disclosing import agree_disclosure, ask_disclosure, look_behind
from grants.reviews.panel.enums import Stage
from grants.reviews.panel.models import (
    PanelClosing,
    PanelConsent,
    PanelItem,
    PanelLook,
    PanelMark,
    PanelMinutes,
    PanelRoll,
    PanelSession,
    PanelStage,
)
from grants.reviews.panel.queries import panel, panel_means, totals_shown
from grants.reviews.queries import ranking
from storage.models import Attachment
from tests.cast import Cast
from tests.factories import a_document, a_planned_round, on
from tests.grants.reviews.panel_steps import (
    PANELS,
    SEED,
    a_panel,
    begun,
    came,
    drawn,
    halves,
    locks,
    near,
    now,
    reviewed,
    whole,
)
from tests.journey_steps import starting
from workflow import chain, clock
from workflow.refusals import Refused

pytestmark = starting(reviewed)


@pytest.fixture(autouse=True)
def on_the_day(cast: Cast) -> Iterator[None]:
    with on(2026, 5, 27):
        yield


@pytest.fixture
def session(cast: Cast, projects: list[Project]) -> PanelSession:
    return a_panel(cast, projects[:3])


def refused(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.code for one in error.value.reasons]


def test_where_the_round_does_not_say_so_there_is_no_panel(cast: Cast, projects: list[Project]):
    plain = load_profile("qingnuan")
    assert '"panel":' not in plain.canonical()
    assert '"panel":{"asking":5,"enabled":true' in Profile.parse(PANELS).canonical()
    other = a_planned_round(cast, year=2027)
    with pytest.raises(Refused) as error:
        a_panel(cast, projects, round_=other)
    assert refused(error) == ["panel_off"]


def test_what_is_missing_to_open_one_is_said_at_once(cast: Cast, projects: list[Project]):
    with pytest.raises(Refused) as error:
        a_panel(cast, projects, members=[cast.reviewers[0].pk], chair=cast.officer.pk, place=" ")
    assert refused(error) == ["place", "chair", "members"]


def test_one_panel_of_a_round_is_held_at_a_time(cast: Cast, projects: list[Project], session: PanelSession):
    with pytest.raises(Refused) as error:
        a_panel(cast, projects)
    assert refused(error) == ["one_is_open"]
    facts = {name: getattr(session, name) for name in ("round", "held_on", "place", "chair", "secretary", "at")}
    times = {"presenting": 8, "asking": 5, "scoring": 3}
    with pytest.raises(DatabaseError, match="one panel"), transaction.atomic():
        PanelSession.objects.create(number=2, basis="", **facts, **times)


def test_the_same_key_opens_it_once(cast: Cast, projects: list[Project]):
    assert a_panel(cast, projects, key="k").pk == a_panel(cast, projects, key="k").pk


def test_the_band_is_the_agenda_and_what_is_added_or_taken_off_says_why(
    cast: Cast, projects: list[Project], session: PanelSession
):
    with pytest.raises(Refused) as error:
        put_on_agenda(session, projects[3].pk, " ", actor=cast.officer)
    assert refused(error) == ["reason"]
    added = put_on_agenda(session, projects[3].pk, "县里来信反映，请会上再看", actor=cast.officer)
    assert put_on_agenda(session, projects[3].pk, "再点一次", actor=cast.officer) == added
    first = panel(session).points[0]
    take_off_agenda(session, first.item.pk, "已与另一项目合并", actor=cast.officer)
    take_off_agenda(session, first.item.pk, "再点一次", actor=cast.officer)
    found = panel(session)
    assert [one.project for one in found.live] == [projects[1], projects[2], projects[3]]
    assert [one.item.reason for one in found.live] == ["", "", "县里来信反映，请会上再看"]
    assert found.points[-1].item.drop.reason == "已与另一项目合并"


def test_the_order_is_drawn_once_from_a_seed_that_anybody_can_draw_again(
    cast: Cast, projects: list[Project], session: PanelSession
):
    drawn(cast, session)
    draw_order(session, "换一个", actor=cast.officer)
    found = panel(session)
    assert found.seed == SEED
    assert [one.project.number for one in found.live] == list(drawn_order([one.number for one in projects[:3]], SEED))
    assert [one.place for one in found.live] == [1, 2, 3]
    with pytest.raises(Refused) as error:
        put_on_agenda(session, projects[4].pk, "忘了", actor=cast.officer)
    assert refused(error) == ["drawn"]
    with pytest.raises(DatabaseError, match="fixed by the draw"), transaction.atomic():
        PanelItem.objects.create(session=session, project=projects[4], by=cast.officer, at=clock.now())


def test_without_words_from_the_room_chance_makes_the_seed(cast: Cast, session: PanelSession):
    draw_order(session, actor=cast.officer)
    assert len(panel(session).seed) == 16


def test_nobody_else_runs_it(cast: Cast, session: PanelSession):
    for person in (cast.reviewers[0], cast.team_leader, cast.auditor):
        with pytest.raises(Refused) as error:
            draw_order(session, actor=person)
        assert refused(error) == ["not_yours"]


def test_who_is_in_conflict_leaves_by_name_and_who_is_not_there_is_not_waited_for(cast: Cast, projects: list[Project]):
    session = a_panel(cast, projects[:3], cast.reviewers[:4])
    near(cast, cast.reviewers[1])
    came(cast, session, cast.reviewers[2])
    drawn(cast, session)
    point = begun(cast, session, Stage.PRESENTING)
    assert [(member.person, why) for member, why in point.recused] == [
        (cast.reviewers[1], "与申报团队同在一市：杭州市红十字会")
    ]
    assert [one.person for one in point.absent] == [cast.reviewers[2]]
    assert [one.member.person for one in point.voters] == [cast.reviewers[0], cast.reviewers[3]]
    with pytest.raises(Refused) as error:
        mark(session, point.item.pk, {}, lock=False, actor=cast.reviewers[1])
    assert refused(error) == ["not_on_roll"]


def test_a_project_that_fewer_than_two_may_mark_does_not_begin(cast: Cast, session: PanelSession):
    came(cast, session, *cast.reviewers[1:3])
    drawn(cast, session)
    following = panel(session).following
    assert following
    with pytest.raises(Refused) as error:
        go_on(session, following.item.pk, Stage.PRESENTING, actor=cast.chair)
    assert refused(error) == ["too_few"]


def test_a_chair_in_conflict_leaves_it_to_the_secretary(cast: Cast, session: PanelSession):
    near(cast, cast.chair)
    came(cast, session)
    drawn(cast, session)
    following = panel(session).following
    assert following
    with pytest.raises(Refused) as error:
        go_on(session, following.item.pk, Stage.PRESENTING, actor=cast.chair)
    assert refused(error) == ["recused"]
    go_on(session, following.item.pk, Stage.PRESENTING, actor=cast.officer)
    assert [member.person for member, _why in now(session).recused] == [cast.chair]
    with pytest.raises(Refused) as error:
        go_on(session, following.item.pk, Stage.ASKING, actor=cast.chair)
    assert refused(error) == ["recused"]


def test_nothing_is_shown_before_the_last_lock_which_shows_it(cast: Cast, session: PanelSession):
    came(cast, session)
    drawn(cast, session)
    point = begun(cast, session)
    item, people = point.item.pk, cast.reviewers[:3]
    for person, percent in zip(people, (70, 80), strict=False):
        locks(session, item, person, percent)
    mark(session, item, halves(session, 90), lock=False, actor=people[2])
    assert (now(session).locked, now(session).result, totals_shown([item])) == (2, None, {})
    with pytest.raises(Refused) as error:
        go_on(session, item, Stage.SHOWN, actor=cast.officer)
    assert refused(error) == ["sealed"]
    with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
        PanelStage.objects.create(item=point.item, stage=Stage.SHOWN, by=cast.officer, at=clock.now())
    locks(session, item, people[2], 90)
    shown = panel(session).last_shown
    assert shown
    assert shown.result
    assert shown.result.totals == tuple(sorted(sum(halves(session, one).values()) for one in (70, 80, 90)))
    assert shown.result.mean == round(sum(shown.result.totals) / 3 * 50)


def test_what_is_locked_stays_and_the_same_again_is_no_version(cast: Cast, session: PanelSession):
    came(cast, session)
    drawn(cast, session)
    item, person = begun(cast, session).item.pk, cast.reviewers[0]
    for _press in range(2):
        mark(session, item, halves(session, 70), lock=False, actor=person)
    mark(session, item, halves(session, 75), lock=False, actor=person)
    for _press in range(2):
        locks(session, item, person, 75)
    assert list(PanelMark.objects.values_list("number", "locked")) == [(1, False), (2, False), (3, True)]
    with pytest.raises(Refused) as error:
        locks(session, item, person, 60)
    assert refused(error) == ["locked"]
    roll = PanelRoll.objects.get(item=item, member__person=person)
    facts = {"halves": {}, "total_halves": 0, "at": clock.now()}
    with pytest.raises(DatabaseError, match="locked stays"), transaction.atomic():
        PanelMark.objects.create(roll=roll, number=4, **facts)
    other = PanelRoll.objects.get(item=item, member__person=cast.chair)
    with pytest.raises(DatabaseError, match="on the roll"), transaction.atomic():
        PanelMark.objects.create(roll=other, number=1, **facts)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PanelMark.objects.filter(roll=roll).update(total_halves=1)


def test_marks_come_only_while_the_panel_marks_and_only_within_bounds(cast: Cast, session: PanelSession):
    came(cast, session)
    drawn(cast, session)
    point, person = begun(cast, session, Stage.ASKING), cast.reviewers[0]
    with pytest.raises(Refused) as error:
        locks(session, point.item.pk, person, 80)
    assert refused(error) == ["not_now"]
    go_on(session, point.item.pk, Stage.SCORING, actor=cast.chair)
    with pytest.raises(Refused) as error:
        mark(session, point.item.pk, {"need": 41, "nothing": 1}, lock=False, actor=person)
    assert refused(error) == ["bounds", "bounds"]
    with pytest.raises(Refused) as error:
        mark(session, point.item.pk, {"need": 40}, lock=True, actor=person)
    assert set(refused(error)) == {"missing"}


def test_the_chair_closes_with_a_reason_and_another_person_agrees(cast: Cast, session: PanelSession):
    came(cast, session)
    drawn(cast, session)
    item = begun(cast, session).item.pk
    locks(session, item, cast.reviewers[0], 70)
    with pytest.raises(Refused) as error:
        ask_to_close(session, item, "等不到", actor=cast.officer)
    assert refused(error) == ["not_yours"]
    for _press in range(2):
        ask_to_close(session, item, "两位的手机没有信号，已口头说明", actor=cast.chair)
    with pytest.raises(Refused) as error:
        go_on(session, item, Stage.SHOWN, actor=cast.chair)
    assert refused(error) == ["same_person"]
    go_on(session, item, Stage.SHOWN, actor=cast.officer)
    assert PanelClosing.objects.count() == 1
    shown = panel(session).last_shown
    assert shown
    assert shown.result
    assert len(shown.result.totals) == 1
    assert [one.member.person for one in shown.waiting] == cast.reviewers[1:3]
    with pytest.raises(Refused) as error:
        locks(session, item, cast.reviewers[1], 70)
    assert refused(error) == ["not_now"]


def test_who_leaves_or_keeps_away_meanwhile_is_not_waited_for(cast: Cast, session: PanelSession):
    came(cast, session)
    drawn(cast, session)
    item = begun(cast, session).item.pk
    keep_away(session, item, "刚想起来曾给该队讲课收过酬金", actor=cast.reviewers[1])
    keep_away(session, item, "再点一次", actor=cast.reviewers[1])
    locks(session, item, cast.reviewers[0], 70)
    seat = session.members.get(person=cast.reviewers[2])
    note_presence(session, seat.pk, arrived=False, actor=cast.officer)
    shown = panel(session).last_shown
    assert shown
    assert shown.result
    assert len(shown.result.totals) == 1
    assert [why for _member, why in shown.recused] == ["刚想起来曾给该队讲课收过酬金"]
    assert [why for _member, why in shown.left] == ["离会"]


def test_who_comes_late_marks_from_the_next_project_on(cast: Cast, session: PanelSession):
    came(cast, session, cast.reviewers[2])
    drawn(cast, session)
    item = begun(cast, session, Stage.PRESENTING).item.pk
    late = session.members.get(person=cast.reviewers[2])
    for _press in range(2):
        note_presence(session, late.pk, arrived=True, actor=cast.reviewers[2])
    assert late.presences.count() == 1
    assert [one.person for one in now(session).absent] == [cast.reviewers[2]]
    for stage in (Stage.ASKING, Stage.SCORING):
        go_on(session, item, stage, actor=cast.officer)
    for person in cast.reviewers[:2]:
        locks(session, item, person, 80)
    assert cast.reviewers[2] in [one.member.person for one in begun(cast, session).voters]


def test_a_project_begins_when_the_one_before_is_through(cast: Cast, session: PanelSession):
    came(cast, session)
    drawn(cast, session)
    first = begun(cast, session)
    other = panel(session).following
    assert other
    with pytest.raises(Refused) as error:
        go_on(session, other.item.pk, Stage.PRESENTING, actor=cast.chair)
    assert refused(error) == ["busy"]
    with pytest.raises(DatabaseError, match="one project"), transaction.atomic():
        PanelStage.objects.create(item=other.item, stage=Stage.PRESENTING, by=cast.chair, at=clock.now())
    with pytest.raises(Refused) as error:
        finish(session, actor=cast.officer)
    assert refused(error) == ["unfinished"]
    with pytest.raises(DatabaseError, match="not finished"), transaction.atomic():
        PanelMinutes.objects.create(session=session, text="{}", digest="", by=cast.chair, at=clock.now())
    take_off_agenda(session, first.item.pk, "团队没有来", actor=cast.officer)
    assert begun(cast, session).item.pk == other.item.pk


def test_the_minutes_say_what_happened_and_not_whose_mark_is_whose(cast: Cast, session: PanelSession):
    near(cast, cast.reviewers[1])
    came(cast, session)
    drawn(cast, session)
    while following := panel(session).following:
        begun(cast, session)
        for person, percent in ((cast.reviewers[0], 90), (cast.reviewers[2], 70)):
            locks(session, following.item.pk, person, percent)
    for _press in range(2):
        finish(session, actor=cast.chair)
    kept = PanelMinutes.objects.get()
    assert kept.digest == chain.digest(kept.text)
    told = json.loads(kept.text)
    assert (told["chair"], told["secretary"], told["seed"]) == ("孙思远", "林雅琴", SEED)
    assert [one["place"] for one in told["agenda"]] == [1, 2, 3]
    assert all(one["recused"] == [["郑宏伟", "与申报团队同在一市：杭州市红十字会"]] for one in told["agenda"])
    assert all(one["totals"] == sorted(one["totals"]) for one in told["agenda"])
    with pytest.raises(Refused) as error:
        note_presence(session, session.members.earliest("pk").pk, arrived=False, actor=cast.officer)
    assert refused(error) == ["over"]


def test_the_official_score_and_rank_stay_what_they_were(cast: Cast, projects: list[Project], session: PanelSession):
    before = [(one.project.number, one.place, one.project.score_hundredths) for one in ranking(session.round)]
    came(cast, session)
    drawn(cast, session)
    whole(cast, session, (99, 99, 99))
    assert panel_means(session.round) == {}
    finish(session, actor=cast.officer)
    after = [(one.project.number, one.place, one.project.score_hundredths) for one in ranking(session.round)]
    assert before == after
    assert set(panel_means(session.round)) == {one.pk for one in projects[:3]}


def test_the_minutes_are_confirmed_by_those_who_were_there_or_bound_as_a_signed_paper(
    cast: Cast, session: PanelSession
):
    came(cast, session, cast.reviewers[2])
    drawn(cast, session)
    whole(cast, session, (80, 80))
    with pytest.raises(Refused) as error:
        sign_minutes(session, actor=cast.chair)
    assert refused(error) == ["not_yours"]
    kept = finish(session, actor=cast.officer)
    for person in (cast.chair, cast.chair, cast.officer, cast.reviewers[0]):
        sign_minutes(session, actor=person)
    for person in (cast.reviewers[2], cast.auditor):
        with pytest.raises(Refused) as error:
            sign_minutes(session, actor=person)
        assert refused(error) == ["not_yours"]
    paper = a_document(cast.officer, "签字的会评纪要")
    for _press in range(2):
        bind_signed(session, paper, actor=cast.officer)
    assert kept.signatures.count() == 4
    assert Attachment.objects.filter(slot="review_minutes").count() == 1


def test_two_people_open_who_gave_what_and_every_look_is_on_record(cast: Cast, session: PanelSession):
    came(cast, session)
    drawn(cast, session)
    item = begun(cast, session).item
    with pytest.raises(Refused) as error:
        ask_disclosure(item, "举报打分不公", actor=cast.discipline)
    assert refused(error) == ["sealed"]
    for person, percent in zip(cast.reviewers, (70, 80, 90), strict=False):
        locks(session, item.pk, person, percent)
    asked = ask_disclosure(item, "举报打分不公", actor=cast.discipline)
    assert ask_disclosure(item, "再点一次", actor=cast.discipline) == asked
    with pytest.raises(Refused) as error:
        look_behind(asked, actor=cast.discipline)
    assert refused(error) == ["not_open"]
    with pytest.raises(Refused) as error:
        agree_disclosure(asked, actor=cast.discipline)
    assert refused(error) == ["same_person"]
    with pytest.raises(DatabaseError, match="two people"), transaction.atomic():
        PanelConsent.objects.create(disclosure=asked, by=cast.discipline, at=clock.now())
    with pytest.raises(DatabaseError, match="another agreed"), transaction.atomic():
        PanelLook.objects.create(disclosure=asked, by=cast.discipline, at=clock.now())
    agree_disclosure(asked, actor=cast.business_lead)
    on_panel, on_paper = look_behind(asked, actor=cast.discipline)
    assert {one.name for one in on_panel} == {one.name for one in on_paper} == {one.name for one in cast.reviewers[:3]}
    assert PanelLook.objects.filter(disclosure=asked, by=cast.discipline).count() == 1
    with pytest.raises(Refused) as error:
        look_behind(asked, actor=cast.business_lead)
    assert refused(error) == ["not_open"]
    with on(2026, 6, 5), pytest.raises(Refused) as error:
        look_behind(asked, actor=cast.discipline)
    assert refused(error) == ["not_open"]


def test_neither_applicants_nor_recommenders_nor_the_panel_are_told_who_gave_what(cast: Cast, session: PanelSession):
    came(cast, session)
    drawn(cast, session)
    item = begun(cast, session).item
    for person, percent in zip(cast.reviewers, (70, 80, 90), strict=False):
        locks(session, item.pk, person, percent)
    for person in (cast.team_leader, cast.county_leader, cast.city_officer, cast.chair, cast.reviewers[0]):
        with pytest.raises(Refused):
            ask_disclosure(item, "想知道", actor=person)
