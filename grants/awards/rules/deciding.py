"""Why a meeting's decision cannot be entered: no minutes, no money left, rank order left without a word."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.awards import queries
from grants.kernel.given import day, whole, words
from grants.kernel.money import format_fen
from grants.kernel.scoring import format_score
from grants.programmes.asking import no_document, no_text, shown
from grants.programmes.models import Round
from grants.programmes.queries import round_of, rules_of
from grants.reviews.panel.models import PanelMinutes
from grants.reviews.panel.queries import minutes_of_round
from grants.reviews.queries import BEFORE_DELIBERATION
from workflow import clock
from workflow.lifecycle import PROJECT_FINAL, ProjectState, RoundState
from workflow.phrases import listed
from workflow.ports import Given
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

S = ProjectState
UNDECIDED = (S.CITY_RECOMMENDED, S.ELIGIBILITY_CHECK, S.SUPPLEMENT, S.UNDER_REVIEW, S.REVIEWED)
BEFORE_ANNOUNCEMENT = (*BEFORE_DELIBERATION, RoundState.DELIBERATING)
DEVIATION = Ask(
    "deviation", _("不按排名的理由"), "longtext", _("例如地区平衡、领域平衡、与其他资金重复"), required=False
)


# Meetings ---------------------------------------------------------------------------------------------------


def _meetings(record: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(str(one.pk), f"{one.number} · {shown(one.held_on)}") for one in queries.meetings_of(round_of(record))]


@rule(asks=(Ask("meeting", _("会议纪要"), "choice", choices=_meetings),))
def minutes(record: Any, _actor: Any, given: Given) -> Refusal | None:
    """The decision is a meeting's: its minutes are on record in the round."""
    if queries.meeting_of(round_of(record), given):
        return None
    return Refusal("no_minutes", gettext("请选择作出决定的会议纪要；还没有登记的，请先登记会议纪要。"), at="meeting")


def _papers(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    told = gettext("第%(n)s份 · %(day)s")
    return [(str(one.number), told % {"n": one.number, "day": shown(one.at)}) for one in queries.papers_of(round_)]


PAPER = Ask(
    "paper", _("所据审定参考"), "choice", _("会上看的是哪一份；没有用就不选。"), required=False, choices=_papers
)
MEETING = (
    Ask("number", _("纪要编号")),
    Ask("held_on", _("会议日期"), "date"),
    Ask("present", _("出席人员"), "longtext"),
    Ask("recused", _("回避人员"), "longtext", required=False),
    Ask("minutes_document", _("会议纪要（扫描件）"), "document"),
    PAPER,
)


def _panels(round_: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(str(one.pk), panel_called(one)) for one in minutes_of_round(round_)]


def panel_called(minutes: PanelMinutes) -> str:
    """The minutes of a panel as people name them: 第1次会评 · 2026年5月27日."""
    words = gettext("第%(n)s次会评") % {"n": minutes.session.number}
    return f"{words} · {shown(minutes.session.held_on)}"


PANEL = Ask("panel", _("依据的会评纪要"), "choice", required=False, choices=_panels)


def meeting_asks(round_: Any) -> tuple[Ask, ...]:
    """What is asked of a meeting; on which panel it drew only where there was one."""
    return (*MEETING, PANEL) if minutes_of_round(round_) else MEETING


@rule(asks=meeting_asks)
def meeting_complete(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """Minutes have a number of their own, a day that has come, who was present, the document; a panel of the round."""
    held = day(given, "held_on")
    if held is None or held > clock.today():
        return Refusal("held_on", gettext("会议日期请选今天或以前的一天。"), at="held_on")
    if queries.meetings_of(round_).filter(number=words(given, "number")).exists():
        return Refusal("number_taken", gettext("这个编号的纪要已经登记过。"), at="number")
    if given.get(PAPER.name) and queries.paper_of(round_, given) is None:
        return Refusal("no_paper", gettext("没有这一份审定参考，请重新选择。"), at=PAPER.name)
    if (chosen := words(given, "panel")) and chosen not in dict(_panels(round_, _actor)):
        return Refusal("panel", gettext("请选择本轮的会评纪要。"), at="panel")
    return no_text(given, MEETING[0]) or no_text(given, MEETING[2]) or no_document(given, MEETING[4])


# Amounts and order ------------------------------------------------------------------------------------------


def wrong_amount(project: Project, amount: int | None) -> Refusal | None:
    """Why the project cannot be granted this amount, in fen: its limits, or what the envelope has left."""
    plan = rules_of(project.round).round
    least, most = min(plan.grant_min_fen, project.requested_fen), min(plan.grant_max_fen, project.requested_fen)
    if amount is None or not 0 < least <= amount <= most:
        facts = {"least": format_fen(least), "most": format_fen(most)}
        return Refusal("amount", gettext("资助金额应在 %(least)s 元到 %(most)s 元之间。") % facts, at="amount_fen")
    if amount > (free := queries.free_fen(project.round, project)):
        facts = {"amount": format_fen(amount), "free": format_fen(max(free, 0))}
        message = gettext("本轮资金只剩 %(free)s 元可以安排，不够资助 %(amount)s 元。") % facts
        return Refusal("over_envelope", message, at="amount_fen")
    return None


@rule(asks=(Ask("amount_fen", _("拟资助金额"), "money"),))
def amount_within_envelope(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """The amount is within the limits of the round and the request, and the envelope can bear it."""
    return wrong_amount(project, whole(given, "amount_fen"))


@rule(asks=(DEVIATION,))
def deviation_explained(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """A project below the pass line, or preferred to better-placed ones, is chosen for a reason on record."""
    if words(given, "deviation"):
        return None
    if project.round.state in BEFORE_DELIBERATION:
        message = gettext("本轮评审还没有全部结束，排名未定，请写明现在就拟立项的理由。")
        return Refusal("ranking_open", message, at="deviation")
    line = rules_of(project.round).rubric.method.pass_line
    if (score := project.score_hundredths or 0) < line * 100:
        facts = {"score": format_score(score), "line": line}
        message = gettext("本项目得 %(score)s 分，低于 %(line)s 分的及格线，请写明仍拟立项的理由。") % facts
        return Refusal("below_pass_line", message, at="deviation")
    if better := queries.passed_over(project):
        facts = {"n": len(better), "names": listed(one for one in better[:3])}
        message = gettext("排名更前的 %(n)s 个项目还没有拟立项（%(names)s），请写明不按排名的理由。") % facts
        return Refusal("deviation", message, at="deviation")
    return None


RESERVE = (
    Ask("reserve_order", _("备选顺序"), "number"),
    Ask("amount_fen", _("递补时的资助金额"), "money", _("不填则按申请金额，不超过单项上限"), required=False),
)


@rule(asks=RESERVE)
def reserve_order(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """Every project in reserve has a place of its own on the list."""
    order = whole(given, "reserve_order")
    if not order or order < 1:
        return Refusal("reserve_order", gettext("请填写备选顺序，从 1 起。"), at="reserve_order")
    if order in dict(queries.reserves(project.round)):
        return Refusal("reserve_order_taken", gettext("备选第 %(n)s 位已有项目。") % {"n": order}, at="reserve_order")
    return None


PROMOTION = (Ask("amount_fen", _("拟资助金额"), "money", _("不填则按列为备选时的金额"), required=False), DEVIATION)


@rule(asks=PROMOTION)
def place_freed(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """A proposed project has fallen out, the one promoted is next on the list, and the envelope can bear it."""
    if queries.places_freed(project.round) < 1:
        return Refusal("no_place", gettext("拟立项的项目都还在，没有空出名额可以递补。"))
    order, first = next(iter(queries.reserves(project.round)), (0, project))
    if first.pk != project.pk and not words(given, "deviation"):
        facts = {"n": order, "name": str(first)}
        message = gettext("备选第 %(n)s 位“%(name)s”在前，请先递补它，或写明不按顺序的理由。") % facts
        return Refusal("reserve_order", message, at="deviation")
    return wrong_amount(project, promotion_fen(project, given))


def promotion_fen(project: Project, given: Given) -> int | None:
    """What a promoted project gets, in fen: as given, else as put in reserve."""
    decision = queries.standing_decision(project)
    return whole(given, "amount_fen") if "amount_fen" in given else decision.amount_fen if decision else None


# Deciding again ---------------------------------------------------------------------------------------------


@rule
def not_decided(project: Project, _actor: Any) -> Refusal | None:
    """A review is reopened only while no meeting has decided on the project."""
    decision = queries.standing_decision(project)
    if decision is None:
        return None
    facts = {"outcome": str(decision.get_outcome_display()), "meeting": str(decision.meeting)}
    return Refusal("decided", gettext("%(meeting)s已作出“%(outcome)s”的决定，须先更改审定。") % facts)


@rule
def not_announced(project: Project, _actor: Any) -> Refusal | None:
    """What a meeting decided is revised only before the round's results are announced."""
    if project.round.state in BEFORE_ANNOUNCEMENT:
        return None
    return Refusal("announced", gettext("本轮审定结果已经公布，不能再更改。"))


@rule
def not_announced_or_appeal_upheld(project: Project, _actor: Any) -> Refusal | None:
    """A refusal is revised before the announcement, or because an appeal against it was upheld."""
    if project.round.state in BEFORE_ANNOUNCEMENT or queries.appeal_upheld(project):
        return None
    return Refusal("announced", gettext("本轮审定结果已经公布，只有申诉成立才能更改。"))


# The round --------------------------------------------------------------------------------------------------


def _count(round_: Round, *states: str) -> int:
    return Project.objects.filter(round=round_.pk, state__in=states).count()


@rule
def every_project_decided(round_: Round, _actor: Any) -> Refusal | None:
    """No project of the round is on its way to a decision any more."""
    if not (count := _count(round_, *UNDECIDED)):
        return None
    return Refusal("undecided", gettext("还有 %(n)s 个项目没有审定。") % {"n": count})


@rule
def list_settled(round_: Round, _actor: Any) -> Refusal | None:
    """No project is proposed or before the public any more: the list of approved projects is final."""
    if not (count := _count(round_, *UNDECIDED, *queries.PROPOSED)):
        return None
    return Refusal("list_open", gettext("还有 %(n)s 个项目没有审定或公示没有结束。") % {"n": count})


@rule
def every_project_final(round_: Round, _actor: Any) -> Refusal | None:
    """Every project of the round is archived or has ended before."""
    count = Project.objects.filter(round=round_.pk).exclude(state__in=PROJECT_FINAL).count()
    return Refusal("projects_open", gettext("还有 %(n)s 个项目没有归档。") % {"n": count}) if count else None
