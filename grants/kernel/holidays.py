"""The State Council's yearly holiday notice, read as it is written: which days are off, which weekends are worked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5
LONGEST = timedelta(days=15)
"""No holiday is longer; what reads so is a slip of the pen."""
NUMBERED = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十\d]+[）)]?[、.．])?\s*(?P<name>[\w·、和]{2,12})[：:](?P<said>.+)$"
)
DAY = re.compile(
    r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日(?:[（(](?P<aside>[^（）()]*)[）)])?"
)
RANGE = re.compile(r"^\s*(?:至|到|—+|-|－|~|～)\s*$")
IN_ALL = re.compile(r"(?:共|放假)\s*(\d{1,2})\s*天")
WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
WEEK = "一二三四五六日"


@dataclass(frozen=True)
class Exceptional:
    """A day that differs from Monday–Friday, under the holiday's name."""

    day: date
    working: bool
    name: str


@dataclass(frozen=True)
class Slip:
    """A line that cannot be right: which, and why: `what` is one of the words below.

    'date' no such day · 'weekday' the day of the week is another · 'length' the days counted are others · 'order' it
    ends before it begins, or lasts too long · 'worked' that day is worked anyway · 'nothing' no day is named.
    """

    what: str
    line: str
    said: str = ""
    found: str = ""


def read_notice(text: str, year: int) -> tuple[list[Exceptional], list[Slip]]:
    """The exceptions of that year that the notice names, in order, each day once; and what in it cannot be right.

    A line is read where it begins with a holiday's name and a colon: 一、元旦：1月1日（周四）至3日（周六）放假。
    Weekends within a holiday are no exception; days of another year are left out.
    """
    found: dict[date, Exceptional] = {}
    slips: list[Slip] = []
    for line in (one.strip() for one in text.splitlines()):
        if (head := NUMBERED.match(line)) and ("放假" in line or "上班" in line):
            days, wrong = _line(line, head["name"], head["said"], year)
            slips += wrong
            found |= {one.day: one for one in days if one.day.year == year}
    idle = {day for day, one in found.items() if not one.working}
    worked = [one for one in found.values() if one.working and one.day.weekday() < SATURDAY and one.day not in idle]
    slips += [Slip("worked", one.name, found=one.day.isoformat()) for one in worked]
    kept = [one for one in found.values() if one.working == (one.day.weekday() >= SATURDAY)]
    return sorted(kept, key=lambda one: one.day), slips


def _line(line: str, name: str, said: str, year: int) -> tuple[list[Exceptional], list[Slip]]:
    days: list[Exceptional] = []
    slips: list[Slip] = []
    for sentence in re.split(r"[。；;]", said):
        if "放假" not in sentence and "上班" not in sentence:
            continue
        named, wrong = _days(sentence, line, year)
        slips += wrong
        working = "放假" not in sentence
        days += [Exceptional(day, working, name) for day in named]
        if not wrong and not working and (told := IN_ALL.search(sentence)) and int(told[1]) != len(named):
            slips.append(Slip("length", line, told[1], str(len(named))))
    return days, slips or ([] if days else [Slip("nothing", line)])


def _days(sentence: str, line: str, year: int) -> tuple[list[date], list[Slip]]:
    """Every day that the sentence names, ranges filled in."""
    found: list[date] = []
    slips: list[Slip] = []
    end, month = 0, 0
    for match in DAY.finditer(sentence):
        month = int(match["month"] or month)
        day = _date(int(match["year"] or year), month, int(match["day"]))
        if day is None:
            return [], [Slip("date", line, match[0])]
        slips += _weekday(day, match, line)
        if found and RANGE.match(sentence[end : match.start()]):
            begins = found[-1]
            if not begins < day <= begins + LONGEST:
                return [], [Slip("order", line, match[0])]
            found += _between(begins, day)
        else:
            found.append(day)
        end = match.end()
    return found, slips


def _between(begins: date, ends: date) -> Iterator[date]:
    return (begins + timedelta(days=n) for n in range(1, (ends - begins).days + 1))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _weekday(day: date, match: re.Match[str], line: str) -> list[Slip]:
    told = WEEKDAY.search(match["aside"] or "")
    if told is None or WEEK.index(told[1].replace("天", "日")) == day.weekday():
        return []
    return [Slip("weekday", line, match[0], day.isoformat())]
