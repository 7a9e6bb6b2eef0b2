"""Fields of every kind, with and without errors; the summary above them; deeds with their forms and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.forms.asks import AskForm
from grants.desk.forms.photos import Shot
from grants.desk.gallery.example import Example, component
from grants.desk.gallery.world import person, project
from grants.desk.tables.photos import frames
from grants.desk.tables.reasons import Told
from storage.models import Document
from workflow.lifecycle import PROJECT, ProjectState, Role
from workflow.refusals import Refusal
from workflow.rules import Ask
from workflow.table import Deed


def worded(options: Mapping[str, StrOrPromise]) -> list[tuple[str, str]]:
    """Options as a list to choose from."""
    return [(code, str(label)) for code, label in options.items()]


NEXT = {"go": _("推荐"), "back": _("退回修改")}
PARTS = {"a": _("活动安排"), "b": _("预算")}
KINDS = (
    Ask("title", _("项目名称")),
    Ask("opinion", _("推荐意见"), "longtext", help=_("写清为什么推荐，团队看得到。")),
    Ask("amount_fen", _("申请金额"), "money"),
    Ask("volunteers", _("志愿者人数"), "number"),
    Ask("points", _("得分"), "half"),
    Ask("held_on", _("活动日期"), "date"),
    Ask("committed", _("以上内容真实，我负责。"), "yes", required=False),
    Ask("way", _("下一步"), "choice", choices=lambda *_given: worded(NEXT)),
    Ask("sections", _("要改的部分"), "choices", choices=lambda *_given: worded(PARTS)),
    Ask("proof", _("签署页"), "document", help=_("拍照、PDF或办公文档，不超过20 MB。")),
    Ask("password", _("登录密码"), "password"),
)
ROWS = Ask(
    "lines",
    _("预算明细"),
    "rows",
    columns=(Ask("item", _("内容")), Ask("unit_price_fen", _("单价"), "money"), Ask("quantity", _("数量"), "number")),
)
WRONG = {"amount_fen": "三千元", "volunteers": "-3", "points": "8.3", "held_on": "明天", "way": "?", "sections": "?"}
TYPED = {"title": "救在身边进社区", "amount_fen": 2_583_300, "volunteers": 12, "points": 15, "held_on": "2027-03-05"}


def form(asks: tuple[Ask, ...] = KINDS, *, prefix: str, **options: Any) -> AskForm:
    """A form of these fields, its names apart from those of the other examples."""
    options |= {"prefix": prefix}
    return AskForm(asks, record=project(), actor=person(Role.COUNTY_OFFICER), **options)


def filled() -> dict[str, Any]:
    """A form as somebody left it, one file there already."""
    kept = Document(name="signed.pdf", size=182_000)
    return {"form": form(prefix="right", initial=TYPED, documents={"proof": kept})}


def photographed() -> dict[str, Any]:
    """Two photos that are to become one file, the second turned."""
    shots = [Shot(uuid4()), Shot(uuid4(), 1)]
    documents = [Document(pk=shot.photo, name=f"{n}.jpg", size=182_000) for n, shot in enumerate(shots, 1)]
    drawn = frames([(shot, document, None) for shot, document in zip(shots, documents, strict=True)])
    return {"frames": drawn}


def refused() -> dict[str, Any]:
    """The same with a mistake in every field, read by the form itself."""
    typed = MultiValueDict({f"wrong-{name}": [value] for name, value in WRONG.items()})
    found = form(
        prefix="wrong", data=typed, problems={"proof": str(_("文件带宏，为安全没有收下。请另存为不带宏的文档再传。"))}
    )
    found.is_valid()
    return {"form": found}


def table() -> dict[str, Any]:
    """A table to fill in."""
    rows = [{"item": "AED", "unit_price_fen": 120_000, "quantity": 2}]
    return {"field": form((ROWS,), prefix="table", initial={"lines": rows})["lines"]}


def judged() -> dict[str, Any]:
    """One amount of the table for a meeting, refused."""
    label, fault = KINDS[2].label, _("金额太大了，请检查是不是多写了几位。")
    return {"row": {"project": project()}, "trouble": True, "label": label, "typed": "31,000.00", "fault": fault}


@dataclass
class Shown:
    """A deed as its page knows it, without the rules being asked."""

    deed: Deed
    form: AskForm
    hindrances: list[Refusal] = field(default_factory=list)
    others: str = ""
    record: Any = field(default_factory=lambda: project(ProjectState.SUBMITTED))
    mine: bool = True
    key: str = "sample"


LATE = Refusal("late", _("推荐时间已过，请联系上一级红十字会。"))


def deed(
    name: str, *, asks: tuple[Ask, ...] = KINDS[1:2], hindrances: tuple[Refusal, ...] = (), others: str = ""
) -> Shown:
    """A deed of a project with a small form."""
    return Shown(PROJECT.deeds[name], form(asks, prefix=f"{name}{len(others)}"), list(hindrances), others)


def one_deed() -> dict[str, Any]:
    """A deed to be done with another role behind it."""
    return {"doing": deed("shortlist", asks=KINDS[2:3], others=str(Role.BUSINESS_LEAD.label))}


def stuck_deed() -> dict[str, Any]:
    """A deed that something stands against."""
    return {"doing": deed("approve", hindrances=(LATE,))}


def two_deeds() -> dict[str, Any]:
    """The deeds of a page: the main one open, another not to be done now."""
    pages = [deed("county_recommend"), deed("county_return", hindrances=(LATE,))]
    return {"deeds": pages, "main": "county_recommend", "sent": None, "record": pages[0].record, "key": "sample"}


EACH = '{% for field in form %}{% include "components/field.html" %}{% endfor %}'
ONE = '{% include "components/field.html" %}'
EXAMPLES: tuple[Example, ...] = (
    Example(
        "field",
        _("一个问题一格：标签在上，说明在标签下。每一种问题各一格。"),
        EACH,
        filled,
        '<div class="panel">{}</div>',
        ONE,
    ),
    Example(
        "field (errors)",
        _("填错的：红框、图标、一句话，说的是该填什么。"),
        EACH,
        refused,
        '<div class="panel">{}</div>',
        ONE,
    ),
    component(
        "errors",
        _("出错时放在最上面，每一条连到那一格。"),
        lambda: refused() | {"headline": _("还不能办理"), "reasons": [LATE]},
        more="headline=headline reasons=reasons form=form",
    ),
    Example(
        "reason",
        _("一条原因：能改的连到改的地方，改不了的写明谁能办。"),
        '{% include "components/reason.html" %}',
        lambda: {"told": Told(LATE.message, "#f-amount_fen")},
        written="{% reason one %}",
    ),
    component("fielderr", _("一格下面的错误。"), lambda: {"field": refused()["form"]["amount_fen"]}),
    component(
        "file",
        _("选文件：自己的按钮，选好后写出文件名；没有脚本时就是浏览器的文件框。"),
        more='id="sample-file" name="sample" many=True images=True',
    ),
    component(
        "shots",
        _("几张照片合成一份：排次序、转正、裁边，每个按钮都是一步，不用脚本。"),
        photographed,
        more='hidden="sample-p" button="sample-shots" lead="sample-" place="sample:"',
    ),
    component("rows", _("一行一行填的表格；不用脚本也能再加几行。"), table),
    component(
        "cell",
        _("审定表里的一格。"),
        judged,
        more='cell="amount_fen" kind="money" label=label look="for-amount" value=typed fault=fault',
    ),
    component("doing", _("一页上的一件事：表单、按钮，要会签的写明送给谁。"), one_deed, more='look="second"'),
    Example(
        "doing (stuck)", _("现在办不了：按钮变灰，下面写明原因。"), '{% include "components/doing.html" %}', stuck_deed
    ),
    component("deeds", _("一页上的几件事，主要的一件红色。"), two_deeds),
    component("kept", _("没办成而填过的内容还在。"), lambda: {"waiting": True}),
)
