"""What becomes true with the moves of a round: configuration versions, places, call dates; and documents given."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, F, Q
from django.utils.translation import gettext

from grants.kernel.given import day, whole, words
from grants.kernel.periods import closing_of
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.programmes.asking import document_of
from grants.programmes.models import Configuration, Quota, Round
from grants.programmes.papers import require_fitting
from grants.programmes.queries import due, parsed, rules_of
from storage.commands import attach
from storage.models import Document
from storage.queries import attachments_of
from workflow.deadlines import set_deadline
from workflow.effects import Done, effects
from workflow.lifecycle import MACHINES
from workflow.machine import Stateful
from workflow.models import Proposal, place_of
from workflow.ports import hands
from workflow.refusals import Refusal, Refused
from workflow.rules import asks_of, registered
from workflow.table import Deed


@effects("round.begin", "round.configure")
def add_configuration(round_: Round, done: Done) -> None:
    """The text is the round's next version, in force; a rehearsal of an older one lapses."""
    text = str(done.given["text"])
    version = Configuration.objects.create(
        round=round_,
        number=round_.configurations.count() + 1,
        text=text,
        digest=parsed(text).digest(),
        made_by=done.actor,
        made_at=done.at,
        reason=words(done.given, "reason")[:200],
    )
    round_.configuration = version
    done.prove("configuration", f"v{version.number}", version.digest)


@effects("round.record_rehearsal")
def remember_rehearsal(round_: Round, done: Done) -> None:
    """The round knows which configuration was rehearsed."""
    round_.rehearsed_digest = words(done.given, "digest")


@effects("round.publish_call")
def open_call(round_: Round, done: Done) -> None:
    """Places are given out, the call runs from now, and the day of its closing is fixed."""
    Quota.objects.bulk_create(_places(round_))
    round_.call_opens_at = done.at
    _close_at(round_, due(round_, "call_open", start=done.at))


@effects("round.extend_call")
def extend_call(round_: Round, done: Done) -> None:
    """The call closes later, for everybody."""
    if chosen := day(done.given, "call_closes_on"):
        _close_at(round_, closing_of(chosen, rules_of(round_).deadlines.closing))


def _close_at(round_: Round, moment: dt.datetime) -> None:
    """An announced day stands: it is not counted again when a calendar appears."""
    round_.call_closes_at = moment
    set_deadline(round_, "call_close", moment)


def _places(round_: Round) -> list[Quota]:
    rules = rules_of(round_).round.quota
    in_force = Q(valid_to__isnull=True)
    counties = Count("children", filter=Q(children__level=Level.COUNTY, children__valid_to__isnull=True))
    cities = Organisation.objects.filter(in_force, level=Level.PREFECTURE).annotate(counties=counties).order_by("path")
    by_county = rules.scope == "county"
    own_places: dict[str, int] = {one.city: one.places for one in rules.own}
    rows = [
        Quota(
            round=round_,
            organisation=city,
            places=own_places.get(
                city.division, rules.prefecture_direct + (0 if by_county else rules.per_county * city.counties)
            ),
        )
        for city in cities
    ]
    if by_county:
        own = Organisation.objects.filter(in_force, level=Level.COUNTY).order_by("path")
        rows += [Quota(round=round_, organisation=county, places=rules.per_county) for county in own]
    return [*rows, Quota(round=round_, organisation=None, places=rules.university_pool)]


@effects("round.raise_quota")
def raise_quota(round_: Round, done: Done) -> None:
    """A prefecture, or the common pool, has so many places more."""
    chosen = words(done.given, "organisation")
    where = Q(organisation=int(chosen)) if chosen else Q(organisation__isnull=True)
    Quota.objects.filter(where, round=round_).update(places=F("places") + (whole(done.given, "places") or 0))


# Documents that were given with any deed ---------------------------------------------------------------------


def register_document_reactions() -> None:
    """From now on every deed that may ask for a document binds it to the record. Call it when all rules are known."""
    for machine in MACHINES.values():
        for deed in (machine.begin, *machine.deeds.values()):
            if _may_ask_for_document(deed):
                effects(f"{machine.name}.{deed.name}")(attach_given)


def _may_ask_for_document(deed: Deed) -> bool:
    asked = [registered()[name].asks for name in deed.rules if name in registered()]
    found = any(callable(asks) or any(ask.kind == "document" for ask in asks) for asks in asked)
    return found or deed.paper is not None


def attach_given(record: Any, done: Done) -> None:
    """Each document given lies on the record, in the slot of its field. Raises Refused for somebody else's document."""
    machine = record.machine()
    deed = machine.deeds.get(done.deed, machine.begin)
    for ask in asks_of(deed, record, by_paper=bool(deed.paper)):
        if ask.kind == "document" and done.given.get(ask.name):
            document = document_of(done.given, ask.name)
            if document is None or not _is_theirs(record, document, done):
                raise Refused([Refusal("document", gettext("没有找到您上传的这份材料，请重新上传。"), at=ask.name)])
            require_fitting(record, ask.name, document)
            attach(record, ask.name, document, actor=done.actor, now=done.at)


def _is_theirs(record: Stateful, document: Document, done: Done) -> bool:
    """Uploaded by the person, lying on the record already, or part of what their hand had put forward."""
    people = hands(done.actor.pk, done.behalf.pk if done.behalf else None)
    if document.uploaded_by_id in people or attachments_of(record).filter(document=document).exists():
        return True
    made = Proposal.objects.filter(**place_of(record), move=done.deed, given__contains=str(document.pk))
    return made.filter(Q(maker__in=people) | Q(behalf__in=people), maker=document.uploaded_by_id).exists()
