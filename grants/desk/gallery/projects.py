"""Whose turn a project is, until when, what happened to it, what can be done, and its papers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.gallery.controls import said
from grants.desk.gallery.example import Example, component
from grants.desk.gallery.world import attachment, day, person, project, steps
from grants.desk.tables.documents import StageFiles, paper_row
from grants.desk.tables.given import Cell, Said
from grants.desk.tables.offers import Button, Offered, Pending
from grants.desk.tables.publicity import strip
from grants.desk.tables.river import river
from grants.desk.tables.running import Bar
from grants.desk.tables.trail import Line, label_of
from grants.desk.tables.turns import Hands
from grants.desk.tables.urgency import ICONS as LEFT_ICONS
from grants.desk.tables.urgency import Left
from grants.desk.tables.workdays import year_drawn
from grants.desk.tables.writing import WritingPage
from grants.desk.words import ICONS, duty_of, tone_of
from grants.kernel.workdays import Calendar
from grants.programmes.workdays_data import DayRow
from workflow.lifecycle import ProjectState, Role, Stage
from workflow.models import Deadline, Proposal
from workflow.refusals import Refusal

NEXT = "#projects"


def flowing() -> dict[str, Any]:
    """A project in its fourth stage."""
    return {"river": river(ProjectState.IN_PROGRESS, steps(), final=False, until=day(10, 31))}


def in_hands() -> dict[str, Any]:
    """A project that waits for its county."""
    record = project(ProjectState.SUBMITTED)
    due = Left(
        "",
        Deadline(due_at=day(3, 9, 17), provisional=True),
        gettext("还剩%(n)s个工作日") % {"n": 2},
        "wait",
        LEFT_ICONS["soon"],
    )
    role = Role.COUNTY_OFFICER
    turn = Hands(str(role.label), str(person(role)), 2, day(3, 1), duty_of(record), mine=True, due=due, others=())
    return {"record": record, "turn": turn, "message": said()}


def year() -> dict[str, Any]:
    """A year with a holiday and the weekend that is worked for it."""
    rows = [
        DayRow(dt.date(2027, 1, 1), working=False, note="元旦放假"),
        DayRow(dt.date(2027, 1, 9), working=True, note="元旦调休上班"),
    ]
    return {"months": year_drawn(2027, rows, dt.date(2027, 1, 5))}


def days() -> dict[str, Any]:
    """A publicity of five working days, on its third."""
    first = dt.date(2027, 5, 28)
    return {"days": strip(first, first + dt.timedelta(days=7), dt.date(2027, 6, 2), Calendar())}


def story() -> dict[str, Any]:
    """The last three steps, one with words and a document."""
    paper = attachment("opinion.pdf", 96_000, day(1, 4))
    words = Said(gettext("推荐意见"), gettext("需求实在，团队稳定，同意推荐。"), long=True)
    found = steps()
    lines = []
    for one in (found[0], found[1], found[-1]):
        tone, last = tone_of("project", one.target), one is found[-1]
        role = Role.COUNTY_LEADER if last else Role.PROGRAMME_OFFICER
        lines.append(
            Line(
                one,
                label_of(one),
                "",
                tone,
                ICONS[tone],
                str(one.actor),
                str(role.label),
                "",
                [words] * last,
                [paper] * last,
            )
        )
    return {"lines": lines}


def offers() -> dict[str, Any]:
    """What a county may do, one thing greyed with its reason, one folded away, one to take back."""
    late = Refusal("late", gettext("推荐时间已过，请联系上一级红十字会。"))
    recommend = Button("county_recommend", gettext("推荐"), NEXT, "primary", "", ())
    give_back = Button("county_return", gettext("退回修改"), NEXT, "warn", "", ())
    stuck = Button("gallery", gettext("不推荐"), NEXT, "second", "", (late,))
    undo = Button("undo", gettext("撤销退回"), NEXT, "second", "", ())
    pages = [WritingPage(gettext("填写申报书"), NEXT)]
    return {"offered": Offered(pages, [recommend, give_back], [], [stuck], undo), "roles": {Role.COUNTY_OFFICER}}


def buttons() -> dict[str, Any]:
    """The list of such buttons alone."""
    found = offers()["offered"]
    stuck = Button("gallery-actions", found.more[0].label, NEXT, "second", "", found.more[0].reasons)
    return {"pages": found.pages, "buttons": [*found.buttons, stuck]}


def endorsing() -> dict[str, Any]:
    """A decision that waits for a second person."""
    made = Proposal(pk=1, maker=person(Role.PROGRAMME_OFFICER), at=day(2, 3), move="shortlist")
    signed = [{"person": person(Role.BUSINESS_LEAD)}]
    label, missing = gettext("拟立项"), str(Role.BUSINESS_LEAD.label)
    return {
        "pending": [
            Pending(made, label, [], missing, ready=False, url=NEXT, mine=False),
            Pending(made, label, signed, "", ready=True, url=NEXT, mine=True),
        ]
    }


def papers() -> list[dict[str, Any]]:
    """Two documents of a project."""
    found = [
        (gettext("申报书"), attachment("application.pdf", 420_000, day(1, 3))),
        ("", attachment("photos.zip", 5_200_000, day(4, 18))),
    ]
    return [paper_row(one, slot) for slot, one in found]


def by_stage() -> dict[str, Any]:
    """The same under their stages, with what is still to come."""
    first, second = papers()
    return {
        "files": [
            StageFiles(str(Stage.APPLICATION.label), [first], ""),
            StageFiles(str(Stage.IMPLEMENTATION.label), [second], gettext("签署页")),
        ]
    }


def promises() -> dict[str, Any]:
    """What was promised and how much of it is done."""
    return {"bars": [Bar(gettext("志愿者人数"), 120, 90, 75), Bar(gettext("服务人次"), 400, 460, 115)]}


def answers() -> dict[str, Any]:
    """Something short, something long, a table."""
    row = (Cell(gettext("活动用品"), gettext("内容"), figure=False), Cell("25,833.00", gettext("金额"), figure=True))
    long = gettext("需求实在，团队稳定，同意推荐。")
    return {
        "said": [
            Said(gettext("项目名称"), str(project())),
            Said(gettext("推荐意见"), long, long=True),
            Said(gettext("预算明细"), "", table=(row, row)),
        ]
    }


EXAMPLES: tuple[Example, ...] = (
    component("now", _("现在在谁手里、要做什么、到何时止：项目页最先说的话。"), in_hands),
    component("river", _("六个阶段是一条河：流过的是实线，前面的是虚线。"), flowing),
    component("months", _("一年的工作日：哪天放假，哪个周末上班。"), year),
    component("days", _("公示期按工作日画出来，休息日不算。"), days),
    component("trail", _("经过：谁在什么时候办了什么，说了什么，附了什么。"), story),
    component("offers", _("可以做的事：先一件主要的，不常用的收起来，能撤销的单独放。"), offers),
    component("actions", _("上面那些按钮的清单。"), buttons, around='<ul class="actions">{}</ul>'),
    component("pending", _("送出会签的，还差谁。"), endorsing),
    component("documents", _("一条记录的材料。"), lambda: {"documents": papers()}),
    component("files", _("项目的材料，按阶段，写明还要交什么。"), by_stage),
    component("waits", _("文件收下了，还在往文件库送。"), lambda: {"document": {"waits": True}}),
    component("bars", _("答应做到的，做到多少。"), promises),
    component("said", _("填过的内容，给会签的人和核对的人看。"), answers),
    component("reader", _("表单旁边的申报书；没有脚本时是一个链接。"), lambda: {"project": project()}),
)
