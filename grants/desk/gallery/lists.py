"""Long lists: rows, tasks, pages of them; three people in turn; charts."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.forms.decisions import Meant
from grants.desk.gallery.example import Example, component, pattern
from grants.desk.gallery.world import project
from grants.desk.tables.charts import DESK, PHONE, Bar, bars
from grants.desk.tables.decisions import Row, Table, pictures
from grants.kernel.cells import CellFault
from workflow.lifecycle import ProjectState, Stage

SCORES = (9_150, 8_900, 8_725, 8_500, 8_300, 8_050)
WITHIN = 4


def paging() -> dict[str, Any]:
    """The second page of eight."""
    found = Paginator(range(143), 20)
    return {"page": found.page(2), "pages": list(found.get_elided_page_range(2))}


def ranked() -> dict[str, Any]:
    """Six projects, money for four."""
    rows = []
    for n, score in enumerate(SCORES):
        one = project(ProjectState.REVIEWED, n)
        one.score_hundredths = score
        nothing = Meant("", {}, {})
        rows.append(Row(one, n + 1, "", score - 400, score + 300, True, None, None, {}, nothing, "", within=n < WITHIN))
    table = Table(rows, 0, within=WITHIN)
    return {"pictures": pictures(table), "table": table}


def charts() -> dict[str, Any]:
    """A chart for a desk, and a narrower one for a phone."""
    counts = (7, 6, 4, 14, 3, 4)
    late = 2
    found = [
        Bar(str(stage.label), n, late if stage == Stage.IMPLEMENTATION else 0, str(n))
        for stage, n in zip(Stage, counts, strict=True)
    ]
    finding = gettext("六个阶段")
    return {"desk": bars(found, finding, DESK), "phone": bars(found, finding, PHONE)}


def cells() -> dict[str, Any]:
    """Two cells at fault, one of them empty."""
    number, nothing = gettext("请写一个整数，例如 12。"), gettext("没有填")
    return {"faults": [CellFault("G14", number, "12.5"), CellFault("A31", nothing)]}


def some() -> dict[str, Any]:
    """Two projects of a list."""
    return {"projects": [project(ProjectState.SUBMITTED), project(ProjectState.IN_PROGRESS, 1)]}


EXAMPLES: tuple[Example, ...] = (
    pattern(
        "worklist",
        _("一行一件事：什么时候、什么事、办什么。"),
        '<ul class="rows"><li><div class="when">…<div><h3>…<div class="do">',
        some,
    ),
    pattern(
        "tasks",
        _("要填的部分，各到什么程度。"),
        '<ul class="tasks"><li><span><a>…<small>…</span><span class="state is-ok">',
    ),
    pattern("steps3", _("三个人，各办一步。"), '<ol class="steps3"><li class="done"><b>…'),
    pattern(
        "table",
        _("金额右对齐、等宽数字；手机上每行变成一张卡片。"),
        '<div class="scroll"><table class="table cards"><td data-label="…">',
        some,
    ),
    component("cellfaults", _("一张表里写错的格子：哪一格、写着什么、怎么改。"), cells),
    component("pager", _("长清单的页码。"), paging),
    component("ranking", _("得分一张图：线和线边上的几个；手机上只画线边上的。"), ranked),
    pattern("chart", _("横条图；手机上另画一张窄的。"), "grants.desk.tables.charts.bars", charts),
)
