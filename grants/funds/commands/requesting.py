"""Payments that ask for themselves: the clock asks for a tranche as soon as everything it hangs on is true."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grants.applications.models import Project
from grants.funds.conditions import ripe
from grants.funds.models import Tranche
from workflow.actions import command, take
from workflow.ports import SYSTEM
from workflow.refusals import Refused


def ask_for_ripe(among: Iterable[int] | None = None, *, actor: Any = SYSTEM) -> int:
    """Every ripe tranche, of these projects or of all, has a request that waits for finance. -> how many were made.

    What stands in the way of one, a hold or accounts that owe nothing, keeps no other back.
    """
    wanted = None if among is None else set(among)
    made = 0
    for tranche in ripe():
        if wanted is None or tranche.project_id in wanted:
            made += _asked(tranche, actor)
    return made


def _asked(tranche: Tranche, actor: Any) -> bool:
    try:
        request_ripe(tranche, actor=actor)
    except Refused:
        return False
    return True


@command
def request_ripe(tranche: Tranche, *, actor: Any) -> None:
    """A payment of the tranche is asked for through the one door. Raises Refused."""
    project = Project.objects.get(pk=tranche.project_id)
    take(project, "request_payment", actor=actor, given={"tranche": str(tranche.number)})
