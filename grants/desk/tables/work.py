"""The work list by urgency: what, which project, in which role, since and until when, and where to go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.queries.records import project_of
from grants.desk.queries.work import Waiting
from grants.desk.tables.offers import move_url, record_url, role_names
from grants.desk.tables.trail import label_of
from grants.desk.words import deadline_name, duty_of, pill
from grants.kernel.workdays import Calendar
from workflow import clock
from workflow.endorsing import missing
from workflow.models import Proposal, Step
from workflow.phrases import listed

SOON_WORKDAYS = 5
GROUPS = (
    ("late", _("已经过期"), "bad", "exclamation-circle-fill"),
    ("today", _("今天截止"), "bad", "alarm"),
    ("soon", _("5个工作日内"), "wait", "hourglass-split"),
    ("later", _("以后"), "rest", "calendar3"),
    ("open", _("没有期限"), "rest", "inbox"),
)


@dataclass(frozen=True)
class WorkRow:
    """One thing to do."""

    title: str
    url: str
    action: str
    about: Any
    record: Any
    hats: str
    since: Any
    due: Any
    due_name: str
    left: str
    group: str


def groups(waiting: Sequence[Waiting], days: Calendar, now: dt.datetime) -> list[dict[str, Any]]:
    """Rows under their headings; a heading without rows is left out."""
    rows = [_row(one, days, now) for one in waiting]
    made = []
    for key, label, tone, icon in GROUPS:
        if mine := [row for row in rows if row.group == key]:
            made.append({"key": key, "label": label, "tone": tone, "icon": icon, "rows": mine})
    return made


def _row(one: Waiting, days: Calendar, now: dt.datetime) -> WorkRow:
    record = one.record
    title, url, action = _what(one)
    group, left = urgency(one.due.due_at if one.due else None, days, now)
    return WorkRow(
        title=title,
        url=url,
        action=action,
        about=project_of(record) or record,
        record=record,
        hats=listed(dict.fromkeys(hat.get_role_display() for hat in one.hats)),
        since=one.item.since,
        due=one.due,
        due_name=deadline_name(one.due.name) if one.due else "",
        left=left,
        group=group,
    )


def _what(one: Waiting) -> tuple[str, str, str]:
    """What is to be done, where, and the word on the button."""
    record, item, proposal = one.record, one.item, one.item.proposal
    deeds = record.machine().deeds
    if proposal and item.kind == "endorse":
        word = gettext("核对签字件") if proposal.paper else gettext("会签")
        title = gettext("%(word)s：%(move)s") % {"word": word, "move": deeds[proposal.move].label}
        return title, reverse("proposal", args=[proposal.pk]), word
    if proposal:
        title = gettext("会签已齐，可以办理：%(move)s") % {"move": deeds[proposal.move].label}
        return title, f"{move_url(record, proposal.move)}?proposal={proposal.pk}", gettext("去办理")
    if item.kind in deeds:
        return str(deeds[item.kind].label), move_url(record, item.kind), gettext("去办理")
    return _turn(one)


def _turn(one: Waiting) -> tuple[str, str, str]:
    """A turn of the record's own: its page, where everything can be read first."""
    return duty_of(one.record), f"{record_url(one.record)}#do", gettext("去办理")


def urgency(due_at: dt.datetime | None, days: Calendar, now: dt.datetime) -> tuple[str, str]:
    """The group a deadline falls into, and what is left of it in words."""
    if due_at is None:
        return "open", gettext("没有期限")
    today, last = (moment.astimezone(clock.SHANGHAI).date() for moment in (now, due_at))
    if due_at <= now:
        return "late", gettext("已过期")
    if last == today:
        hour = due_at.astimezone(clock.SHANGHAI).strftime("%H:%M")
        return "today", gettext("今天%(hour)s") % {"hour": hour}
    left = days.working_days_between(today, last)
    words = gettext("还剩%(n)s个工作日") % {"n": left}
    return ("soon" if left <= SOON_WORKDAYS else "later"), words


def proposal_rows(proposals: Sequence[Proposal]) -> list[dict[str, Any]]:
    """What a person has put before others: what, and who is missing."""
    rows = []
    for proposal in proposals:
        record: Any = proposal.record
        deed = record.machine().deeds[proposal.move]
        left = role_names(missing(deed, proposal))
        url = reverse("proposal", args=[proposal.pk])
        rows.append({"label": deed.label, "about": project_of(record) or record, "missing": left, "url": url})
    return rows


def done_rows(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What a person did last, with where each record stands now."""
    return [
        {
            "label": label_of(step),
            "kind": "" if project_of(step.record) in {None, step.record} else step.record.machine().label,
            "about": project_of(step.record) or step.record,
            "url": record_url(step.record),
            "at": step.at,
            "pill": pill(step.record),
        }
        for step in steps
        if step.record is not None
    ]
