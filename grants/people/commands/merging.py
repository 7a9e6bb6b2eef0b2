"""Two entries of one team become one: the second is struck, with who and why, and stays to be looked up."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.people.commands import end_grant
from grants.people.commands.book import enter
from grants.people.duplicates import against_merging, carried
from grants.people.enums import Line
from grants.people.models import RoleGrant, Team
from workflow import clock
from workflow.actions import command
from workflow.ports import SYSTEM
from workflow.refusals import Refused


@command
def merge_team(old: Team, into: Team, *, actor: Any, reason: str) -> Team:
    """`old` is the same team as `into` from now on: nobody applies in its name any more, and its past counts as theirs.

    In order: both rows are held · every reason is collected · the roles go over · a ban goes over · the entry is
    struck · each has its line in the register. Raises Refused.
    """
    ids = sorted({old.pk, into.pk})
    rows = Team.objects.select_for_update(no_key=True, of=("self",)).select_related("guided_by").filter(pk__in=ids)
    held = {team.pk: team for team in rows.order_by("pk")}
    gone, stays = held[old.pk], held[into.pk]
    if reasons := list(against_merging(gone, stays, reason, actor)):
        raise Refused(reasons)
    today = clock.today()
    for grant in carried(gone):
        last = grant.valid_to
        end_grant(grant, today, gettext("团队合并"), actor=actor)
        same = {"person": grant.person, "role": grant.role, "team": stays, "round": grant.round}
        if not RoleGrant.objects.filter(**same).exclude(valid_to__lt=today).exists():
            by = None if actor is SYSTEM else actor
            RoleGrant.objects.create(**same, valid_from=today, valid_to=last, granted_by=by)
    bans = [day for day in (gone.banned_until, stays.banned_until) if day]
    Team.objects.filter(pk=stays.pk).update(banned_until=max(bans, default=None))
    Team.objects.filter(pk=gone.pk).update(same_as=stays)
    told = {"gone": gone, "stays": stays, "why": reason.strip()}
    for team in (gone, stays):
        enter(Line.MERGED, actor=actor, team=team, reason=gettext("“%(gone)s”并入“%(stays)s”：%(why)s") % told)
    return stays
