"""Programmes, rounds, the calendar of working days, deadlines by the round's rules, and places that are used up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import F
from django.utils.translation import gettext

from grants.kernel.numbering import round_no
from grants.people.models import Organisation
from grants.people.queries import holds, province
from grants.programmes import workdays_data
from grants.programmes.asking import shown
from grants.programmes.models import CalendarDay, CalendarEdition, CalendarYear, Programme, Quota, Round
from grants.programmes.queries import Term, calendar, configuration_faults, counted_again, quota_of, term
from grants.programmes.workdays_data import DayRow
from workflow import chain, clock
from workflow.actions import begin, command
from workflow.deadlines import set_deadline
from workflow.lifecycle import Role
from workflow.machine import Stateful
from workflow.models import Deadline, Key
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused

CODE = re.compile(r"[A-Z][A-Z0-9-]{1,19}")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@command
def create_programme(code: str, name: str, *, actor: Any, name_en: str = "") -> Programme:
    """A programme that rounds can belong to; one that is there already stays as it is. Raises Refused."""
    _require_officer(actor)
    found, _made = Programme.objects.get_or_create(code=code, defaults={"name": name, "name_en": name_en})
    return found


@command
def create_round(
    programme: Programme,
    code: str,
    year: int,
    text: str,
    *,
    actor: Any,
    title: str = "",
    organiser: Organisation | None = None,
    key: str | None = None,
) -> Round:
    """A round in planning, with the text as the first version of its configuration; money comes with its sources.

    `code` is QNZJ-2027 where nothing else is given, the organiser the province. Raises Refused with every fault.
    """
    if faults := configuration_faults(text, programme.code):
        raise Refused([Refusal("configuration", fault, at="text") for fault in faults])
    code = code or round_no(programme.code, year)
    if reasons := list(_against_round(programme, code, year, key)):
        raise Refused(reasons)
    record = Round(
        programme=programme,
        code=code,
        title=title or gettext("%(programme)s（%(year)s）") % {"programme": programme.name, "year": year},
        year=year,
        organiser=organiser or province(),
    )
    return begin(record, actor=actor, key=key, given={"text": text, "reason": gettext("新建轮次")})


def _against_round(programme: Programme, code: str, year: int, key: str | None) -> Iterator[Refusal]:
    """What stands against a round of that code and year; one sent twice meets itself and is no reason."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        told = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
        yield Refusal("year", gettext("请写%(first)s到%(last)s之间的年份。") % told, at="year")
    if not CODE.fullmatch(code):
        told = {"code": programme.code}
        yield Refusal("code", gettext("代码由大写字母、数字和短横组成，例如 %(code)s-2027。") % told, at="code")
    there = Round.objects.filter(code=code).first()
    if there is not None and not Key.objects.filter(key=key or "").exists():
        told = {"code": code, "round": str(there)}
        yield Refusal("code_taken", gettext("代码 %(code)s 已经给了“%(round)s”，请换一个。") % told, at="code")


@command
def run_deadline(
    record: Stateful, name: str, *, actor: Any, period: str = "", start: dt.datetime | None = None
) -> Deadline:
    """The record has the open deadline `name`, at the end of the time the round allows, counted from `start` (now).

    `period` is the time's name in the profile where it differs, 'return_for_edit' for 'return_due'. Raises KeyError.
    """
    return keep_term(record, name, term(record, period or name, start=start), actor=actor)


@command
def keep_term(record: Stateful, name: str, found: Term, *, actor: Any) -> Deadline:
    """The record has the open deadline `name` at the end of this time, which can be counted again."""
    return set_deadline(
        record,
        name,
        found.due_at,
        starts_at=found.starts_at,
        amount=found.amount,
        unit=found.unit,
        provisional=found.provisional,
    )


@command
def load_calendar_year(year: int, rows: Collection[DayRow], source: str, *, actor: Any) -> CalendarYear:
    """The year's holidays and working weekends are those of `rows`, as published in `source`; who and when is kept.

    Open deadlines that were provisional are counted again; one that people were told is never moved forward.
    Loading the same again changes nothing. Raises Refused for a day of another year.
    """
    _require_officer(actor)
    days = [CalendarDay(day=row.date, working=row.working, note=row.note) for row in rows]
    if strange := [day.day for day in days if day.day.year != year]:
        told = {"day": shown(strange[0]), "year": year}
        raise Refused([Refusal("calendar", gettext("%(day)s不在%(year)s年。") % told)])
    known, _made = CalendarYear.objects.select_for_update().get_or_create(year=year, defaults={"source": source})
    text = chain.canonical([[row.date.isoformat(), row.working, row.note] for row in sorted(rows, key=_by_day)])
    last = CalendarEdition.objects.filter(year=year).order_by("number").last()
    if last and (last.days, last.source) == (text, source):
        return known
    CalendarDay.objects.filter(day__year=year).delete()
    CalendarDay.objects.bulk_create(days)
    CalendarYear.objects.filter(pk=known.pk).update(source=source)
    CalendarEdition.objects.create(
        year=year,
        number=last.number + 1 if last else 1,
        source=source,
        days=text,
        by=None if actor is SYSTEM else actor,
        at=clock.now(),
    )
    _recount()
    return known


def _by_day(row: DayRow) -> dt.date:
    return row.date


@command
def seed_calendar(*, actor: Any) -> None:
    """Every year whose calendar is shipped and not loaded yet is loaded. Raises Refused."""
    there = set(CalendarYear.objects.values_list("year", flat=True))
    for year in sorted(workdays_data.known_years() - there):
        load_calendar_year(year, workdays_data.rows(year), gettext("随系统提供"), actor=actor)


def _recount() -> None:
    for row, due_at, provisional in counted_again(calendar()):
        row.due_at, row.provisional = due_at, provisional
        row.save(update_fields=["due_at", "provisional"])


@command
def use_place(round_: Round, path: str, *, actor: Any) -> None:
    """One place of the area's quota is used; no race can use more than there are. Raises Refused when none is left."""
    quota = quota_of(round_, path)
    if quota is None:
        raise Refused([Refusal("no_place", gettext("本轮没有给这个地区分配推荐名额。"))])
    if Quota.objects.filter(pk=quota.pk, used__lt=F("places")).update(used=F("used") + 1) != 1:
        raise Refused([Refusal("no_place", gettext("%(n)s 个推荐名额已经用完。") % {"n": quota.places})])


@command
def return_place(round_: Round, path: str, *, actor: Any) -> None:
    """One used place of the area's quota is free again."""
    if quota := quota_of(round_, path):
        Quota.objects.filter(pk=quota.pk, used__gt=0).update(used=F("used") - 1)


def _require_officer(actor: Any) -> None:
    if not holds(actor, Role.PROGRAMME_OFFICER, Role.SYSADMIN):
        told = {"role": str(Role.PROGRAMME_OFFICER.label)}
        raise Refused([Refusal("not_yours", gettext("这一步由%(role)s办理。") % told)])
