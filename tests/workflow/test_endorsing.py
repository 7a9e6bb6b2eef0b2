"""Two people: a maker and those who stand behind the same version, each another person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from grants.desk.commands import act, put_forward, stand_behind
from tests.toy import play
from tests.toy.domain import playing
from tests.toy.models import Box
from workflow import guards_sql
from workflow.actions import Refused, Stale
from workflow.models import Endorsement, Proposal
from workflow.proposed import open_proposals
from workflow.trail import steps_of

pytestmark = pytest.mark.django_db

People = Callable[..., Any]


@pytest.fixture
def packed(db: None) -> Box:
    return play.packed()


def test_a_move_of_two_people_is_refused_to_one(packed: Box, person: People) -> None:
    with pytest.raises(Refused) as refused:
        act(packed, "seal", actor=person("programme_officer"))

    assert refused.value.codes == ("not_endorsed",)


def test_an_endorsed_move_goes_through_and_the_step_names_the_endorser(packed: Box, person: People) -> None:
    lead = person("business_lead")

    step = play.together(packed, "seal", person("programme_officer"), lead)

    assert packed.state == "sealed"
    assert f'"endorsed":[["business_lead",{lead.pk},"' in step.payload


def test_every_further_role_is_needed(packed: Box, person: People) -> None:
    officer = person("programme_officer")
    proposal = play.proposed(packed, "scrap")
    stand_behind(proposal, actor=person("business_lead"))

    with pytest.raises(Refused) as refused:
        act(packed, "scrap", actor=officer)
    stand_behind(proposal, actor=person("county_leader"))
    act(packed, "scrap", actor=officer)

    assert (refused.value.codes, packed.state) == (("not_endorsed",), "lapsed")
    assert "县级红十字会负责人" in str(refused.value)
    assert "职能处室" not in str(refused.value)


def test_one_person_does_not_endorse_in_two_roles(packed: Box, person: People) -> None:
    both = person("business_lead", "county_leader")
    proposal = play.proposed(packed, "scrap")

    first = stand_behind(proposal, actor=both)
    second = stand_behind(proposal, actor=both)

    assert (first, Endorsement.objects.count()) == (second, 1)


def test_nobody_endorses_what_they_have_put_forward(packed: Box, person: People) -> None:
    both = person("programme_officer", "business_lead")
    proposal = put_forward(packed, "seal", actor=both)

    with pytest.raises(Refused) as refused:
        stand_behind(proposal, actor=both)

    assert refused.value.codes == ("own_proposal",)


def test_the_database_too_refuses_a_maker_who_endorses(packed: Box, person: People) -> None:
    proposal = play.proposed(packed)
    row = {"proposal": proposal, "subject": "box:1", "role": "business_lead", "at": proposal.at}

    with pytest.raises(IntegrityError, match="workflow_endorser_is_not_maker"), transaction.atomic():
        Endorsement.objects.create(**row, person=proposal.maker, maker=proposal.maker)
    with pytest.raises(DatabaseError, match="not the maker"), transaction.atomic():
        Endorsement.objects.create(**row, person=proposal.maker, maker=person("business_lead"))


def test_a_stranger_to_the_proposal_does_not_endorse(packed: Box, person: People) -> None:
    with pytest.raises(Refused) as refused:
        stand_behind(play.proposed(packed), actor=person("team_leader"))

    assert refused.value.codes == ("not_endorser",)
    assert "职能处室" in str(refused.value)


def test_a_role_that_has_endorsed_is_not_needed_again(packed: Box, person: People) -> None:
    proposal = play.proposed(packed)
    stand_behind(proposal, actor=person("business_lead"))

    with pytest.raises(Refused, match="已经会签完毕"):
        stand_behind(proposal, actor=person("business_lead", name="li"))


def test_an_endorsement_lapses_when_the_version_changes(packed: Box, person: People) -> None:
    proposal = play.proposed(packed)
    stand_behind(proposal, actor=person("business_lead"))
    act(packed, "look", actor=person("county_officer", name="li"))

    with pytest.raises(Refused) as refused:
        act(packed, "seal", actor=person("programme_officer"))

    assert refused.value.codes == ("not_endorsed",)
    assert not open_proposals(packed).exists()


def test_an_endorsement_lapses_when_a_field_is_amended(packed: Box, person: People) -> None:
    proposal = play.proposed(packed)
    stand_behind(proposal, actor=person("business_lead"))
    play.change(packed, weight=999)

    with pytest.raises(Refused) as refused:
        act(packed, "seal", actor=person("programme_officer"))

    assert refused.value.codes == ("not_endorsed",)


def test_what_has_changed_since_is_not_endorsed(packed: Box, person: People) -> None:
    proposal = play.proposed(packed)
    play.change(packed, weight=999)

    with pytest.raises(Stale) as refused:
        stand_behind(proposal, actor=person("business_lead"))

    assert refused.value.codes == ("proposal_lapsed",)


def test_an_endorsement_stands_for_what_was_filled_in_and_nothing_else(packed: Box, person: People) -> None:
    proposal = put_forward(packed, "seal", actor=person("programme_officer"), given={"note": "甲"})
    stand_behind(proposal, actor=person("business_lead"))

    with pytest.raises(Refused) as refused:
        act(packed, "seal", actor=person("programme_officer"), given={"note": "乙"})

    assert refused.value.codes == ("not_endorsed",)


def test_an_endorsement_stands_for_one_maker(packed: Box, person: People) -> None:
    stand_behind(play.proposed(packed), actor=person("business_lead"))

    with pytest.raises(Refused) as refused:
        act(packed, "seal", actor=person("programme_officer", name="li"))

    assert refused.value.codes == ("not_endorsed",)


def test_putting_the_same_forward_again_is_the_same_proposal(packed: Box) -> None:
    assert play.proposed(packed) == play.proposed(packed)
    assert Proposal.objects.count() == 1


def test_what_could_not_be_done_is_not_put_forward(box: Box, person: People) -> None:
    with pytest.raises(Refused) as refused:
        put_forward(box, "seal", actor=person("team_leader"))

    assert refused.value.codes == ("wrong_state", "not_yours")


def test_a_move_that_needs_nobody_else_is_not_put_forward(box: Box, person: People) -> None:
    with pytest.raises(Refused) as refused:
        put_forward(box, "pack", actor=person("team_leader"))

    assert refused.value.codes == ("needs_nobody_else",)


def test_an_old_version_is_not_put_forward(packed: Box, person: People) -> None:
    with pytest.raises(Stale):
        put_forward(packed, "seal", actor=person("programme_officer"), version=1)


def test_a_replay_after_the_move_gives_the_same_step(packed: Box, person: People) -> None:
    officer = person("programme_officer")
    stand_behind(play.proposed(packed), actor=person("business_lead"))

    first = act(packed, "seal", actor=officer, key="k-1")
    second = act(packed, "seal", actor=officer, key="k-1")

    assert (first, steps_of(packed).filter(move="seal").count()) == (second, 1)


def test_an_act_of_two_people_is_endorsed_like_a_move(box: Box, person: People) -> None:
    leader = person("team_leader", name="li")

    step = play.together(box, "value", leader, person("finance_officer"))

    assert (step.move, box.state) == ("value", "open")


def test_what_has_ended_is_reopened_by_two_people(person: People) -> None:
    box = play.scrapped()

    play.together(box, "revive", person("programme_officer"), person("business_lead"))

    assert box.state == "open"


def test_who_endorsed_does_not_act_in_a_role_that_excludes_it(packed: Box, person: People) -> None:
    lead = person("business_lead")
    stand_behind(play.proposed(packed), actor=lead)
    lead.username = "county_officer.wang"
    lead.save()

    with playing(("business_lead", "county_officer")), pytest.raises(Refused) as refused:
        act(packed, "look", actor=lead)

    assert refused.value.codes == ("incompatible",)


def test_who_acted_does_not_endorse_in_a_role_that_excludes_it(person: People) -> None:
    box = play.new_box()
    li = person("county_officer", name="li")
    act(box, "look", actor=li)
    act(box, "pack", actor=person("team_leader"))
    proposal = play.proposed(box, "scrap")
    li.username = "county_leader+business_lead.li"
    li.save()

    with playing(("county_officer", "county_leader"), ("county_officer", "business_lead")):
        with pytest.raises(Refused) as refused:
            stand_behind(proposal, actor=li)
        guards_sql.install()
        with pytest.raises(DatabaseError, match="incompatible roles"), transaction.atomic():
            Endorsement.objects.create(
                proposal=proposal,
                subject=f"box:{box.pk}",
                person=li,
                maker=proposal.maker,
                role="county_leader",
                at=proposal.at,
            )

    assert refused.value.codes == ("incompatible",)
