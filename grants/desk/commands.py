"""The verbs of pages, bulk actions and rehearsals: thin, each its own transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.applications.queries import visible_to
from grants.desk import pressed
from grants.desk.models import WISHED, Bulk, BulkItem, Digest, Export, MailWishes, Outcome, Single, Tongue, wish_of
from grants.desk.queries.mail import digest_readers, wishes_of
from grants.desk.queries.notices import forget_unread, notices_of
from grants.desk.queries.reminders import morning, reminders_due
from grants.desk.rules import cannot_start
from grants.kernel.workdays import Calendar
from grants.people.commands import answer_handover, ask_handover
from grants.people.commands.beginning import Begun, begin
from grants.people.commands.register import dissolve_organisation
from grants.people.enums import HandoverAnswer
from grants.people.models import Handover, Organisation, Team, User
from grants.people.proof import demand
from grants.people.queries import holds
from grants.programmes.commands import create_programme, seed_calendar
from grants.programmes.profile import Profile, profile_text
from grants.programmes.queries import calendar
from workflow import clock, endorsing, outbox
from workflow.actions import command, take
from workflow.chain import canonical
from workflow.command import fingerprint, once
from workflow.lifecycle import MACHINES, PROJECT, PROJECT_FINAL, Role
from workflow.machine import Stateful
from workflow.models import Endorsement, Notice, NoticeKind, Proposal, Step
from workflow.notices import remind
from workflow.ports import SYSTEM
from workflow.refusals import Refusal, Refused

OFFERED: dict[str, list[str]] = {
    "language": Tongue.values,
    "digest": Digest.values,
    **dict.fromkeys(WISHED, Single.values),
}
"""What a person may choose for each wish."""


@command
def act(
    record: Stateful,
    name: str,
    *,
    actor: Any,
    version: int | None = None,
    key: str | None = None,
    given: Mapping[str, Any] | None = None,
) -> Step:
    """Make one move or act through the one door. Raises what take() raises, and Unproven for a deed that weighs."""
    demand(actor, record.machine().deeds.get(name))
    return take(record, name, actor=actor, version=version, key=key, given=given)


@command
def put_forward(
    record: Stateful, name: str, *, actor: Any, version: int | None = None, given: Mapping[str, Any] | None = None
) -> Proposal:
    """Put a move before those who endorse it, or a paper before the person who confirms it.

    Raises Refused, Stale, and Unproven for a deed that weighs.
    """
    demand(actor, record.machine().deeds.get(name))
    return endorsing.propose(record, name, actor=actor, version=version, given=given)


@command
def stand_behind(proposal: Proposal, *, actor: Any) -> Endorsement:
    """Endorse what somebody else has put forward. Raises Refused, Stale, and Unproven for a deed that weighs."""
    demand(actor, MACHINES[proposal.machine].deeds.get(proposal.move))
    return endorsing.endorse(proposal, actor=actor)


@command
def read_notices(*, actor: Any, only: Iterable[int] | None = None) -> int:
    """These notices of the person, or all they may see, are read from now on; those read before stay as they were.

    -> how many were unread.
    """
    found = notices_of(actor, unread=True)
    rows = found if only is None else found.filter(pk__in=list(only))
    marked = Notice.objects.filter(pk__in=list(rows.values_list("pk", flat=True)), read_at__isnull=True)
    done = marked.update(read_at=clock.now())
    transaction.on_commit(lambda: forget_unread([actor]))
    return done


@command
def send_reminders(*, actor: Any) -> int:
    """Whoever holds what is due in 7, 3 or 1 working days, or was due the working day before, is reminded, once each.

    From eight in the morning of working days; what is done or moved meanwhile is left out. -> how many deadlines.
    """
    found = list(reminders_due())
    for one in found:
        remind(one.row, one.people, mark=one.mark, left=one.left)
    return len(found)


@command
def send_digests(*, actor: Any) -> None:
    """Everybody who wishes a digest today, or this week, has one on its way; none twice."""
    days, today = calendar(), clock.today()
    if not morning(days):
        return
    monday = today - dt.timedelta(days=today.weekday())
    week = today.strftime("%G-W%V")
    periods = {Digest.DAILY: today.isoformat(), Digest.WEEKLY: week if _opens_week(today, monday, days) else ""}
    wanted = {who.pk: periods[often] for who, often in digest_readers()}
    outbox.post("digest", {f"digest:{pk}:{period}": {"person": pk} for pk, period in wanted.items() if period})


def _opens_week(today: dt.date, monday: dt.date, days: Calendar) -> bool:
    """Whether the first working day of the week is today, or was the day before and was missed."""
    first = days.next_working_day(monday)
    return first <= today <= first + dt.timedelta(days=1)


@command
def choose_mail(wishes: Mapping[str, str], *, actor: User) -> MailWishes:
    """From now on the person has mail as they wish: language, each kind of notice, digest. Raises Refused.

    What is to go into a digest needs a digest.
    """
    row = wishes_of(actor)
    for name, offered in OFFERED.items():
        if wishes.get(name) not in offered:
            raise Refused([Refusal("choice", gettext("请从给出的选项里选一个。"), at=name)])
        setattr(row, name, wishes[name])
    if row.digest == Digest.OFF and Single.DIGEST in {row.of(kind) for kind in WISHED}:
        message = gettext("您让通知并入汇总，请选择多久发一次汇总。")
        raise Refused([Refusal("digest", message, at="digest")])
    row.save()
    return row


@command
def stop_mail(person: User, kind: str, *, actor: Any) -> None:
    """No letters of this kind any more ('digest' or a kind of notice), or, for 'all', none at all.

    The person asks by the signed link of a letter, without signing in. In the application they are told as before.
    """
    row = wishes_of(person)
    for name in WISHED if kind == "all" else [wish_of(kind)] if kind in NoticeKind.values else []:
        setattr(row, name, Single.OFF)
    if kind in {"digest", "all"}:
        row.digest = Digest.OFF
        for name in WISHED:
            setattr(row, name, Single.OFF if row.of(name) == Single.DIGEST else row.of(name))
    row.save()


@command
def send_again(pk: int, *, actor: Any) -> bool:
    """A message that was given up is tried anew, at the administrator's word. -> whether there was one.

    Raises Refused.
    """
    if not holds(actor, Role.SYSADMIN):
        raise Refused([Refusal("not_yours", gettext("这一步由系统管理员办理。"))])
    return outbox.try_again(pk)


@command
def note_export(sheet: str, wanted: str, rows: int, *, actor: User) -> Export:
    """It is on record that the person took this list away: by which filters, as what, how many rows, when."""
    return Export.objects.create(person=actor, at=clock.now(), sheet=sheet, wanted=wanted, rows=rows)


@command
def begin_installation(*, actor: Any = SYSTEM, name: str = "", mobile: str = "", another: str = "") -> Begun:
    """Everything is there that a first round needs and no page can make; or nothing, where something is refused.

    In order: the Red Crosses of Zhejiang and the first administrator · the working days that are shipped · the
    programme of the shipped configuration. What is there already stays as it is. Raises Refused.
    """
    begun = begin(actor=actor, name=name, mobile=mobile, another=another)
    seed_calendar(actor=actor)
    named = Profile.parse(profile_text("qingnuan")).programme
    create_programme(named.code, named.name_zh, name_en=named.name_en, actor=actor)
    return begun


# Many projects at once --------------------------------------------------------------------------------------


@command
def start_bulk(move: str, chosen: Mapping[int, int], *, actor: Any, key: str, given: Mapping[str, Any]) -> Bulk:
    """One deed is asked for on many projects, `chosen` as id and the version seen; all of them wait.

    Nothing has moved yet. A replay of the key with the same content returns the first. Raises Refused, KeyReused, and
    Unproven for a deed that weighs.
    """
    demand(actor, PROJECT.deeds.get(move))
    if reason := cannot_start(move, len(chosen)):
        raise Refused([reason])
    asked = fingerprint("bulk", move, actor.pk, {str(pk): version for pk, version in chosen.items()}, dict(given))
    pk, _fresh = once(f"bulk:{key}", asked, lambda: _start(move, chosen, actor, given))
    return Bulk.objects.get(pk=pk)


def _start(move: str, chosen: Mapping[int, int], actor: Any, given: Mapping[str, Any]) -> str:
    bulk = Bulk.objects.create(person=actor, move=move, given=canonical(dict(given)), started_at=clock.now())
    rows = [BulkItem(bulk=bulk, project_id=pk, version=version) for pk, version in sorted(chosen.items())]
    BulkItem.objects.bulk_create(rows)
    return str(bulk.pk)


def carry_on(bulk: Bulk, *, actor: Any) -> Bulk:
    """Every project that still waits is tried, each once. `actor` is whoever asked for it."""
    pressed.go_through(bulk, bulk.items.select_related("project", "bulk"), make_item, actor=actor)
    return bulk


@command
def make_item(item: BulkItem, *, actor: Any) -> None:
    """The deed is done on one project under a key of its own, and the row says so. Raises what take() raises."""
    bulk = item.bulk
    seen = visible_to(actor).filter(pk=item.project_id)
    if not seen.exists():
        raise Refused([Refusal("gone", gettext("没有找到这条记录。"))])
    key = f"bulk:{bulk.pk}:{item.project_id}"
    take(item.project, bulk.move, actor=actor, version=item.version, key=key, given=json.loads(bulk.given))
    pressed.settle(item, Outcome.DONE)


def carry_on_all(*, actor: Any = SYSTEM) -> int:
    """Every bulk deed that is not finished goes on, the oldest first, each as whoever asked for it. -> how many."""
    return pressed.every_open(Bulk.objects.all(), lambda bulk: carry_on(bulk, actor=bulk.person))


# Teams from one Red Cross to another, Red Crosses that cease -----------------------------------------------------


@command
def offer_team(team: Team, receiving: Organisation, reason: str, *, actor: Any) -> Handover:
    """The team waits for the other Red Cross. Raises Refused: what people's rules say, and a project still going."""
    _nothing_going(team)
    return ask_handover(team, receiving, reason, actor=actor)


@command
def answer_team(handover: Handover, answer: str, *, actor: Any, reason: str = "") -> Handover:
    """The other Red Cross takes the team or not, or the first withdraws. Raises Refused, a project still going too."""
    if answer == HandoverAnswer.TAKEN:
        _nothing_going(handover.team)
    return answer_handover(handover, answer, actor=actor, reason=reason)


@command
def dissolve_place(place: Organisation, last_day: dt.date, *, actor: Any, reason: str) -> Organisation:
    """The organisation ceases. Raises Refused: what people's rules say, and a project that lies or is paid there."""
    here = Q(scope=place.path) | Q(payee=place.pk)
    going = Project.objects.filter(here).exclude(state__in=PROJECT_FINAL).order_by("number")
    if n := going.count():
        message = gettext("还有%(n)s个在办项目在这里或由它收款，请等它们办完，或者把它并入别的组织。")
        raise Refused([Refusal("going", message % {"n": n})])
    return dissolve_organisation(place, last_day, actor=actor, reason=reason)


def _nothing_going(team: Team) -> None:
    going = team.projects.exclude(state__in=PROJECT_FINAL).order_by("number").first()
    if going:
        words = {"project": going, "state": going.label}
        message = gettext(
            "项目“%(project)s”还在办（%(state)s）。未立项的等有了结果再移交；已立项的请在项目里提出变更。"
        )
        raise Refused([Refusal("going", message % words)])
