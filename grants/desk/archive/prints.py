"""What the product prints of a project: the application as it was answered, and a summary of every stage.

Plain data for the templates of templates/print: titles, facts, sections of words and tables. All of it in Chinese.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.formats import date_format

from grants.applications.models import Project
from grants.applications.queries import budget_lines, standing_recommendations
from grants.awards.models import Decision
from grants.closeout.queries import acceptance_items, grade_of
from grants.desk.queries.archive import File
from grants.desk.tables.accounts import category_names
from grants.desk.tables.given import Said
from grants.desk.tables.money import six_lines
from grants.desk.tables.text import application_parts, budget_table, report_said, seats_shown
from grants.desk.tables.trail import trail
from grants.funds.queries import standing
from grants.kernel.money import format_fen
from grants.reviews.models import Assignment
from grants.reviews.queries import official_score
from grants.settlement.archive import entries_of
from storage.models import Attachment
from workflow import clock
from workflow.lifecycle import Role

Data = dict[str, Any]


def day_of(moment: dt.datetime | dt.date | None) -> str:
    """The day in Zhejiang, as it is written; empty where there is none."""
    if isinstance(moment, dt.datetime):
        moment = moment.astimezone(clock.SHANGHAI).date()
    return date_format(moment, "DATE_FORMAT") if moment else ""


def yuan(fen: int) -> str:
    """An amount in yuan."""
    return f"{format_fen(fen)} 元"


def application(project: Project, *, actor: Any, at: dt.datetime, opinions: bool) -> Data:
    """申报书: cover, sections, budget, room for seals; with `opinions`, what the levels said, else only their room."""
    lines = budget_lines(project)
    sections = [_section(part.label, part.said) for part in application_parts(project, actor, closed=False)]
    if lines:
        sums = [Said("预算合计", yuan(sum(line.amount_fen for line in lines)))]
        sums.append(Said("申请金额", yuan(project.requested_fen)))
        sections.append(_section("预算", [budget_table(project, lines, actor), *sums]))
    payee = project.payee or project.team
    return {
        "title": f"{project.title} 申报书",
        "programme": f"{project.round.title}",
        "kind": "申报书",
        "cover": [
            ["项目名称", project.title],
            ["项目编号", project.number],
            ["申报团队", str(project.team)],
            ["指导单位", str(project.team.guided_by)],
            ["项目负责人", str(project.leader)],
            ["收款单位", str(payee)],
            ["申请金额", yuan(project.requested_fen)],
        ],
        "made": day_of(at),
        "foot": f"{project.number} {project.title}",
        "sections": sections,
        "signs_title": "承诺和推荐意见",
        "signs": [
            ["申报团队承诺", "以上内容真实，愿意接受检查和审计。", "项目负责人（签字）　　　　　　年　　月　　日"],
            *(_opinions(project) if opinions else _room(project)),
        ],
    }


def _opinions(project: Project) -> list[list[str]]:
    return [
        [f"{one.organisation}意见", one.opinion, f"（盖章）　　{day_of(one.at)}"]
        for one in standing_recommendations(project).select_related("organisation")
    ]


def _room(project: Project) -> list[list[str]]:
    """Where each level above the team writes and seals."""
    place: Any = project.team.guided_by
    levels: list[list[str]] = []
    while place is not None and len(levels) < 2:
        levels.append([f"{place}意见", "", "（盖章）　　　　年　　月　　日"])
        place = place.parent
    return levels


def review(project: Project, *, actor: Any) -> Data:
    """评审汇总: the official score, every seat with its points and words."""
    seats = Assignment.objects.filter(project=project.pk, left_at__isnull=True).select_related("reviewer")
    shown = seats_shown(project, seats.prefetch_related("scores").order_by("pk"))
    scored = any(seat.total is not None for seat in shown)
    sections = [_section("得分", [Said("评审得分", _points(official_score(project)))])] if scored else []
    for number, seat in enumerate(shown, 1):
        said = [Said(label, _points(points)) for label, points in seat.points]
        said += [Said("评语", seat.comment, long=True)] if seat.comment else []
        total = "没有评分" if seat.total is None else _points(seat.total)
        sections.append(_section(f"专家{number}：{seat.who}，{total}", said))
    return _record(project, "评审汇总", sections)


def award(project: Project) -> Data:
    """审定和立项: what meetings decided, what was agreed."""
    made = Decision.objects.filter(project=project.pk).select_related("meeting").order_by("pk")
    rows = [
        [day_of(one.meeting.held_on), one.meeting.number, one.get_outcome_display(), yuan(one.amount_fen), one.reason]
        for one in made
    ]
    heads = ("会议日期", "纪要编号", "审定意见", "金额", "理由")
    period = f"{day_of(project.start_date)}至{day_of(project.end_date)}" if project.start_date else "—"
    agreed = [Said("批准资助", yuan(project.granted_fen)), Said("实施期", period)]
    return _record(project, "审定和立项", [_table("审定", heads, rows, figures=(3,)), _section("协议", agreed)])


def implementation(project: Project) -> Data:
    """实施情况: the log of activities, each check with its finding."""
    rows = [
        [
            str(one.number),
            day_of(one.held_on),
            one.name,
            one.place,
            str(one.volunteers),
            str(one.served),
            "取消" if one.cancelled else "",
        ]
        for one in project.activities.filter(corrected_by__isnull=True).order_by("number")
    ]
    heads = ("序号", "日期", "活动", "地点", "志愿者", "服务人次", "")
    checks = [[str(one), str(one.get_state_display())] for one in project.checks.order_by("pk")]
    found = [_table("活动记录", heads, rows, figures=(0, 4, 5))]
    return _record(project, "实施情况", [*found, *([_table("检查", ("检查", "结论"), checks)] if checks else [])])


def closeout(project: Project, *, actor: Any) -> Data:
    """结题报告和验收."""
    sections = [_section("结题报告", report_said(project, actor))]
    names = {item.code: str(item.label) for item in acceptance_items(project)}
    for one in project.acceptances.select_related("judged_by").order_by("number"):
        said = [Said(names.get(code, code), str(points)) for code, points in sorted(one.parts.items())]
        said.append(Said("总分", f"{one.total} 分，{grade_of(one).label}"))
        said += [Said("意见", one.opinion, long=True), Said("验收人", f"{one.judged_by}，{day_of(one.at)}")]
        sections.append(_section(f"第{one.number}次验收", said))
    return _record(project, "结题报告和验收", sections)


def settlement(project: Project) -> Data:
    """决算和账目: six lines, vouchers, every entry of the books."""
    names = category_names(project)
    lines = [[line.label, yuan(line.fen)] for line in six_lines(standing(project)).lines]
    vouchers = [
        [
            str(one.number),
            one.invoice.key,
            names.get(one.category, one.category),
            one.seller,
            yuan(one.claimed_fen),
            "—" if one.accepted_fen is None else yuan(one.accepted_fen),
            one.decision_reason,
        ]
        for one in project.vouchers.filter(withdrawn_at__isnull=True).select_related("invoice").order_by("number")
    ]
    entries = [
        [day_of(entry.date), entry.memo, row.debit.name, row.credit.name, yuan(row.amount_fen)]
        for entry in entries_of(project)
        for row in entry.postings.all()
    ]
    heads = ("号", "票据", "科目", "开票方", "列支", "认可", "核减原因")
    return _record(
        project,
        "决算和账目",
        [
            _table("六行账", ("项目", "金额"), lines, figures=(1,)),
            _table("凭证", heads, vouchers, figures=(4, 5)),
            _table("账目", ("日期", "摘要", "借", "贷", "金额"), entries, figures=(4,)),
        ],
    )


def course(file: File, papers: Sequence[Attachment], *, actor: Any) -> Data:
    """全部留痕: who did what, when, in which role, why."""
    steps = sorted(file.steps, key=lambda step: (step.at, step.pk))
    roles = frozenset({Role.PROGRAMME_OFFICER.value})
    told = trail(file.project, steps, actor=actor, roles=roles, others=file.records[1:], documents=papers)
    rows = [
        [
            line.step.at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M"),
            f"{line.about} {line.label}".strip(),
            f"{line.who}（{line.role}）" if line.role else line.who,
            line.passage,
            "；".join(f"{one.label}：{one.text}" for one in line.remarks if one.text),
        ]
        for line in told
    ]
    return _record(file.project, "全部留痕", [_table("留痕", ("时间", "办理", "谁", "走到", "说明"), rows)])


def _record(project: Project, title: str, sections: Iterable[Data]) -> Data:
    facts = [["项目", project.title], ["编号", project.number], ["团队", str(project.team)]]
    foot = f"{project.number} {project.title} · {title}"
    return {"title": title, "facts": facts, "foot": foot, "sections": [one for one in sections if one["said"]]}


def _section(heading: str, said: Iterable[Said]) -> Data:
    return {"heading": heading, "said": [_said(one) for one in said]}


def _said(one: Said) -> Data:
    if not one.table:
        return {"label": one.label, "text": "见所附材料" if one.document else one.text, "long": one.long}
    heads = [cell.label for cell in one.table[0]]
    rows = [[cell.text for cell in row] for row in one.table]
    figures = [cell.figure for cell in one.table[0]]
    return {"label": one.label, "table": {"heads": heads, "rows": rows, "figures": figures}}


def _table(heading: str, heads: Sequence[str], rows: list[list[str]], *, figures: Sequence[int] = ()) -> Data:
    """A section that is one table; nothing where there are no rows."""
    shown = {"heads": list(heads), "rows": rows, "figures": [n in figures for n in range(len(heads))]}
    return {"heading": heading, "said": [{"label": "", "table": shown}] if rows else []}


def _points(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d} 分"
