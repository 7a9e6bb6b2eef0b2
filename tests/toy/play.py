"""What tests and their child processes do with boxes: make people, make boxes, bring them to a state."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model

from grants.desk.commands import act, put_forward, stand_behind
from tests.toy.models import Box, Tag
from workflow import clock
from workflow.actions import amend, begin, command
from workflow.deadlines import set_deadline
from workflow.models import Proposal, Step

DAY = dt.timedelta(days=1)


def person(*roles: str, name: str = "wang") -> Any:
    """A person with the roles named: person('team_leader', name='wang')."""
    user, _made = get_user_model().objects.get_or_create(username=f"{'+'.join(roles)}.{name}", name=name)
    return user


@command
def new_box(*, actor: Any = None, weight: int = 500, looks: int = 0, key: str | None = None, given: Any = None) -> Box:
    """An open box of so many grams, made by a team leader."""
    return begin(Box(weight=weight, looks=looks), actor=actor or person("team_leader"), key=key, given=given)


@command
def new_tag(box: Box, *, actor: Any) -> Tag:
    """A tag tied to the box."""
    return begin(Tag(box=box), actor=actor)


@command
def change(record: Any, *, actor: Any = None, version: int | None = None, **fields: Any) -> Any:
    """Write fields of a record, as an autosave does."""
    return amend(record, version=version, **fields)


def together(box: Box, name: str, maker: Any, *others: Any, given: Any = None) -> Step:
    """A move for which the maker finds the others behind it."""
    proposal = put_forward(box, name, actor=maker, given=given)
    for other in others:
        stand_behind(proposal, actor=other)
    return act(box, name, actor=maker, given=given)


def packed() -> Box:
    """A box that is packed."""
    box = new_box()
    act(box, "pack", actor=person("team_leader"))
    return box


def sealed() -> Box:
    """A box that two people have sealed."""
    box = packed()
    together(box, "seal", person("programme_officer"), person("business_lead"))
    return box


def due_box() -> Box:
    """An open box whose deadline has passed."""
    box = new_box()
    with clock.held(clock.now() - 2 * DAY):
        set_deadline(box, "box_due", clock.now() + DAY)
    return box


def scrapped() -> Box:
    """A box that has come to an end."""
    box = packed()
    together(box, "scrap", person("programme_officer"), person("business_lead"), person("county_leader"))
    return box


def proposed(box: Box, name: str = "seal", maker: str = "programme_officer") -> Proposal:
    """A move that has been put before others."""
    return put_forward(box, name, actor=person(maker))
