"""The townships of a county hang in the tree, from the shipped list: by one press, and by a second no second time."""

from __future__ import annotations

from typing import Any

from grants.people.enums import Imported, Line
from grants.people.models import Organisation, RegisterImport, RegisterLine
from grants.people.planting import AT_ONCE, plant
from grants.people.queries import names_under
from grants.people.registering import may_add_townships
from grants.people.seeding import lacking_townships
from workflow import chain, clock
from workflow.actions import command
from workflow.ports import SYSTEM
from workflow.refusals import Refused


@command
def add_townships(county: Organisation, *, actor: Any, zones: bool = False) -> RegisterImport | None:
    """Every township of the county on the shipped list is a grass-roots organisation under it, each with a line.

    Those that were there, bear another name by now or are gone are left alone; None where none was lacking. `zones`
    are added as well: farms, parks and the like. Raises Refused: not the actor's county, none on the list.
    """
    now = Organisation.objects.select_for_update(no_key=True).get(pk=county.pk)
    if refusal := may_add_townships(actor, now):
        raise Refused([refusal])
    whole = lacking_townships(now, (), zones=zones)
    new = plant(lacking_townships(now, names_under(now), zones=zones))
    if not new:
        return None
    by, at = None if actor is SYSTEM else actor, clock.now()
    lines = [RegisterLine(what=Line.REGISTERED, organisation=one, by=by, at=at) for one in new]
    RegisterLine.objects.bulk_create(lines, batch_size=AT_ONCE)
    return RegisterImport.objects.create(
        what=Imported.TOWNSHIPS,
        by=by,
        at=at,
        digest=chain.digest(chain.canonical([one.name for one in whole])),
        entered=len(new),
        unchanged=len(whole) - len(new),
    )
