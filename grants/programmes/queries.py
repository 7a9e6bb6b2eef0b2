"""What a round has decided: its rules, its days, its documents, its places; and which rounds a person sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, DateField, PositiveSmallIntegerField, QuerySet, Value
from django.utils.translation import gettext

from grants.kernel.periods import Unit, due_at
from grants.kernel.workdays import Calendar
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.people.queries import PROVINCE_ROLES, ancestor, hats
from grants.programmes.models import CalendarDay, CalendarEdition, CalendarYear, Quota, Round
from grants.programmes.profile import Profile, ProfileError
from grants.programmes.profile.basics import Slot
from grants.programmes.profile.kinds import Record
from storage.quotas import MEGABYTE
from storage.slots import SlotSpec
from workflow import clock
from workflow.lifecycle import RoundState, Stage
from workflow.looking import once
from workflow.models import Deadline


@lru_cache(maxsize=32)
def parsed(text: str) -> Profile:
    """The profile in a text, read once a process. Raises ProfileError."""
    return Profile.parse(text)


def rules_of(round_: Round) -> Profile:
    """The rules of the round in force. Raises LookupError for a round without configuration."""
    found = round_.configuration
    if found is None:
        message = f"Round {round_.pk} has no configuration."
        raise LookupError(message)
    return parsed(found.text)


def text_of(round_: Round) -> str:
    """The text of the configuration in force, letter by letter; empty without one."""
    return round_.configuration.text if round_.configuration else ""


def calendar() -> Calendar:
    """The working days as they are known now, from the editable rows."""
    return once("calendar", _calendar)


def _calendar() -> Calendar:
    """Days and years in one query."""
    no_day, no_word = Value(None, DateField()), Value(None, BooleanField())
    days = CalendarDay.objects.order_by().values_list("day", "working", Value(None, PositiveSmallIntegerField()))
    rows = list(days.union(CalendarYear.objects.values_list(no_day, no_word, "year"), all=True))
    return Calendar.of(
        ((day, working) for day, working, year in rows if year is None), (year for *_, year in rows if year)
    )


def round_of(record: Any) -> Round:
    """The round of a round, of a project, or of anything that hangs on a project."""
    if isinstance(record, Round):
        return record
    owner = record if hasattr(record, "round") else record.project
    found: Round = owner.round
    return found


@dataclass(frozen=True)
class Term:
    """A time allowed and when it ends; provisional while a year it runs through has no official calendar."""

    due_at: dt.datetime
    starts_at: dt.datetime
    amount: int
    unit: Unit
    provisional: bool


def term(record: Any, name: str, *, start: dt.datetime | None = None) -> Term:
    """The time that the round allows under a name such as 'supplement', counted from `start` (default now).

    Raises KeyError for a name that the profile's deadlines do not have.
    """
    rules = rules_of(round_of(record)).deadlines
    allowed, first = rules.named(name), start or clock.now()
    return counted(first, allowed.value, allowed.unit, calendar(), rules.closing)


def counted(start: dt.datetime, amount: int, unit: Unit, days: Calendar, closing: dt.time) -> Term:
    """So many working days ('wd') or days ('d') after `start`, until closing time in Shanghai."""
    ends = due_at(start, amount, unit, days, closing)
    years = range(start.astimezone(clock.SHANGHAI).year, ends.year + 1)
    return Term(ends, start, amount, unit, provisional=not days.known_years.issuperset(years))


def editions_of(year: int) -> list[CalendarEdition]:
    """How the year's calendar was loaded each time, the last first, with by whom."""
    return list(CalendarEdition.objects.filter(year=year).select_related("by").order_by("-number"))


def known_days(year: int) -> list[CalendarDay]:
    """The year's exceptions in order."""
    return list(CalendarDay.objects.filter(day__year=year).order_by("day"))


def counted_again(days: Calendar) -> Iterator[tuple[Deadline, dt.datetime, bool]]:
    """Every open provisional deadline, its moment by that calendar (never an earlier one), and whether it stays so."""
    for row in Deadline.objects.filter(settled_at__isnull=True, provisional=True, amount__gt=0).order_by("pk"):
        closing = row.due_at.astimezone(clock.SHANGHAI).time()
        again = counted(row.starts_at, row.amount, "wd" if row.unit == "wd" else "d", days, closing)
        yield row, max(row.due_at, again.due_at), again.provisional


def due(record: Any, name: str, *, start: dt.datetime | None = None) -> dt.datetime:
    """When that time ends: aware, in Shanghai, at closing time. Raises KeyError for an unknown name."""
    return term(record, name, start=start).due_at


def checklist(round_: Round, stage: Stage, record: Record = "project") -> tuple[Slot, ...]:
    """The document slots of one kind of record in one stage, in the order of the round's profile."""
    return rules_of(round_).checklist.of(stage, record)


def specs(round_: Round) -> dict[tuple[str, str], SlotSpec]:
    """What each slot of the round's checklist asks for, by kind of record and slot; nothing without configuration."""
    if round_.configuration_id is None:
        return {}
    lists = rules_of(round_).checklist
    return {(slot.record, slot.slot): spec_of(slot) for stage in Stage for slot in getattr(lists, stage.value)}


def spec_of(slot: Slot) -> SlotSpec:
    """The slot as storage understands it, in the reader's language."""
    most = slot.most or 0 if slot.many else 1
    largest = (slot.max_mb or 0) * MEGABYTE
    return SlotSpec(slot.slot, slot.label, slot.required, slot.takes, most, largest, slot.seen_by, slot.advice)


def seen_by(round_: Round) -> dict[tuple[str, str], str]:
    """Who sees each slot that not everybody sees, by kind of record and slot."""
    return {} if round_.configuration_id is None else _seen_by(rules_of(round_))


@lru_cache(maxsize=32)
def _seen_by(rules: Profile) -> dict[tuple[str, str], str]:
    slots = (slot for stage in Stage for slot in getattr(rules.checklist, stage.value))
    return {(slot.record, slot.slot): slot.seen_by for slot in slots if slot.seen_by != "everybody"}


def quota_of(round_: Round, path: str) -> Quota | None:
    """The places that a project in the area `path` draws on: its prefecture's, its county's, or the common pool."""
    prefecture = ancestor(path, Level.PREFECTURE)
    if prefecture is None:
        return Quota.objects.filter(round=round_, organisation__isnull=True).first()
    if rules_of(round_).round.quota.scope == "county":
        own = Organisation.objects.filter(path=path)
        return Quota.objects.filter(round=round_, organisation__in=own).first()
    return Quota.objects.filter(round=round_, organisation=prefecture).first()


def visible_to(actor: Any) -> QuerySet[Round]:
    """Every round for the province, those that were opened for anybody else with a role; without the long text."""
    worn = hats(actor)
    found = Round.objects.select_related("programme", "organiser").order_by("-year", "-pk")
    if any(hat.role in PROVINCE_ROLES for hat in worn):
        return found
    return found.exclude(state=RoundState.PLANNING) if worn else found.none()


def configuration_faults(text: str, programme: str) -> list[str]:
    """What stands against a configuration text for rounds of a programme (its code), line by line; empty if nothing."""
    try:
        profile = parsed(text)
    except ProfileError as error:
        return [str(fault) for fault in error.faults]
    if profile.programme.code != programme:
        told = {"code": profile.programme.code, "own": programme}
        return [gettext("这份配置属于计划 %(code)s，本轮属于 %(own)s。") % told]
    return []
