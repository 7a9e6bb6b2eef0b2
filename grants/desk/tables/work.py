"""The work list by urgency: what, which project, in which role, since and until when, and where to go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.queries.overdue import InPlace
from grants.desk.queries.records import project_of
from grants.desk.queries.work import AccountWaiting, Passed, TeamWaiting, Waiting
from grants.desk.tables.hats import hat_name
from grants.desk.tables.meetings import meeting_url
from grants.desk.tables.messages import task_message
from grants.desk.tables.offers import move_url, record_url, role_names, signers
from grants.desk.tables.trail import label_of
from grants.desk.tables.urgency import left_of, month_day, urgency
from grants.desk.words import deadline_name, duty_of, pill
from grants.kernel.workdays import Calendar
from grants.people.models import Handover
from grants.programmes.queries import calendar
from workflow import clock
from workflow.endorsing import missing
from workflow.models import Proposal, Step
from workflow.phrases import listed

NAMED = 3
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
    message: str


def groups(
    waiting: Sequence[Waiting],
    days: Calendar,
    now: dt.datetime,
    link: Callable[[str], str] = str,
    beside: Sequence[AccountWaiting | TeamWaiting | InPlace] = (),
) -> list[dict[str, Any]]:
    """Rows under their headings; a heading without rows is left out. `link` makes an address one that can be sent."""
    rows = [_row(one, days, now, link) for one in waiting]
    rows += [_beside_row(one, days, now, link) for one in beside]
    rows.sort(key=lambda row: (row.due is None, row.due.due_at if row.due else now))
    made = []
    for key, label, tone, icon in GROUPS:
        if mine := [row for row in rows if row.group == key]:
            made.append({"key": key, "label": label, "tone": tone, "icon": icon, "rows": mine})
    return made


def _row(one: Waiting, days: Calendar, now: dt.datetime, link: Callable[[str], str]) -> WorkRow:
    record = one.record
    title, url, action = _what(one)
    group, left = urgency(one.due.due_at if one.due else None, days, now)
    until = left_of(one.due, "", days, now) if one.due else None
    return WorkRow(
        title=title,
        url=url,
        action=action,
        about=project_of(record) or record,
        record=record,
        hats=listed(dict.fromkeys(hat_name(hat) for hat in one.hats)),
        since=one.item.since,
        due=one.due,
        due_name=deadline_name(one.due.name) if one.due else "",
        left=left,
        group=group,
        message=task_message(title, project_of(record) or record, until, link(url)),
    )


def _beside_row(one: AccountWaiting | TeamWaiting | InPlace, days: Calendar, now: dt.datetime, link: Any) -> WorkRow:
    if isinstance(one, InPlace):
        return _in_place_row(one, days, now, link)
    return _team_row(one, days, now, link) if isinstance(one, TeamWaiting) else _account_row(one, days, now, link)


def _account_row(one: AccountWaiting, days: Calendar, now: dt.datetime, link: Callable[[str], str]) -> WorkRow:
    """An account that was filed for a project: to be compared with its photo, and verified."""
    project, deed = one.account.project, "verify_payee_account"
    title, url = str(project.machine().deeds[deed].label), move_url(project, deed)
    group, left = urgency(None, days, now)
    return WorkRow(
        title=title,
        url=url,
        action=gettext("去核实"),
        about=project,
        record=project,
        hats=listed(dict.fromkeys(hat_name(hat) for hat in one.hats)),
        since=one.account.filed_at,
        due=None,
        due_name="",
        left=left,
        group=group,
        message=task_message(title, project, None, link(url)),
    )


def _in_place_row(one: InPlace, days: Calendar, now: dt.datetime, link: Callable[[str], str]) -> WorkRow:
    """What somebody let pass: done in their place, from the project's page, where they may also be reminded."""
    project, title = one.project, str(one.project.machine().deeds[one.deed].label)
    url = f"{record_url(project)}#do"
    group, left = urgency(one.due.due_at, days, now)
    return WorkRow(
        title=title,
        url=url,
        action=gettext("去办理"),
        about=project,
        record=project,
        hats=listed(dict.fromkeys(hat_name(hat) for hat in one.hats)),
        since=one.due.due_at,
        due=one.due,
        due_name=deadline_name(one.due.name),
        left=left,
        group=group,
        message=task_message(title, project, left_of(one.due, "", days, now), link(url)),
    )


def _team_row(one: TeamWaiting, days: Calendar, now: dt.datetime, link: Callable[[str], str]) -> WorkRow:
    """A team that another Red Cross hands over: to be taken, or not."""
    title, url = gettext("确认团队移交"), reverse("handover_answer", args=[one.handover.pk])
    group, left = urgency(None, days, now)
    return WorkRow(
        title=title,
        url=url,
        action=gettext("去答复"),
        about=one.handover.team,
        record=one.handover,
        hats=listed(dict.fromkeys(hat_name(hat) for hat in one.hats)),
        since=one.handover.asked_at,
        due=None,
        due_name="",
        left=left,
        group=group,
        message=task_message(title, one.handover.team, None, link(url)),
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
        alone = f"{move_url(record, proposal.move)}?proposal={proposal.pk}"
        return title, meeting_url(proposal, record) or alone, gettext("去办理")
    if item.kind in deeds:
        return str(deeds[item.kind].label), move_url(record, item.kind), gettext("去办理")
    return _turn(one)


def _turn(one: Waiting) -> tuple[str, str, str]:
    """A turn of the record's own: its page, where everything can be read first."""
    return duty_of(one.record), f"{record_url(one.record)}#do", gettext("去办理")


def open_rows(waiting: Sequence[Waiting]) -> list[dict[str, Any]]:
    """Open work in short: what, which project, until when, where it is."""
    days, now = calendar(), clock.now()
    rows = []
    for one in waiting:
        title, url, _action = _what(one)
        due = left_of(one.due, deadline_name(one.due.name), days, now) if one.due else None
        rows.append({"title": title, "url": url, "about": project_of(one.record) or one.record, "due": due})
    return rows


def step_rows(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Steps in short: what was done, on which project, when."""
    return [{"label": label_of(step), "about": project_of(step.record) or step.record, "at": step.at} for step in steps]


def sent_rows(teams: Sequence[Handover]) -> list[dict[str, Any]]:
    """Teams that a person wants to hand over: which, and who has not answered."""
    return [
        {
            "label": gettext("移交团队"),
            "about": one.team,
            "missing": one.receiving.short_name,
            "url": reverse("handover_answer", args=[one.pk]),
        }
        for one in teams
    ]


def proposal_rows(proposals: Sequence[Proposal]) -> list[dict[str, Any]]:
    """What a person has put before others: what, and who is missing."""
    rows = []
    for proposal in proposals:
        record: Any = proposal.record
        deed = record.machine().deeds[proposal.move]
        left = signers(deed, missing(deed, proposal), paper=proposal.paper)
        url = reverse("proposal", args=[proposal.pk])
        rows.append({"label": deed.label, "about": project_of(record) or record, "missing": left, "url": url})
    return rows


def done_rows(passed: Sequence[Passed], days: Calendar, now: dt.datetime) -> list[dict[str, Any]]:
    """What a person moved on last, with who has it now, since and until when."""
    return [_done_row(one, one.step.record, days, now) for one in passed]


def _done_row(one: Passed, record: Any, days: Calendar, now: dt.datetime) -> dict[str, Any]:
    project = project_of(record)
    return {
        "label": label_of(one.step),
        "kind": "" if project in {None, record} else record.machine().label,
        "about": project or record,
        "url": record_url(record),
        "pill": pill(record),
        "who": _who(one, final=record.is_final),
        "since": month_day(one.since) if one.since else "",
        "left": left_of(one.due, deadline_name(one.due.name), days, now) if one.due else None,
    }


def _who(one: Passed, *, final: bool) -> str:
    """Who has it: the person, by name and role, or the reader."""
    if final:
        return gettext("已经办结")
    if one.mine:
        return gettext("在您手里")
    names = listed(dict.fromkeys(hat.hand_name for hat in one.hands[:NAMED]))
    roles = role_names(tuple(dict.fromkeys(hat.role for hat in one.hands)))
    return gettext("在%(names)s（%(roles)s）手里") % {"names": names, "roles": roles} if names else ""
