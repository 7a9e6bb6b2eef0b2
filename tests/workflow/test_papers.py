"""Someone who does not sign in acts by a signed paper: entered by one person, confirmed by another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grants.desk.commands import act, put_forward, stand_behind
from tests.toy import play
from tests.toy.models import Box
from workflow.actions import Refused, blocked
from workflow.rules import asks_of

pytestmark = pytest.mark.django_db

People = Callable[..., Any]
PAPER = {"slip": "a" * 64, "signer": "陈会长"}


@pytest.fixture
def sealed(db: None) -> Box:
    return play.sealed()


@pytest.fixture
def clerk(person: People) -> Any:
    return person("county_officer", name="clerk")


def test_the_form_of_a_paper_asks_for_the_paper_and_the_signer(sealed: Box) -> None:
    deed = sealed.machine().deeds["ship"]

    assert [ask.name for ask in asks_of(deed, sealed, by_paper=True)] == ["slip", "signer"]
    assert asks_of(deed, sealed) == ()


def test_a_clerk_without_the_paper_is_told_what_is_missing(sealed: Box, clerk: Any) -> None:
    found = [(reason.code, reason.at, reason.asked) for reason in blocked(sealed, "ship", clerk)]

    assert found == [
        ("paper_missing", "slip", True),
        ("paper_missing", "signer", True),
        ("not_confirmed", "", False),
    ]


def test_a_paper_without_its_parts_is_not_put_forward(sealed: Box, clerk: Any) -> None:
    with pytest.raises(Refused) as refused:
        put_forward(sealed, "ship", actor=clerk, given={"slip": "a" * 64})

    assert refused.value.codes == ("paper_missing",)


def test_a_paper_nobody_has_confirmed_moves_nothing(sealed: Box, clerk: Any) -> None:
    put_forward(sealed, "ship", actor=clerk, given=PAPER)

    with pytest.raises(Refused) as refused:
        act(sealed, "ship", actor=clerk, given=PAPER)

    assert refused.value.codes == ("not_confirmed",)


def test_a_paper_confirmed_by_a_second_person_counts_and_the_step_carries_it(
    sealed: Box, clerk: Any, person: People
) -> None:
    second = person("city_officer")

    step = play.together(sealed, "ship", clerk, second, given=PAPER)

    assert (sealed.state, step.actor, step.role) == ("sent", clerk, "county_officer")
    assert f'"docs":[["slip","{"a" * 64}"]]' in step.payload
    assert f'"endorsed":[["city_officer",{second.pk},"' in step.payload


def test_the_clerk_does_not_confirm_their_own_paper(sealed: Box, person: People) -> None:
    both = person("county_officer", "city_officer", name="clerk")
    proposal = put_forward(sealed, "ship", actor=both, given=PAPER)

    with pytest.raises(Refused) as refused:
        stand_behind(proposal, actor=both)

    assert refused.value.codes == ("own_proposal",)


def test_a_confirmation_is_for_this_paper_only(sealed: Box, clerk: Any, person: People) -> None:
    stand_behind(put_forward(sealed, "ship", actor=clerk, given=PAPER), actor=person("city_officer"))

    with pytest.raises(Refused) as refused:
        act(sealed, "ship", actor=clerk, given=PAPER | {"slip": "b" * 64})

    assert refused.value.codes == ("not_confirmed",)


def test_who_may_sign_needs_no_paper(sealed: Box, person: People) -> None:
    act(sealed, "ship", actor=person("county_leader"))

    assert sealed.state == "sent"
