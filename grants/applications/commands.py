"""Beginning a project and filling it in: the form, the budget, the files. Moves go through workflow.actions.take."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext

from grants.applications.copying import BUDGET, Copying, last_application
from grants.applications.doubts import EXPLAINED
from grants.applications.enums import MoneySource, Route
from grants.applications.form_definition import SECTIONS, Input, asked
from grants.applications.form_kept import answer_to, definition_of, keep_form
from grants.applications.form_reading import read
from grants.applications.models import BudgetLine, BudgetVersion, Collaboration, Project, Writing
from grants.applications.proving import take_over
from grants.applications.queries import (
    LINE,
    OPEN_TO_TEAM,
    addable_slots,
    begins_with,
    current_budget,
    may_write,
    own_slots,
    sections_to_correct,
    supposed,
)
from grants.applications.rules.leading import not_leader
from grants.applications.together import may_write_at, next_number, page_of, share_of
from grants.kernel.numbering import project_no
from grants.people.models import Team, User
from grants.people.queries import OF_TEAMS, holds
from grants.programmes.models import Round
from grants.programmes.papers import require_fitting
from grants.programmes.profile.basics import Slot
from grants.programmes.queries import rules_of
from storage.commands import attach, replace, withdraw
from storage.models import Attachment, Document
from storage.queries import attachments_of
from storage.refusal import Refused as NotTaken
from workflow import clock
from workflow.actions import amend, begin, command, lock, take
from workflow.command import fingerprint, once
from workflow.lifecycle import ProjectState, Role
from workflow.models import Step
from workflow.phrases import listed
from workflow.ports import domain
from workflow.refusals import Refusal, Refused

WRITABLE = (ProjectState.DRAFT, ProjectState.RETURNED, ProjectState.SUPPLEMENT)
MOST_LINES = 60
LONGEST = {"item": 80, "unit": 10, "basis": 200, "activity": 60}
DEAREST = 10**10
MOST = 10**6


@command
def begin_project(
    round_: Round, team: Team, leader: User, *, actor: Any, key: str | None = None, route: str = Route.OPEN
) -> Project:
    """A draft of the team in the round, with the next number of the round, paid to whom the round usually pays.

    The paper of registration that was compared within the year lies with it.
    A replay of the key returns the first one. Raises Refused: round not open, another application of the team, a
    leader who is none, a route that only the province may open.
    """
    if key is None:
        return _begin(round_, team, leader, actor, route)
    asked = fingerprint("begin_project", actor.pk, round_.pk, team.pk, leader.pk, route)
    pk, _fresh = once(key, asked, lambda: str(_begin(round_, team, leader, actor, route).pk))
    return Project.objects.get(pk=pk)


def begin_for(round_: Round, team: Team, leader: User, asked: str, *, actor: Any) -> Project:
    """The same by an officer, at the leader's word, which the first step keeps. Inside a command."""
    return _begin(round_, team, leader, actor, Route.OPEN, asked=asked, leader_asked=leader.name)


def _begin(round_: Round, team: Team, leader: User, actor: Any, route: str, **given: Any) -> Project:
    if reason := not_leader(team, leader) or _not_open_to(actor, route):
        raise Refused([reason])
    Round.objects.filter(pk=round_.pk).update(numbered=F("numbered") + 1)  # holds the round's row until the end
    now = Round.objects.select_related("programme", "configuration").get(pk=round_.pk)
    project = supposed(now, team, leader, route)
    project.number = project_no(now.code, now.numbered)
    project.form = begins_with(leader)
    project.asked = keep_form(asked(rules_of(now)))
    begun = begin(project, actor=actor, given=given)
    take_over(begun, actor)
    return begun


def _not_open_to(actor: Any, route: str) -> Refusal | None:
    if route == Route.OPEN or holds(actor, Role.PROGRAMME_OFFICER):
        return None
    return Refusal("route", gettext("邀约、购买服务和上级推荐的项目由省级项目管理员新建。"), at="route")


@command
def save_form(project: Project, *, actor: Any, version: int | None = None, **answers: Any) -> Project:
    """The answers are saved as they are, finished or not; the version rises. Only fields of the form can be written.

    Raises Refused (not the team, not the time, unknown or unreadable answers, a section that was not sent back, a page
    that was not given to who was invited), Stale when somebody else saved first.
    """
    locked, share = _for_writer(project, actor, version)
    known = definition_of(locked)
    given, fields = read(answers, known), known.by_name
    changed = {name for name in given if _differs(locked, fields[name], given[name])}
    _only_theirs(locked, share, changed)
    _only_marked(locked, {name: fields[name].section for name in fields if name in changed})
    columns = {fields[name].column: value for name, value in given.items() if fields[name].column}
    form = locked.form | {name: value for name, value in given.items() if not fields[name].column}
    columns["form"] = {name: value for name, value in form.items() if value is not None}
    if changed & set(locked.copied):
        columns["copied"] = _without(locked.copied, changed)
    saved = amend(project, version=locked.version, **_in_columns(columns, locked, actor))
    _note_writer(locked, changed, actor)
    return saved


def _without(copied: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """The marks of what was copied, but for these."""
    return {name: number for name, number in copied.items() if name not in names}


@command
def copy_last(project: Project, pages: Sequence[str], *, actor: Any) -> int:
    """Where the draft has no answer on these pages it has that of the team's last application, marked as copied.

    What is written stays as it is, so a second press changes nothing. -> how many answers and lines came. Raises
    Refused: not the team, no draft, nothing handed in before.
    """
    locked = _for_team(project, actor, None)
    last = last_application(locked)
    if last is None or locked.state != ProjectState.DRAFT:
        raise Refused([Refusal("no_last", gettext("没有上次的申报书可以复制。"))])
    copying, number = Copying(locked, last), last.project.number
    offers = [one for one in copying.offers() if one.screen.code in pages]
    found = {name: value for one in offers for name, value in one.answers.items()}
    lines = copying.lines if any(one.lines for one in offers) else []
    if found:
        save_form(project, actor=actor, **found)
    if lines:
        save_budget(project, lines, actor=actor)
    if found or lines:
        copied = dict.fromkeys([*found, *([BUDGET] if lines else [])], number)
        amend(project, copied=locked.copied | copied)
    return len(found) + len(lines)


@command
def begin_as_last(round_: Round, team: Team, leader: User, *, actor: Any, key: str | None = None) -> Project:
    """A draft of the team in the round with everything that fits of what it handed in last, marked as copied.

    A replay of the key is the first one. Raises Refused like beginning and copying.
    """
    project = begin_project(round_, team, leader, actor=actor, key=key)
    if project.state == ProjectState.DRAFT and not project.copied:
        copy_last(project, [one.code for one in definition_of(project).screens], actor=actor)
    return project


@command
def look_over(project: Project, names: Collection[str], *, actor: Any) -> Project:
    """These answers count as looked at by the team: they are no longer marked as copied. Raises Refused."""
    locked, share = _for_writer(project, actor, None)
    _only_theirs(locked, share, names)
    if set(names) & set(locked.copied):
        amend(project, copied=_without(locked.copied, names))
    return project


def _differs(project: Project, field: Input, value: Any) -> bool:
    """Whether the answer is another one than the project has; nothing, no and an empty list are one."""
    return (value or None) != (answer_to(project, field) or None)


def _only_marked(project: Project, changed: Mapping[str, str]) -> None:
    """What changes, by the section it is in, lies in sections that were sent back. Raises Refused naming the others."""
    marked = sections_to_correct(project)
    if marked is None or not (other := [name for name, section in changed.items() if section not in marked]):
        return
    told = {
        "marked": listed(label for code, label in SECTIONS if code in marked),
        "others": listed(label for code, label in SECTIONS if code in {changed[name] for name in other}),
    }
    message = gettext("这次只退回修改“%(marked)s”，“%(others)s”不能改动。") % told
    raise Refused([Refusal("not_marked", message, at=other[0])])


def _in_columns(columns: dict[str, Any], project: Project, actor: Any) -> dict[str, Any]:
    """Answers that the project's columns keep in another shape: empty text, payee, the day of the promise."""
    for name in ("title", "field"):
        if name in columns:
            columns[name] = columns[name] or ""
    if "hazardous" in columns:
        columns["hazardous"] = bool(columns["hazardous"])
    if "payee" in columns:
        columns["payee"] = None if columns["payee"] == "registered_team" else project.team.guided_by
    if "committed_on" in columns:
        if Role.TEAM_LEADER not in domain().roles(actor, project):
            raise Refused([Refusal("not_yours", gettext("承诺须由项目负责人本人作出。"), at="committed")])
        columns["committed_on"] = clock.today() if columns["committed_on"] else None
    _check_period(columns, project)
    return columns


def _check_period(columns: dict[str, Any], project: Project) -> None:
    start = columns.get("start_date", project.start_date)
    end = columns.get("end_date", project.end_date)
    if start and end and end <= start:
        raise Refused([Refusal("period", gettext("“实施结束”须在“实施开始”之后。"), at="end_date")])


@command
def save_budget(
    project: Project,
    lines: Sequence[Mapping[str, Any]],
    *,
    actor: Any,
    version: int | None = None,
    reason: str = "",
) -> BudgetVersion:
    """The project's open budget holds exactly these lines, each amount being price × quantity in fen.

    A new version opens when the last one is locked; `requested_fen` is the sum of what the grant is to pay. A line has
    category, item, unit, unit_price_fen, quantity, source, basis, activity.

    Raises Refused (each bad line by number), Stale.
    """
    locked, share = _for_writer(project, actor, version)
    _only_theirs(locked, share, {BUDGET})
    _only_marked(locked, {"budget": "budget"})
    budget = write_budget(locked, lines, actor=actor, reason=reason)
    requested = sum(line.amount_fen for line in budget.lines.filter(source=MoneySource.GRANT))
    amend(project, version=locked.version, requested_fen=requested, copied=_without(locked.copied, {BUDGET}))
    _note_writer(locked, {BUDGET}, actor)
    return budget


@command
def write_budget(
    project: Project, lines: Sequence[Mapping[str, Any]], *, actor: Any, reason: str = ""
) -> BudgetVersion:
    """The open budget of a locked project holds exactly these lines; the caller has checked that the actor may write.

    A new version opens when the last one is locked. Raises Refused with each bad line by number.
    """
    rows = _read_lines(lines, {category.code for category in rules_of(project.round).budget.categories})
    budget = _open_budget(project, actor, reason)
    budget.lines.all().delete()
    BudgetLine.objects.bulk_create([BudgetLine(budget=budget, **row) for row in rows])
    return budget


def _open_budget(project: Project, actor: Any, reason: str) -> BudgetVersion:
    last = current_budget(project)
    if last is not None and last.locked_at is None:
        return last
    number = last.number + 1 if last else 1
    return BudgetVersion.objects.create(
        project=project, number=number, reason=reason[:200], made_by=actor, made_at=clock.now()
    )


def _read_lines(lines: Sequence[Mapping[str, Any]], categories: set[str]) -> list[dict[str, Any]]:
    reasons, rows = [], []
    if len(lines) > MOST_LINES:
        raise Refused([Refusal("budget", gettext("预算最多 %(n)s 行。") % {"n": MOST_LINES}, at="budget")])
    for number, line in enumerate(lines, start=1):
        row = {"source": MoneySource.GRANT.value, "basis": "", "activity": ""} | dict(line)
        if not _line_ok(row, categories):
            told = {"n": number, "item": str(row.get("item", ""))}
            reasons.append(
                Refusal("budget", gettext("预算第 %(n)s 行“%(item)s”没有填对。") % told, at=f"budget.{number}")
            )
        else:
            rows.append(row | {"amount_fen": row["unit_price_fen"] * row["quantity"]})
    if reasons:
        raise Refused(reasons)
    return rows


def _line_ok(row: Mapping[str, Any], categories: set[str]) -> bool:
    if set(row) != set(LINE) or row["category"] not in categories or row["source"] not in MoneySource.values:
        return False
    texts = all(isinstance(row[name], str) and len(row[name]) <= most for name, most in LONGEST.items())
    whole = all(type(row[name]) is int and row[name] > 0 for name in ("unit_price_fen", "quantity"))
    return (
        texts and whole and bool(row["item"].strip()) and row["unit_price_fen"] <= DEAREST and row["quantity"] <= MOST
    )


@command
def attach_file(
    project: Project, slot: str, document: Document, *, actor: Any, version: int | None = None
) -> Attachment:
    """The document lies in that slot of the application's checklist; in a slot for one file it replaces the former.

    The same bytes twice are one file. Raises Refused: not the team, not the time, no such slot, somebody else's
    document, a kind or size the slot does not take, no room; Stale.
    """
    locked, share = _for_writer(project, actor, version)
    _only_theirs(locked, share, {slot})
    place = _place(slot, own_slots(locked))
    _slot_open(locked, slot)
    if same := _same(locked, slot, document, actor):
        return same
    there = list(attachments_of(project, slot))
    require_fitting(locked, slot, document, more=len(there))
    amend(project, version=locked.version)
    _note_writer(locked, {slot}, actor)
    if not there or place.many:
        return attach(project, slot, document, actor=actor, now=clock.now())
    return replace(there[0], document, actor=actor, now=clock.now(), reason=gettext("更换"))


@command
def add_paper(
    project: Project, slot: str, document: Document, *, actor: Any, instead: Attachment | None = None, why: str = ""
) -> Attachment:
    """The team lays a paper into a slot of the present stage, beside what its deeds ask for; no state moves.

    `instead` names a file of the slot of which this is the next version, with why; the old one stays. The version of
    the record rises then, so that nobody decides on what they have not seen. Raises Refused as `attach_file`.
    """
    locked = lock(project)
    if locked.state in OPEN_TO_TEAM and instead is None:
        return attach_file(project, slot, document, actor=actor)
    if not domain().roles(actor, locked) & OF_TEAMS:
        raise Refused([Refusal("not_yours", gettext("这里的材料由项目团队或收款单位交。"))])
    place = _place(slot, addable_slots(locked))
    if locked.state in OPEN_TO_TEAM:
        _slot_open(locked, slot)
    if same := _same(locked, slot, document, actor):
        return same
    there = list(attachments_of(project, slot))
    if there and not place.many:
        instead = instead or there[0]
    require_fitting(locked, slot, document, more=0 if instead else len(there))
    if instead is None:
        return attach(project, slot, document, actor=actor, now=clock.now())
    if instead not in there:
        raise Refused([Refusal("gone", gettext("这份材料已经换过或撤下了。"), at=slot)])
    amend(project, version=locked.version)
    try:
        return replace(instead, document, actor=actor, now=clock.now(), reason=why.strip() or gettext("更换"))
    except NotTaken as error:
        raise Refused([Refusal(error.code, error.message, at="why")]) from error


def _place(slot: str, places: Sequence[Slot]) -> Slot:
    found = next((place for place in places if place.slot == slot), None)
    if found is None:
        raise Refused([Refusal("slot", gettext("这里不需要这项材料。"), at=slot)])
    return found


def _same(project: Project, slot: str, document: Document, actor: Any) -> Attachment | None:
    """What lies there with these bytes already: a double click, or the same photo chosen twice."""
    if document.uploaded_by_id != actor.pk:
        raise Refused([Refusal("document", gettext("没有找到您上传的这份材料，请重新上传。"), at=slot)])
    return attachments_of(project, slot).filter(document__sha256=document.sha256).first()


@command
def remove_file(project: Project, attachment: Attachment, *, actor: Any, version: int | None = None) -> Attachment:
    """The attachment is withdrawn from the application; the document and who handed it over stay in its history.

    Raises Refused: not the team, not the time, no document of this application; Stale.
    """
    locked, share = _for_writer(project, actor, version)
    current = attachments_of(locked).filter(pk=attachment.pk).first()
    if current is None or current.slot not in {place.slot for place in own_slots(locked)}:
        raise Refused([Refusal("gone", gettext("这份材料已经换过或撤下了。"))])
    _only_theirs(locked, share, {current.slot})
    _slot_open(locked, current.slot)
    amend(project, version=locked.version)
    _note_writer(locked, {current.slot}, actor)
    return withdraw(current, actor=actor, now=clock.now(), reason=gettext("团队撤下"))


def _slot_open(project: Project, slot: str) -> None:
    """Files may be changed when they, or the section they belong to, were sent back. Raises Refused otherwise."""
    marked, home = sections_to_correct(project), definition_of(project).screen_of(slot).section
    if marked is None or home not in marked:
        _only_marked(project, {slot: "files"})


@command
def hand_in(
    project: Project,
    move: str,
    *,
    actor: Any,
    version: int | None = None,
    key: str | None = None,
    committed: bool,
    explained: str = "",
) -> Step:
    """The leader's promise is on record, and the application is handed in by that move, both or neither.

    `explained` says why what is hardly possible is so; the step keeps it. A replay of the key returns the first step.
    Raises what save_form() and take() raise, KeyReused.
    """
    told = {EXPLAINED: explained.strip()} if explained.strip() else {}

    def handed() -> Step:
        return _hand_in(project, move, actor, version, told, committed=committed)

    if key is None:
        return handed()
    asked = fingerprint("hand_in", project.pk, move, actor.pk, version, committed, *told.values())
    ref, _fresh = once(key, asked, lambda: str(handed().pk))
    return Step.objects.get(pk=ref)


def _hand_in(
    project: Project, move: str, actor: Any, version: int | None, told: dict[str, str], *, committed: bool
) -> Step:
    if committed and project.committed_on is None and str(project.state) == ProjectState.DRAFT:
        version = save_form(project, actor=actor, version=version, committed=True).version
    return take(project, move, actor=actor, version=version, given=told)


def _for_team(project: Project, actor: Any, version: int | None) -> Project:
    """The project as it stands, locked, for a member of its team while the team may write. Raises Refused, Stale."""
    locked, share = _for_writer(project, actor, version)
    if share is not None:
        raise Refused([_not_the_team()])
    return locked


def _for_writer(project: Project, actor: Any, version: int | None) -> tuple[Project, Collaboration | None]:
    """The same, also for who was invited, with the invitation: what it opens is for the caller to ask."""
    locked = lock(project, version)
    of_team = may_write(locked, actor)
    share = None if of_team else share_of(locked, actor)
    if not of_team and share is None:
        raise Refused([_not_the_team()])
    if locked.state not in WRITABLE:
        raise Refused([Refusal("wrong_state", gettext("现在是“%(state)s”，不能修改。") % {"state": locked.label})])
    return locked, share


def _not_the_team() -> Refusal:
    return Refusal("not_yours", gettext("申报材料由申报团队填写。"))


def _only_theirs(project: Project, share: Collaboration | None, at: Collection[str]) -> None:
    """Who was invited changes only what was given to them. Raises Refused naming the first of the others."""
    form = definition_of(project)
    if share is None or not (other := sorted(one for one in at if not may_write_at(share, form, one))):
        return
    told = {"page": form.by_code[page_of(form, other[0])].label, "leader": project.leader.name}
    message = gettext("“%(page)s”里的这一项不归您填，请找项目负责人%(leader)s。") % told
    raise Refused([Refusal("not_shared", message, at=other[0])])


def _note_writer(project: Project, at: Collection[str], actor: Any) -> None:
    """Whoever changed something there is on record as having written on that page of the next version."""
    form, now = definition_of(project), clock.now()
    number = next_number(project) if at else 0
    for page in sorted({page_of(form, one) for one in at}):
        when = {"first_at": now, "last_at": now}
        row, fresh = Writing.objects.get_or_create(
            project=project, number=number, page=page, person=actor, defaults=when
        )
        if not fresh and row.last_at < now:
            row.last_at = now
            row.save(update_fields=["last_at"])
