"""The list of what there is to settle of a round, and what comes after it until the call is out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.setup.differences import Change
from grants.desk.setup.questions import PROFILES
from grants.desk.setup.sections import FORM, PAPERS, SECTIONS
from grants.desk.tables.offers import move_url
from grants.programmes.asking import in_yuan
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from workflow.actions import Standing, hindrances, judge
from workflow.lifecycle import MACHINES, ProjectState, RoundState
from workflow.refusals import Refusal


@dataclass(frozen=True)
class Task:
    """One line of the list: where it leads, what it is about, how it stands."""

    label: StrOrPromise
    url: str
    hint: StrOrPromise
    tone: str
    icon: str
    word: StrOrPromise
    reasons: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """Lines that belong together."""

    label: StrOrPromise
    tasks: list[Task]


def tasks(round_: Round, changes: Iterable[Change]) -> list[Group]:
    """The sections, each with how much of it is otherwise than in the first version."""
    counted = Counter(change.section for change in changes)

    def line(section: Any) -> Task:
        url = reverse("setup_part", args=[round_.pk, section.code])
        n = counted[str(section.label)]
        word = gettext("改了%(n)s处") % {"n": n} if n else gettext("和起初一样")
        return Task(section.label, url, section.hint, "ok" if n else "rest", "pencil" if n else "dash-circle", word)

    form = rules_of(round_).application_profile
    own = form.form is not None or bool(form.fields)
    word = gettext("%(form)s，改过") if own else "%(form)s"
    asked = Task(
        _("申报书的问题"),
        reverse("round_questions", args=[round_.pk]),
        _("用简版还是完整版，加自己的问题，排先后，去掉不问的"),
        "ok" if own else "rest",
        "pencil" if own else "dash-circle",
        word % {"form": PROFILES[form.default]},
    )
    lines = [found for section in SECTIONS for found in (line(section), *([asked] if section is FORM else []))]
    return [
        Group(_("本轮怎么办"), lines),
        Group(_("材料清单"), [line(section) for section in PAPERS]),
    ]


def steps_left(round_: Round, standing: Standing, run: Any, calls: Sequence[Any]) -> list[Task]:
    """What comes after the sections: look, rehearse, the notice, the call."""
    at = [round_.pk]
    look = Task(
        _("以申报团队的眼光看一遍"),
        reverse("round_preview", args=at),
        _("申报书会是这个样子；只看，不保存"),
        "doing",
        "file-earmark-text",
        _("随时可看"),
    )
    return [look, _rehearsing(round_, run), _notice(round_, calls), _publishing(round_, standing)]


def _rehearsing(round_: Round, run: Any) -> Task:
    current = round_.configuration
    done = current is not None and round_.rehearsed_digest == current.digest
    if done:
        state = ("ok", "check-circle-fill", _("已演练并登记"))
    elif run is not None and run.waiting:
        state = ("doing", "hourglass-split", _("正在演练"))
    elif run is not None and run.passed:
        state = ("wait", "hand-index-thumb", _("演练通过，等您登记"))
    elif run is not None:
        state = ("bad", "x-circle-fill", _("没有走通"))
    else:
        state = ("wait", "hourglass-split", _("这一版还没有演练"))
    hint = _("在临时数据库里把整轮从头走到尾，不碰真的数据")
    return Task(_("演练这一版"), reverse("round_rehearsal", args=[round_.pk]), hint, *state)


def _notice(round_: Round, calls: Sequence[Any]) -> Task:
    hint = calls[0].title if calls else _("正文和扫描件；对外公布的就是这一份")
    state = ("ok", "check-circle-fill", _("已登记")) if calls else ("wait", "hourglass-split", _("还没有登记"))
    return Task(_("登记申报通知"), reverse("round_call", args=[round_.pk]), hint, *state)


def _publishing(round_: Round, standing: Standing) -> Task:
    hint = _("须职能处室负责人会签；发布以后这些设置就不能再改")
    url = move_url(round_, "publish_call")
    if round_.state != RoundState.PLANNING:
        return Task(_("发布申报通知"), reverse("round", args=[round_.pk]), hint, "ok", "check-circle-fill", _("已发布"))
    verdict = judge(round_, "publish_call", standing.actor, {}, standing)
    reasons = list(hindrances(verdict.reasons))
    if any(one.move == "publish_call" for one in standing.proposals):
        state = ("wait", "hourglass-split", _("已送会签"))
    elif reasons:
        state = ("rest", "lock", _("还不能发布"))
    else:
        state = ("wait", "hand-index-thumb", _("可以发布"))
    return Task(_("发布申报通知"), url, hint, *state, reasons)


MONEY = ("granted", "paid", "undrawn", "released", "spent", "interest", "returned", "kept", "held")


@dataclass(frozen=True)
class CameTo:
    """What a rehearsal came to, in words."""

    passed: bool
    states: list[tuple[str, int]]
    lines: list[tuple[bool, str]]
    never: list[str]
    faults: list[str]


def came_to(run: Any) -> CameTo | None:
    """The report of a rehearsal for whoever asked for it; None before its end and where it did not come to one."""
    told = run.told
    if not told:
        return None
    faults = [] if told["verify"] == "ok" else [str(one) for one in told["verify"]]
    states = [(str(ProjectState(state).label), count) for state, count in told["states"].items()]
    never = [_deed(one) for one in told["never_made"]]
    return CameTo(run.passed, states, list(_lines(told)), never, faults)


def _lines(told: dict[str, Any]) -> Iterator[tuple[bool, str]]:
    """The sums that must hold, each with whether it does, and what was counted."""
    yuan = {name: in_yuan(told[f"{name}_fen"]) for name in MONEY}
    fen = {name: told[f"{name}_fen"] for name in MONEY}
    reached = {"n": told["projects"], "states": len(told["states"]), "granted": told["granted"], "steps": told["steps"]}
    yield True, gettext("%(n)s个项目走到%(states)s种结局，%(granted)s个签了协议，留痕%(steps)s条。") % reached
    yield (
        fen["granted"] == fen["paid"] + fen["undrawn"] + fen["released"],
        gettext("批准 %(granted)s = 已拨 %(paid)s + 未拨 %(undrawn)s + 释放 %(released)s") % yuan,
    )
    yield (
        fen["paid"] + fen["interest"] == fen["spent"] + fen["returned"] + fen["kept"] + fen["held"],
        gettext(
            "已拨 %(paid)s + 利息 %(interest)s = 开支 %(spent)s + 退回 %(returned)s + 留用 %(kept)s + 在手 %(held)s"
        )
        % yuan,
    )
    whole = told["verify"] == "ok"
    yield whole, gettext("账目、材料和留痕全部核对无误。") if whole else gettext("核对发现有不一致的地方。")


def _deed(name: str) -> str:
    """A deed of the table in words, with the machine it belongs to."""
    machine, _dot, deed = name.partition(".")
    return gettext("%(machine)s“%(deed)s”") % {
        "machine": MACHINES[machine].label,
        "deed": MACHINES[machine].deeds[deed].label,
    }
