"""The dashboard of finance in words and drawings; the columns of the cash plan; the duties of each kind of source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.queries.finance import Coming, Share
from grants.desk.tables.charts import BAR, CHAR, Room
from grants.desk.tables.sheets import Value, Yuan
from grants.desk.words import pill_of
from grants.funds.enums import SourceKind
from grants.kernel.money import format_fen
from workflow.lifecycle import PAYMENT

PLAN_HEADS = (
    _("项目编号"),
    _("项目名称"),
    _("轮次"),
    _("期次"),
    _("拨付条件"),
    _("计划日期"),
    _("待拨金额（元）"),
    _("办到哪一步"),
)
PLAN_WIDTHS = (18, 30, 24, 8, 16, 12, 18, 14)
WEEKS_SHOWN = 12
LATIN = "\u2e7f"
"""The last letter that is narrow."""
DUTIES: dict[str, tuple[Any, ...]] = {
    SourceKind.FISCAL: (_("专款专用，按预算批复的用途使用"), _("退回的结余按财政规定上缴或统筹")),
    SourceKind.DONATION: (_("按捐赠人的意愿使用"), _("向捐赠人反馈，并公布使用情况"), _("剩余财产用于相近的目的")),
    SourceKind.LOTTERY: (_("活动现场和物料标明“福彩公益金资助”"), _("每年公布使用情况")),
    SourceKind.FEES: (_("用于红十字会的宗旨和任务"),),
    SourceKind.OWN: (_("按本级预算和内部规定使用"),),
}
"""What follows from where money comes from. Source: DOMAIN.md, the Red Cross and charity laws."""


def plan_rows(found: Iterable[Coming]) -> list[list[Value]]:
    """The cash plan as rows of a file, one a tranche."""
    return [
        [
            one.project.number,
            one.project.title,
            str(one.project.round),
            one.tranche.number,
            str(one.tranche.get_trigger_display()),
            one.day,
            Yuan(one.fen),
            str(PAYMENT.states(one.under_way).label) if one.under_way else gettext("还没有申请"),
        ]
        for one in found
    ]


def waiting_rows(found: Iterable[tuple[int, str, str, int, int]]) -> list[dict[str, Any]]:
    """What waits for the person: round, state in words, how many, how much (fen)."""
    return [
        {
            "round": round_,
            "title": title,
            "n": n,
            "fen": fen,
            **pill_of("payment", state, str(PAYMENT.states(state).label)),
        }
        for round_, title, state, n, fen in found
    ]


def week_rows(weeks: Sequence[tuple[dt.date | None, int, int]]) -> list[dict[str, Any]]:
    """The first weeks of the plan one by one, those after them as one, what has no day last."""
    dated = [week for week in weeks if week[0] is not None]
    most = max((fen for _monday, _n, fen in weeks), default=0) or 1
    rows = [
        {"monday": monday, "sunday": monday + dt.timedelta(days=6), "n": n, "fen": fen, "part": fen * 100 // most}
        for monday, n, fen in dated[:WEEKS_SHOWN]
        if monday is not None
    ]
    for label, rest in (
        (gettext("再往后"), dated[WEEKS_SHOWN:]),
        (gettext("还没有日期"), [week for week in weeks if week[0] is None]),
    ):
        if rest:
            fen = sum(one[2] for one in rest)
            rows.append(
                {"label": label, "n": sum(one[1] for one in rest), "fen": fen, "part": min(100, fen * 100 // most)}
            )
    return rows


def against(found: Sequence[Share], finding: str, room: Room) -> SafeString:
    """Bars one under another: what was planned as a pale bar, what was paid over it; both said in words behind."""
    most = max((one.planned for one in found), default=0) or 1
    room = _room_for_names(found, room)
    rows = format_html_join("", "{}", ((_pair(one, n, most, room),) for n, one in enumerate(found)))
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" focusable="false"><title>{}</title>{}</svg>',
        room.width,
        room.row * len(found),
        finding,
        rows,
    )


def _room_for_names(found: Sequence[Share], room: Room) -> Room:
    """The drawing with bars that begin behind the longest name and are the shorter for it."""
    longest = max((sum(CHAR if letter > LATIN else CHAR // 2 + 1 for letter in one.name) for one in found), default=0)
    more = max(0, longest + CHAR - room.left) if not room.name_above else 0
    return replace(room, left=room.left + more, reach=max(room.reach - more, room.width // 4))


def _pair(one: Share, n: int, most: int, room: Room) -> SafeString:
    top = n * room.row + (20 if room.name_above else (room.row - BAR) // 2)
    base = n * room.row + 14 if room.name_above else top + BAR - 6
    planned = max(room.reach * one.planned // most, 2)
    paid = max(room.reach * one.paid // most, 2) if one.paid else 0
    pct = one.paid * 100 // (one.planned or 1)
    words = {
        "paid": format_fen(one.paid),
        "planned": format_fen(one.planned),
        "pct": pct,
    }
    note = f"{pct}%" if room.name_above else gettext("%(pct)s%%，%(paid)s / %(planned)s") % words
    bar = '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<text class="c-name" x="0" y="{}">{}</text>', base, _fitting(one.name, room)),),
            (format_html(bar, "c-plan", room.left, top, planned, BAR),),
            (format_html(bar, "c-bar", room.left, top + 4, paid, BAR - 8),),
            (
                format_html(
                    '<text class="c-note" x="{}" y="{}">{}</text>', room.left + planned + 8, top + BAR - 6, note
                ),
            ),
        ),
    )


def _fitting(name: str, room: Room) -> str:
    """The name, as far as it fits where it stands above its bar; before the bar there is room for all of it."""
    most = room.width // CHAR if room.name_above else len(name)
    return name if len(name) <= most else f"{name[: most - 1]}…"


def finding_of(found: Sequence[Share]) -> str:
    """The chart in one sentence."""
    planned, paid = sum(one.planned for one in found), sum(one.paid for one in found)
    words = {"planned": format_fen(planned), "paid": format_fen(paid), "pct": paid * 100 // (planned or 1)}
    return gettext("计划 %(planned)s 元，已拨 %(paid)s 元，占%(pct)s%%。") % words
