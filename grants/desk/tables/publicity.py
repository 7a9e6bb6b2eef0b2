"""The public notice in pictures and words: its days drawn, its text begun for the officer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from grants.desk.queries.publicity import Publicity
from grants.kernel.money import format_fen
from grants.kernel.workdays import ONE_DAY, Calendar
from workflow.lifecycle import Role

MOST_DAYS = 32
CONTACT_OF = Role.DISCIPLINE


@dataclass(frozen=True)
class Day:
    """One day of the publicity: the day it begins counts 0, days off count nothing."""

    date: dt.date
    working: bool
    number: int
    look: str


def strip(begins: dt.date, ends: dt.date, today: dt.date, days: Calendar) -> list[Day]:
    """Every day from the one on which it begins, as far as the strip is long."""
    found: list[Day] = []
    count = 0
    for n in range(min((ends - begins).days + 1, MOST_DAYS)):
        date = begins + ONE_DAY * n
        working = days.is_working(date)
        count += bool(n and working)
        look = "now" if date == today else "off" if not working else "done" if date < today else ""
        found.append(Day(date, working, count if working else 0, look))
    return found


def begun(found: Publicity, ends: dt.date, days: int) -> dict[str, Any]:
    """Title, text and contact to begin with, the projects counted in them. An official text is Chinese."""
    total = sum(one.amount_fen for one in found.waiting)
    facts = {"round": found.round, "n": len(found.waiting), "total": format_fen(total), "ends": ends, "days": days}
    parts = render_to_string("print/publicity.txt", facts).split("\n---\n")
    title, text, contact = (part.strip() for part in parts)
    return {"title": title, "number": "", "text": text, "contact": contact, "ends_on": ends}
