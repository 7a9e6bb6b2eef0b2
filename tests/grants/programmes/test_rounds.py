"""A round from its first configuration to the published call, with its places and dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from grants.desk.commands import act
from grants.programmes.commands import create_programme, create_round, return_place, use_place
from grants.programmes.models import Configuration, Programme, Quota, Round
from grants.programmes.profile import Profile, ProfileError, load_profile, profile_text
from grants.programmes.queries import checklist, quota_of, round_of, rules_of, visible_to
from tests.cast import HANGZHOU, SHANGCHENG, SHAOXING, Cast
from tests.factories import a_meeting, a_notice, a_planned_round, an_open_round, due, on, rehearse, together
from tests.journey_steps import starting
from workflow import trail
from workflow.actions import blocked
from workflow.clock import SHANGHAI
from workflow.deadlines import deadline
from workflow.lifecycle import RoundState, Stage
from workflow.refusals import KeyReused, Refused

TEXT = profile_text("qingnuan")


def against(round_: Round, name: str, actor: Any, **given: Any) -> set[str]:
    """The codes of everything that stands against a move."""
    return {reason.code for reason in blocked(round_, name, actor, given)}


def places(round_: Round) -> dict[str, int]:
    rows = Quota.objects.filter(round=round_).select_related("organisation")
    return {row.organisation.short_name if row.organisation else "": row.places for row in rows}


def test_a_round_begins_with_its_first_configuration_and_without_money(cast: Cast):
    round_ = a_planned_round(cast)

    assert round_.code == "QNZJ-2026"
    assert round_.envelope_fen == 0
    assert rules_of(round_) == load_profile("qingnuan")
    assert round_.configuration == Configuration.objects.get(round=round_, number=1)


def test_the_step_proves_the_configuration(cast: Cast):
    round_ = a_planned_round(cast)
    step = trail.steps_of(round_).get()

    assert round_.configuration
    assert round_.configuration.digest in step.payload
    assert round_.configuration.digest == load_profile("qingnuan").digest()


def test_a_faulty_configuration_begins_no_round(cast: Cast):
    programme = create_programme("QNZJ", "情暖浙江", actor=cast.officer)
    with pytest.raises(Refused) as refused:
        create_round(programme, "QNZJ-2026", 2026, TEXT.replace("pass_line: 60", "pass_line: 300"), actor=cast.officer)

    assert refused.value.codes == ("configuration",)
    assert "第 " in str(refused.value)
    assert not Round.objects.exists()


def test_only_the_programme_officer_begins_a_round(cast: Cast):
    programme = create_programme("QNZJ", "情暖浙江", actor=cast.officer)
    with pytest.raises(Refused) as refused:
        create_round(programme, "QNZJ-2026", 2026, TEXT, actor=cast.business_lead)

    assert refused.value.codes == ("not_yours",)


def test_a_programme_is_made_once_and_by_the_officer(cast: Cast):
    first = create_programme("QNZJ", "情暖浙江", actor=cast.officer)

    assert create_programme("QNZJ", "别的名字", actor=cast.officer) == first == Programme.objects.get()
    with pytest.raises(Refused):
        create_programme("X", "别的", actor=cast.county_leader)


def test_the_same_key_begins_one_round(cast: Cast):
    programme = create_programme("QNZJ", "情暖浙江", actor=cast.officer)
    twice = [create_round(programme, "QNZJ-2026", 2026, TEXT, actor=cast.officer, key="round").pk for _time in range(2)]

    assert len(set(twice)) == 1
    with pytest.raises(KeyReused):
        create_round(programme, "QNZJ-2027", 2027, TEXT, actor=cast.officer, key="round")


def test_configuring_adds_a_version_and_the_old_one_stays(cast: Cast):
    round_ = a_planned_round(cast)
    given = {"text": TEXT.replace("envelope_fen: 62000000", "envelope_fen: 70000000"), "reason": "增加预算"}
    act(round_, "configure", actor=cast.officer, given=given)

    assert list(round_.configurations.values_list("number", flat=True).order_by("number")) == [1, 2]
    assert rules_of(round_).round.envelope_fen == 70_000_000


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "内容为空"),
        (TEXT.replace("code: QNZJ", "code: OTHER"), "OTHER"),
        (TEXT.replace("default: short", "default: longer"), "short"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_refused(cast: Cast, text: str, part: str):
    found = blocked(a_planned_round(cast), "configure", cast.officer, {"text": text, "reason": "改"})

    assert [part in str(reason.message) for reason in found] == [True]


def test_a_call_is_published_only_after_exactly_this_configuration_was_rehearsed(cast: Cast):
    round_ = a_planned_round(cast)
    assert "not_rehearsed" in against(round_, "publish_call", cast.officer)

    rehearse(cast, round_)
    assert "not_rehearsed" not in against(round_, "publish_call", cast.officer)

    act(round_, "configure", actor=cast.officer, given={"text": f"{TEXT}\n", "reason": "空行"})
    assert "not_rehearsed" not in against(round_, "publish_call", cast.officer)

    changed = TEXT.replace("pass_line: 60", "pass_line: 65")
    act(round_, "configure", actor=cast.officer, given={"text": changed, "reason": "提高及格线"})
    assert "not_rehearsed" in against(round_, "publish_call", cast.officer)


def test_the_rehearsal_of_another_configuration_does_not_count(cast: Cast):
    assert "other_rehearsal" in against(a_planned_round(cast), "record_rehearsal", cast.officer, digest="0" * 64)


@starting(RoundState.OPEN)
def test_publishing_gives_out_places_and_fixes_the_day_of_closing(cast: Cast, round_: Round):
    assert round_.state == RoundState.OPEN
    assert places(round_) == {"杭州市红十字会": 3, "绍兴市红十字会": 2, "": 5}
    assert round_.call_closes_at == dt.datetime(2026, 4, 1, 17, tzinfo=SHANGHAI)
    assert deadline(round_, "call_close")


def test_a_prefecture_may_have_places_of_its_own(cast: Cast):
    text = TEXT.replace("university_pool: 5}", 'university_pool: 5, own: [{city: "330600", places: 7}]}')
    assert places(an_open_round(cast, text=text)) == {"杭州市红十字会": 3, "绍兴市红十字会": 7, "": 5}
    twice = text.replace("places: 7}]", 'places: 7}, {city: "330600", places: 1}]')
    with pytest.raises(ProfileError) as fault:
        Profile.parse(twice)
    assert "quota.own" in str(fault.value)


def test_a_round_may_give_places_to_counties(cast: Cast):
    round_ = an_open_round(cast, text=TEXT.replace("scope: prefecture", "scope: county"))

    assert places(round_)["上城区红十字会"] == 1
    assert places(round_)["杭州市红十字会"] == 1
    quota = quota_of(round_, cast.places[SHANGCHENG].path)
    assert quota
    assert quota.organisation == cast.places[SHANGCHENG]


def test_a_published_configuration_is_frozen(cast: Cast):
    assert "wrong_state" in against(an_open_round(cast), "configure", cast.officer, text=TEXT, reason="改")


def test_a_call_without_a_sound_configuration_is_not_published(cast: Cast):
    round_ = a_planned_round(cast)
    assert "configuration" not in against(round_, "publish_call", cast.officer)

    round_.configuration = None
    assert "configuration" in against(round_, "publish_call", cast.officer)


@pytest.mark.parametrize("day", ["2026-03-31", "2026-04-01", "soon", ""])
def test_a_call_is_extended_to_a_later_day_only(cast: Cast, day: str):
    assert "not_later" in against(an_open_round(cast), "extend_call", cast.officer, call_closes_on=day)


@starting(RoundState.OPEN)
def test_an_extended_call_closes_later_for_everybody(cast: Cast, round_: Round):
    facts = {"meeting": str(a_meeting(cast, round_).pk), "notice": str(a_notice(cast, round_, "extension").pk)}
    facts["call_closes_on"] = "2026-04-10"
    together(round_, "extend_call", by=cast.officer, endorsed_by=cast.business_lead, **facts)

    assert round_.call_closes_at == dt.datetime(2026, 4, 10, 17, tzinfo=SHANGHAI)
    assert due(round_, "call_close") == round_.call_closes_at


@starting(RoundState.OPEN)
def test_a_closed_call_is_not_extended_to_a_day_that_is_over(cast: Cast, round_: Round):
    with on(2026, 4, 20):
        assert "call_closes_on" in against(round_, "extend_call", cast.officer, call_closes_on="2026-04-10")


def test_raising_a_quota_adds_places(cast: Cast):
    round_, city = an_open_round(cast), cast.places[SHAOXING]
    facts = {"organisation": str(city.pk), "places": 2, "reason": "县区增加"}
    together(round_, "raise_quota", by=cast.officer, endorsed_by=cast.business_lead, **facts)
    facts = {"organisation": "", "places": 1, "reason": "高校增加"}
    together(round_, "raise_quota", by=cast.officer, endorsed_by=cast.business_lead, **facts)

    assert places(round_) == {"杭州市红十字会": 3, "绍兴市红十字会": 4, "": 6}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"organisation": "", "places": 0}, "places"),
        ({"organisation": "", "places": -1}, "places"),
        ({"organisation": "999999", "places": 1}, "organisation"),
    ],
)
def test_a_quota_is_raised_where_there_is_one_and_by_at_least_one(cast: Cast, given: dict[str, Any], code: str):
    assert code in against(an_open_round(cast), "raise_quota", cast.officer, **given, reason="增加")


def test_places_are_used_up_and_freed(cast: Cast):
    round_, path = an_open_round(cast), cast.places[SHAOXING].path
    use_place(round_, path, actor=cast.officer)
    use_place(round_, path, actor=cast.officer)
    with pytest.raises(Refused) as refused:
        use_place(round_, path, actor=cast.officer)
    return_place(round_, path, actor=cast.officer)

    assert refused.value.codes == ("no_place",)
    quota = quota_of(round_, path)
    assert quota
    assert quota.used == 1


def test_an_area_without_quota_has_no_place(cast: Cast):
    round_ = a_planned_round(cast)
    with pytest.raises(Refused):
        use_place(round_, cast.places[HANGZHOU].path, actor=cast.officer)


def test_the_checklist_names_the_documents_of_a_stage(cast: Cast):
    round_ = a_planned_round(cast)

    assert "commitment" in [slot.slot for slot in checklist(round_, Stage.APPLICATION)]
    assert [slot.slot for slot in checklist(round_, Stage.APPLICATION, "round")] == ["call_notice"]


def test_a_round_in_planning_is_seen_by_the_province_only(cast: Cast):
    round_ = a_planned_round(cast)

    assert list(visible_to(cast.auditor)) == [round_]
    assert list(visible_to(cast.county_leader)) == []


@starting(RoundState.OPEN)
def test_an_open_round_is_seen_by_whoever_has_a_role(cast: Cast, round_: Round):
    assert list(visible_to(cast.team_leader)) == [round_] == list(visible_to(cast.county_leader))
    assert list(visible_to(cast.stranger)) == []


def test_a_round_without_configuration_has_no_rules(cast: Cast):
    with pytest.raises(LookupError):
        rules_of(Round(pk=1))
    assert round_of(Round(pk=1)).pk == 1
