"""Two people at one page: both versions side by side, and what happened to a record while somebody had it open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Comment
from grants.desk.forms.merging import marks_in, merge
from grants.desk.gallery.example import Example, component
from grants.desk.gallery.forms import KINDS
from grants.desk.gallery.projects import story
from grants.desk.gallery.world import day, person, project
from grants.desk.tables.changes import Cell, Change, RowChange
from grants.desk.tables.comments import Line, Talk, ThreadRow
from grants.desk.tables.conflicts import Conflict, conflict_of
from grants.desk.tables.contents import Content
from grants.kernel.differing import pieces
from grants.people.doubts import Told
from grants.programmes.asking import in_yuan
from workflow.lifecycle import Role


def both() -> dict[str, Any]:
    """An opinion that two people changed, and an amount that only the other did."""
    was = {"opinion": "", "amount_fen": 2_583_300}
    mine = was | {"opinion": gettext("需求实在，团队稳定，同意推荐。")}
    theirs = {"opinion": gettext("同意推荐。"), "amount_fen": 2_400_000}
    merged = merge(theirs, mine, marks_in(was), {})
    saver, at = person(Role.COUNTY_LEADER), day(1, 4)
    return {"conflict": conflict_of(merged, KINDS, project(), person(Role.COUNTY_OFFICER), {}, who=saver, at=at)}


@dataclass
class Happened:
    """What a form of a deed knows of the record behind it, without the database being asked."""

    carried: int
    stale: bool = True
    looked: int | None = None
    record: Any = field(default_factory=project)
    steps: list[Any] = field(default_factory=lambda: story()["lines"][:1])
    conflict: Conflict = field(default_factory=Conflict)
    typed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def changed(self) -> list[Content]:
        """What was written anew, by whom."""
        return [Content("files", _("材料"), "", person(Role.TEAM_LEADER), day(4, 18))]


def late() -> dict[str, Any]:
    """A deed that somebody else has done meanwhile; what was typed is not lost."""
    typed = [(str(KINDS[1].label), gettext("需求实在，团队稳定，同意推荐。"))]
    return {"since": Happened(7, typed=typed), "closed": True}


def otherwise() -> dict[str, Any]:
    """An opinion that was reworded, a line that was changed, one that came."""
    words = (gettext("需求实在，团队稳定，同意推荐。"), gettext("同意推荐。"))
    amount = Cell(gettext("金额"), in_yuan(2_400_000), in_yuan(2_583_300))
    lines = (
        RowChange("other", gettext("支出凭证"), (amount,)),
        RowChange("new", gettext("签到表"), (Cell(gettext("金额"), "", in_yuan(30_000)),)),
    )
    opinion = Change(gettext("推荐意见"), pieces=tuple(pieces(*words)))
    return {"changes": [opinion, Change(gettext("预算"), rows=lines)]}


def doubted() -> dict[str, Any]:
    """A code that fails its check, and how it was compared."""
    found = (gettext("信用代码的最后一位和前面的对不上（GB 32100）。"),)
    said = gettext("照登记证书原件核对。")
    return {"doubts": [Told(found, said, str(person(Role.COUNTY_OFFICER)), day(4, 18)), Told(found)]}


def spoken() -> dict[str, Any]:
    """A question that a colleague asked at a place of the form, and the field to answer."""
    asked = Comment(pk=1, text=gettext("志愿时长是按平台的数填吗？"), at=day(4, 18))
    line = Line(asked, str(person(Role.APPLICANT)), gettext("协作人"))
    return {"place": Talk("need", gettext("需求"), may=True, open=[ThreadRow(1, [line], True, None)])}


EXAMPLES: tuple[Example, ...] = (
    component("conflict", _("两个人改了同一处：两份都在，逐处选；只有一个人改过的自动合在一起。"), both),
    component(
        "carried",
        _("办理的表单带着打开时的版本；有了变化，写明变化，打勾才按新的办。"),
        lambda: {"since": Happened(6)},
        around="<form>{}</form>",
    ),
    component("changes", _("改了什么：字句划掉和加上，表格一行一行，哪一格从什么改成什么。"), otherwise),
    component("doubts", _("可疑的代码、账户、数字，旁边是谁怎样核对的。"), doubted),
    component("talk", _("写给一起填的人的话，在那一问旁边；解决了的收起来。"), spoken, around="<form>{}</form>"),
    component("since", _("晚了一步，办不成了：写明发生了什么，填过的话留着。"), late),
)
