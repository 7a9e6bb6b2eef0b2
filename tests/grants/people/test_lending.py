"""Roles lent during a leave: to whom, for how long, what the stand-in may do, and what counts as one hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grants.applications.models import Project
from grants.desk.commands import act, put_forward, stand_behind
from grants.people.commands import end_role, grant_role
from grants.people.commands.lending import lend, take_back
from grants.people.lending import candidates, lendable
from grants.people.models import Lending, RoleGrant, User
from grants.people.queries import grants_held, hats, live_grants, own_hats
from grants.people.rules import exclude_each_other
from tests.cast import HANGZHOU, SHANGCHENG, XIHU, Cast, holding
from tests.factories import a_document, on
from tests.journey_steps import starting
from workflow import clock
from workflow.actions import Standing, blocked
from workflow.clock import SHANGHAI
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.models import Endorsement, Proposal, Step
from workflow.ports import SYSTEM, Right, domain
from workflow.refusals import Refused
from workflow.trail import given_of, steps_of
from workflow.verify import faults

FIRST, LAST = dt.date(2026, 3, 3), dt.date(2026, 3, 12)
OPINION = {"opinion": "同意推荐。", "rank": 1}


def own(person: User, role: str | None = None) -> list[RoleGrant]:
    return [one for one in live_grants(person) if role in {None, one.role}]


def lent(holder: User, stand_in: User, first: dt.date = FIRST, last: dt.date = LAST) -> Lending:
    """All the roles of a person, for ten days from tomorrow unless said otherwise."""
    return lend(own(holder), stand_in, first, last, "手上一件在等推荐。", actor=holder)[0]


def refused(holder: User, stand_in: User, first: dt.date = FIRST, last: dt.date = LAST, **changed: Any) -> set[str]:
    facts: dict[str, Any] = {"grants": own(holder), "note": "见交接事项。", "actor": holder} | changed
    with pytest.raises(Refused) as found:
        lend(facts["grants"], stand_in, first, last, facts["note"], actor=facts["actor"])
    assert not Lending.objects.exists()
    return set(found.value.codes)


def roles(person: User) -> set[tuple[str, int | None]]:
    """What the person may act with, and for whom."""
    return {(hat.role, hat.lent_by) for hat in hats(person)}


def against(project: Project, name: str, actor: User, **facts: Any) -> set[str]:
    return {reason.code for reason in blocked(project, name, actor, facts)}


# The days ---------------------------------------------------------------------------------------------------


def at(day: dt.date, hour: int, minute: int = 0) -> Any:
    return clock.held(dt.datetime.combine(day, dt.time(hour, minute), SHANGHAI))


def test_a_lent_role_is_the_stand_ins_from_the_first_midnight_to_the_last(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    theirs = (Role.COUNTY_OFFICER, cast.county_officer.pk)
    for day, hour, minute, held in (
        (FIRST - dt.timedelta(days=1), 23, 59, False),
        (FIRST, 0, 0, True),
        (LAST, 23, 59, True),
        (LAST + dt.timedelta(days=1), 0, 0, False),
    ):
        with at(day, hour, minute):
            assert (theirs in roles(cast.city_officer)) == held, (day, hour)


def test_midnight_is_that_of_zhejiang(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    with clock.held(dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)):
        assert (Role.COUNTY_OFFICER, cast.county_officer.pk) in roles(cast.city_officer)
    with clock.held(dt.datetime(2026, 3, 12, 16, 0, tzinfo=dt.UTC)):
        assert roles(cast.city_officer) == {(Role.CITY_OFFICER, None)}


def test_who_is_away_keeps_the_role_and_may_not_exercise_it(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    with on(2026, 3, 5):
        (mine,) = grants_held(cast.county_officer)
        assert mine.lent_away
        assert mine.hand == cast.city_officer.pk
    with on(2026, 3, 13):
        (mine,) = grants_held(cast.county_officer)
        assert not mine.lent_away


@pytest.mark.parametrize("who", ["county_officer", "city_officer"])
def test_either_of_the_two_ends_it_at_once(cast: Cast, who: str):
    slip = lent(cast.county_officer, cast.city_officer)
    with on(2026, 3, 5):
        (ended,) = take_back(slip, actor=getattr(cast, who))
        assert (ended.ended_by, ended.ended_at) == (getattr(cast, who), clock.now())
        assert roles(cast.city_officer) == {(Role.CITY_OFFICER, None)}
        with pytest.raises(Refused, match="已经结束"):
            take_back(slip, actor=cast.county_officer)


def test_nobody_else_ends_it(cast: Cast):
    slip = lent(cast.county_officer, cast.city_officer)
    for person in (cast.sysadmin, cast.county_leader, cast.stranger):
        with pytest.raises(Refused, match="只有交出人和代办人"):
            take_back(slip, actor=person)


def test_once_ended_the_days_are_free_to_lend_again(cast: Cast):
    take_back(lent(cast.county_officer, cast.city_officer), actor=cast.county_officer)
    assert lent(cast.county_officer, cast.city_leader).stand_in == cast.city_leader


def test_a_role_that_ends_is_lent_no_longer(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    with on(2026, 3, 5):
        end_role(own(cast.county_officer)[0], actor=cast.sysadmin, reason="调离")
        assert roles(cast.city_officer) == {(Role.CITY_OFFICER, None)}


# What is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (dt.date(2026, 3, 1), LAST, "past"),
        (LAST, FIRST, "days"),
        (FIRST, FIRST + dt.timedelta(days=90), "too_long"),
    ],
)
def test_the_days_are_sensible(cast: Cast, first: dt.date, last: dt.date, code: str):
    assert refused(cast.county_officer, cast.city_officer, first, last) == {code}


def test_ninety_days_are_not_too_many(cast: Cast):
    assert lent(cast.county_officer, cast.city_officer, FIRST, FIRST + dt.timedelta(days=89))


def test_one_day_is_enough_and_it_may_be_today(cast: Cast):
    lent(cast.county_officer, cast.city_officer, clock.today(), clock.today())
    assert (Role.COUNTY_OFFICER, cast.county_officer.pk) in roles(cast.city_officer)


def test_what_is_handed_over_is_said(cast: Cast):
    assert refused(cast.county_officer, cast.city_officer, note="  ") == {"note"}
    assert refused(cast.county_officer, cast.city_officer, note="字" * 2001) == {"note"}
    assert refused(cast.county_officer, cast.city_officer, grants=[]) == {"none_chosen"}


@pytest.mark.parametrize("role", ["chair", "auditor", "sysadmin"])
def test_what_is_done_in_person_is_not_lent(cast: Cast, role: str):
    holder = getattr(cast, role)
    assert lendable(holder) == []
    assert refused(holder, cast.officer) == {"in_person"}


def test_nobody_reviews_for_another(cast: Cast):
    first, second, *_more = cast.reviewers
    assert refused(first, second) == {"in_person"}


def test_only_ones_own_role_is_lent(cast: Cast):
    theirs = own(cast.county_officer)
    assert refused(cast.county_leader, cast.city_officer, grants=theirs) == {"not_yours"}


def test_a_lent_role_is_not_lent_on(cast: Cast):
    slip = lent(cast.county_officer, cast.city_officer)
    with on(2026, 3, 5), pytest.raises(Refused, match="不能再转交"):
        lend([slip.grant], cast.city_leader, dt.date(2026, 3, 6), LAST, "转交。", actor=cast.city_officer)
    assert slip.grant not in lendable(cast.city_officer)


def test_the_stand_in_is_another_person_whose_account_is_open(cast: Cast):
    assert refused(cast.county_officer, cast.county_officer) == {"oneself"}
    User.objects.filter(pk=cast.city_officer.pk).update(is_active=False)
    cast.city_officer.refresh_from_db()
    assert refused(cast.county_officer, cast.city_officer) == {"closed"}


def test_a_role_is_lent_once_at_a_time(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    with pytest.raises(Refused) as found:
        lent(cast.county_officer, cast.city_leader, LAST, LAST)
    assert found.value.codes == ("lent_already",)
    assert "徐丽华" in str(found.value)
    assert lent(cast.county_officer, cast.city_leader, LAST + dt.timedelta(days=1), LAST + dt.timedelta(days=9))


def test_who_is_away_too_does_not_stand_in(cast: Cast):
    lent(cast.city_officer, holding(Role.CITY_OFFICER, "第二经办", login="second", organisation=cast.places[HANGZHOU]))
    with pytest.raises(Refused, match="也请假"):
        lent(cast.county_officer, cast.city_officer)


@pytest.mark.parametrize("stand_in", ["officer", "team_leader", "payee_officer", "stranger", "chair"])
def test_a_stand_in_works_at_the_same_place_or_a_level_up(cast: Cast, stand_in: str):
    assert "too_far" in refused(cast.county_officer, getattr(cast, stand_in))


def test_a_neighbouring_county_does_not_stand_in(cast: Cast):
    neighbour = holding(Role.COUNTY_OFFICER, "西湖经办", login="xihu", organisation=cast.places[XIHU])
    assert refused(cast.county_officer, neighbour) == {"too_far"}


def test_a_colleague_of_the_same_role_stands_in(cast: Cast):
    colleague = holding(Role.COUNTY_OFFICER, "第二经办", login="second", organisation=cast.places[SHANGCHENG])
    assert lent(cast.county_officer, colleague)


def test_a_stand_in_is_there_for_the_whole_time(cast: Cast):
    leaving = holding(Role.COUNTY_OFFICER, "要调走的", login="leaving", organisation=cast.places[SHANGCHENG])
    end_role(own(leaving)[0], actor=cast.sysadmin, on=dt.date(2026, 3, 10), reason="调离")
    assert refused(cast.county_officer, leaving) == {"too_far"}


@pytest.mark.parametrize(
    ("holder", "stand_in"),
    [("county_leader", "county_officer"), ("finance_officer", "cashier"), ("finance_approver", "officer")],
)
def test_roles_that_watch_each_other_do_not_come_into_one_hand(cast: Cast, holder: str, stand_in: str):
    assert refused(getattr(cast, holder), getattr(cast, stand_in)) == {"exclusive"}


def test_two_lent_roles_do_not_exclude_each_other_either(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    with pytest.raises(Refused) as found:
        lent(cast.county_leader, cast.city_officer)
    assert found.value.codes == ("exclusive",)


def test_one_slip_is_lent_whole_or_not_at_all(cast: Cast):
    grant_role(cast.finance_officer, Role.CASHIER, actor=SYSTEM, organisation=cast.places["330000"])
    assert refused(cast.finance_officer, cast.discipline) == {"exclusive"}


def test_nobody_gets_a_role_that_excludes_one_they_stand_in_with(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    with pytest.raises(Refused, match="正代陈晓红"):
        grant_role(cast.city_officer, Role.COUNTY_LEADER, actor=cast.sysadmin, organisation=cast.places[SHANGCHENG])


def test_members_of_a_team_stand_in_for_each_other(cast: Cast):
    assert lent(cast.team_leader, cast.applicant)
    with pytest.raises(Refused) as found:
        lent(cast.applicant, cast.county_officer)
    assert "too_far" in found.value.codes


def test_those_who_may_stand_in_are_named(cast: Cast):
    named = set(candidates(lendable(cast.county_officer), cast.county_officer))
    assert named == {cast.county_leader, cast.city_officer, cast.city_leader}


def test_lent_work_lets_nobody_in(cast: Cast):
    lent(cast.county_officer, cast.city_officer)
    with on(2026, 3, 5):
        assert {hat.role for hat in own_hats(cast.city_officer)} == {Role.CITY_OFFICER}


ACTS = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(1, 12), st.integers(0, 5)), min_size=1, max_size=8
)


@given(acts=ACTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=15)
def test_nobody_ever_holds_by_lending_a_role_that_excludes_another_of_theirs(cast: Cast, acts: Any):
    people = [*cast.roles.values()][:12]
    point = transaction.savepoint()
    for holder, stand_in, begins, lasts in acts:
        first = FIRST + dt.timedelta(days=begins)
        for grant in own(people[holder]):
            try:
                lend([grant], people[stand_in], first, first + dt.timedelta(days=lasts), "交接。", actor=people[holder])
            except Refused:
                continue
    for day in range(20):
        with on(2026, 3, 3 + day):
            for person in {people[stand_in] for _holder, stand_in, _begins, _lasts in acts}:
                worn = hats(person)
                held, borrowed = [hat.role for hat in worn], [hat.role for hat in worn if hat.lent_by]
                assert not any(exclude_each_other(one, other) for one in borrowed for other in held)
    transaction.savepoint_rollback(point)


# Acting for another -----------------------------------------------------------------------------------------


@pytest.fixture
def leave(cast: Cast) -> Lending:
    """The county's leader is away from today; the prefecture's officer stands in."""
    return lent(cast.county_leader, cast.city_officer, clock.today(), LAST)


@starting(S.SUBMITTED)
def test_the_step_says_who_acted_and_for_whom(cast: Cast, project: Project, leave: Lending):
    step = act(project, "county_recommend", actor=cast.city_officer, given=OPINION)

    assert (step.actor, step.behalf, step.role) == (cast.city_officer, cast.county_leader, Role.COUNTY_LEADER)
    assert step.hand == "徐丽华代张志强"
    assert list(faults()) == []


@starting(S.SUBMITTED)
def test_the_chain_covers_for_whom(cast: Cast, project: Project, leave: Lending):
    step = act(project, "county_recommend", actor=cast.city_officer, given=OPINION)
    assert f'"behalf":{cast.county_leader.pk}' in step.payload
    earlier = steps_of(project).exclude(pk=step.pk)
    assert not any('"behalf"' in one.payload for one in earlier)


@starting(S.SUBMITTED)
def test_who_is_away_is_told_to_take_it_back_first(cast: Cast, project: Project, leave: Lending):
    (reason,) = blocked(project, "county_recommend", cast.county_leader, OPINION)
    assert reason.code == "lent_away"
    assert "徐丽华" in str(reason.message)
    assert "2026年3月12日" in str(reason.message)
    take_back(leave, actor=cast.county_leader)
    assert act(project, "county_recommend", actor=cast.county_leader, given=OPINION).behalf is None


@starting(S.SUBMITTED)
def test_when_it_is_over_the_stand_in_is_refused_in_the_application(cast: Cast, project: Project, leave: Lending):
    with on(2026, 3, 13):
        assert "not_yours" in against(project, "county_recommend", cast.city_officer, **OPINION)


@starting(S.SUBMITTED)
def test_those_who_exercise_a_role_are_the_stand_ins(cast: Cast, project: Project, leave: Lending):
    assert set(domain().holders(project, [Role.COUNTY_LEADER])) == {cast.city_officer}
    with on(2026, 3, 13):
        assert set(domain().holders(project, [Role.COUNTY_LEADER])) == {cast.county_leader}


@starting(S.SUBMITTED)
def test_a_lent_role_stands_back_from_the_teams_of_who_lent_it(cast: Cast, project: Project, leave: Lending):
    grant_role(cast.county_leader, Role.APPLICANT, actor=SYSTEM, team=cast.team)
    assert "not_yours" in against(project, "county_recommend", cast.city_officer, **OPINION)


@starting(S.SUBMITTED)
def test_a_stand_in_stands_back_from_their_own_team(cast: Cast, project: Project, leave: Lending):
    grant_role(cast.city_officer, Role.APPLICANT, actor=SYSTEM, team=cast.team)
    assert "own_team" in against(project, "county_recommend", cast.city_officer, **OPINION)


@starting(S.DRAFT)
def test_a_level_whose_leader_is_replaced_by_a_member_of_the_team_stands_back(cast: Cast, project: Project):
    lent(cast.county_leader, cast.city_officer, clock.today(), LAST)
    grant_role(cast.city_officer, Role.APPLICANT, actor=SYSTEM, team=cast.team)
    act(project, "submit", actor=cast.team_leader)
    project.refresh_from_db()
    assert project.stood_back == "county"


# Two people -------------------------------------------------------------------------------------------------


def paper(person: User) -> dict[str, Any]:
    signed = str(a_document(person, "推荐意见表").pk)
    return OPINION | {"signed_opinion": signed, "signer": "张志强"}


@pytest.fixture
def proposal(cast: Cast, project: Project) -> Proposal:
    """The officer of the county is away; the prefecture's officer has entered a signed opinion for her."""
    lent(cast.county_officer, cast.city_officer, clock.today(), LAST)
    return put_forward(project, "county_recommend", actor=cast.city_officer, given=paper(cast.city_officer))


@starting(S.SUBMITTED)
def test_a_proposal_says_for_whom_it_was_made(cast: Cast, proposal: Proposal):
    assert (proposal.maker, proposal.behalf) == (cast.city_officer, cast.county_officer)
    assert proposal.hand == "徐丽华代陈晓红"


@starting(S.SUBMITTED)
def test_neither_the_maker_nor_who_was_stood_in_for_confirms_the_paper(cast: Cast, proposal: Proposal):
    with pytest.raises(Refused) as found:
        stand_behind(proposal, actor=cast.city_officer)
    assert found.value.codes == ("own_proposal",)
    with on(2026, 3, 13), pytest.raises(Refused) as found:
        stand_behind(proposal, actor=cast.county_officer)
    assert found.value.codes == ("own_proposal",)


@starting(S.SUBMITTED)
def test_a_stand_in_does_not_confirm_the_paper_of_whom_they_stand_in_for(cast: Cast, project: Project):
    made = put_forward(project, "county_recommend", actor=cast.county_officer, given=paper(cast.county_officer))
    lent(cast.county_officer, cast.city_officer, clock.today(), LAST)
    found = stand_behind(made, actor=cast.city_officer)
    assert (found.role, found.behalf) == (Role.CITY_OFFICER, None)


@starting(S.SUBMITTED)
def test_somebody_else_confirms_and_the_stand_in_carries_it_out(cast: Cast, project: Project, proposal: Proposal):
    stand_behind(proposal, actor=cast.county_leader)
    step = act(project, "county_recommend", actor=cast.city_officer, given=given_of(proposal))
    assert step.hand == "徐丽华代陈晓红"
    assert list(faults()) == []


@starting(S.SUBMITTED)
def test_who_comes_back_carries_out_what_the_stand_in_put_forward(cast: Cast, project: Project, proposal: Proposal):
    stand_behind(proposal, actor=cast.county_leader)
    with on(2026, 3, 13):
        step = act(project, "county_recommend", actor=cast.county_officer, given=given_of(proposal))
    assert (step.actor, step.behalf) == (cast.county_officer, None)


@starting(S.ELIGIBILITY_CHECK)
def test_who_stood_behind_it_for_another_is_in_the_chain(cast: Cast, project: Project):
    """The lead of the department is away; who takes objections endorses in his place."""
    lent(cast.business_lead, cast.discipline, clock.today(), clock.today() + dt.timedelta(days=60))
    with on(2026, 4, 20):
        made = put_forward(project, "fail_eligibility", actor=cast.officer, given={"reason": "不符合条件。"})
        row = stand_behind(made, actor=cast.discipline)
        step = act(project, "fail_eligibility", actor=cast.officer, given=given_of(made))
    assert (row.behalf, row.hand) == (cast.business_lead, "季永康代何国平")
    assert f'"endorsed":[["business_lead",{cast.discipline.pk},' in step.payload
    assert f'Z",{cast.business_lead.pk}]]' in step.payload
    assert list(faults()) == []


@starting(S.SUBMITTED)
def test_a_role_taken_for_another_counts_for_both_in_the_application_and_in_sql(
    cast: Cast, project: Project, leave: Lending
):
    """The county's leader recommended through a stand-in: neither may now act as its officer."""
    act(project, "county_recommend", actor=cast.city_officer, given=OPINION)
    take_back(leave, actor=cast.county_leader)
    for person in (cast.city_officer, cast.county_leader):
        grant_role(person, Role.COUNTY_OFFICER, actor=SYSTEM, organisation=cast.places[SHANGCHENG])
        assert Standing(project, person).clash(Right(Role.COUNTY_OFFICER)) == {Role.COUNTY_LEADER}
        facts = {"actor": person, "role": Role.COUNTY_OFFICER, "pk": f"x{person.pk}", "behalf": None}
        again = steps_of(project).latest("seq")
        for name, value in facts.items():
            setattr(again, name, value)
        again.seq += 1
        with pytest.raises(IntegrityError, match="incompatible roles"), transaction.atomic():
            again.save(force_insert=True)


# The database -----------------------------------------------------------------------------------------------


def row(cast: Cast, **changed: Any) -> dict[str, Any]:
    """A lending that the database takes."""
    facts = {
        "grant": own(cast.county_officer)[0],
        "holder": cast.county_officer,
        "stand_in": cast.city_officer,
        "first_day": FIRST,
        "last_day": LAST,
        "note": "交接。",
        "at": clock.now(),
    }
    return facts | changed


def database_refuses(**facts: Any) -> bool:
    try:
        with transaction.atomic():
            Lending.objects.create(**facts)
    except IntegrityError:
        return True
    return False


def test_the_database_takes_what_the_command_writes(cast: Cast):
    assert not database_refuses(**row(cast))


def test_the_database_refuses_a_lending_that_breaks_the_rules(cast: Cast):
    reviewing = own(cast.reviewers[0])[0]
    assert database_refuses(**row(cast, first_day=LAST, last_day=FIRST))
    assert database_refuses(**row(cast, stand_in=cast.county_officer))
    assert database_refuses(**row(cast, holder=cast.county_leader))
    assert database_refuses(**row(cast, grant=reviewing, holder=cast.reviewers[0]))
    assert database_refuses(**row(cast, stand_in=cast.county_leader))
    assert database_refuses(**row(cast, stand_in=cast.auditor))
    assert database_refuses(**row(cast, ended_at=clock.now()))


def test_the_database_refuses_to_lend_twice_at_a_time(cast: Cast):
    Lending.objects.create(**row(cast))
    assert database_refuses(**row(cast, stand_in=cast.city_leader, first_day=LAST, last_day=LAST))
    assert not database_refuses(**row(cast, first_day=dt.date(2026, 4, 1), last_day=dt.date(2026, 4, 2)))


def test_the_database_refuses_a_second_lent_role_that_excludes_the_first(cast: Cast):
    Lending.objects.create(**row(cast))
    assert database_refuses(**row(cast, grant=own(cast.county_leader)[0], holder=cast.county_leader))


def test_the_database_refuses_a_role_beside_a_lent_one_that_it_excludes(cast: Cast):
    Lending.objects.create(**row(cast))
    facts = {"person": cast.city_officer, "role": Role.COUNTY_LEADER, "organisation": cast.places[SHANGCHENG]}
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(**facts, valid_from=dt.date(2026, 3, 1))
    assert RoleGrant.objects.create(**facts, valid_from=dt.date(2026, 3, 13))


@pytest.mark.parametrize("column", ["note", "last_day", "stand_in_id"])
def test_a_slip_is_not_rewritten(cast: Cast, column: str):
    made = Lending.objects.create(**row(cast))
    value = {"note": "改了", "last_day": dt.date(2026, 5, 1), "stand_in_id": cast.city_leader.pk}[column]
    with pytest.raises(IntegrityError), transaction.atomic():
        Lending.objects.filter(pk=made.pk).update(**{column: value})
    with pytest.raises(IntegrityError), transaction.atomic():
        made.delete()


def test_what_has_ended_stays_ended(cast: Cast):
    made = lent(cast.county_officer, cast.city_officer)
    take_back(made, actor=cast.county_officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lending.objects.filter(pk=made.pk).update(ended_at=None, ended_by=None)


@starting(S.SUBMITTED)
@pytest.mark.parametrize("day", [dt.date(2026, 3, 1), dt.date(2026, 3, 13)])
def test_the_database_refuses_a_step_for_somebody_outside_the_days(cast: Cast, project: Project, day: dt.date):
    """Whoever writes past the application: on a day when nothing is lent nobody acts for another."""
    lent(cast.county_leader, cast.city_officer, clock.today(), LAST)
    step = act(project, "county_recommend", actor=cast.city_officer, given=OPINION)
    step.pk, step.seq, step.at = "x", step.seq + 1, dt.datetime.combine(day, dt.time(12), SHANGHAI)
    with pytest.raises(IntegrityError), transaction.atomic():
        step.save(force_insert=True)
    step.at = dt.datetime.combine(LAST, dt.time(23, 59), SHANGHAI)
    step.save(force_insert=True)


@starting(S.SUBMITTED)
def test_the_database_refuses_one_hand_on_both_sides(cast: Cast, proposal: Proposal):
    """Neither maker nor who was stood in for endorses, nor is the maker's stand-in role left out."""
    facts = {"proposal": proposal, "subject": "project:1", "role": Role.COUNTY_LEADER, "at": clock.now()}
    facts |= {"maker": proposal.maker, "maker_behalf": proposal.behalf}
    for changed in (
        {"person": cast.city_officer},
        {"person": cast.county_officer},
        {"person": cast.county_leader, "maker_behalf": None},
        {"person": cast.county_leader, "behalf": cast.county_officer},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Endorsement.objects.create(**(facts | changed))
    assert Endorsement.objects.create(**facts, person=cast.county_leader)


def test_the_guards_are_the_same_text_that_the_database_has(cast: Cast):
    assert list(faults()) == []
    assert connection.vendor in {"sqlite", "postgresql"}
    assert Step.objects.filter(behalf__isnull=False).count() == 0
