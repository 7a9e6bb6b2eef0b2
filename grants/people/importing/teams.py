"""A list of teams: which columns it has, what they mean, what would become of each row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.kernel.cells import Cells, Column, day_of, whole_of
from grants.kernel.errors import Malformed
from grants.kernel.identifiers import normalise_phone, squeezed
from grants.people.enums import LegalForm
from grants.people.importing.places import Places
from grants.people.importing.plan import (
    Line,
    Plan,
    Row,
    checked_code,
    chosen,
    differs,
    example,
    lines_of,
    settled,
    twice,
    unspoilt,
)
from grants.people.models import Organisation, RoleGrant, Team, User
from grants.people.queries import own_hats
from grants.people.registering import against_reason, against_team, changed, may_register_team, near
from workflow import clock
from workflow.lifecycle import Role
from workflow.looking import looking
from workflow.ports import SYSTEM
from workflow.refusals import Refusal

COLUMNS = (
    Column("name", _("团队名称"), ("团队名称", "团队", "名称", "队名", "team", "team name", "name")),
    Column(
        "guided_by", _("指导红十字会"), ("指导红十字会", "指导单位", "红十字会", "行政区划代码", "guiding red cross")
    ),
    Column("legal_form", _("登记情况"), ("登记情况", "是否登记", "registration", "legal form")),
    Column("uscc", _("统一社会信用代码"), ("统一社会信用代码", "信用代码", "unified social credit code", "uscc")),
    Column(
        "platform_no",
        _("志愿服务平台团队编号"),
        ("志愿服务平台编号", "平台编号", "team number on the volunteer platform"),
    ),
    Column("founded_on", _("成立时间"), ("成立时间", "成立日期", "date founded", "founded")),
    Column("members", _("成员数"), ("成员数", "成员人数", "人数", "number of members", "members")),
    Column("core_members", _("核心成员数"), ("核心成员数", "核心成员", "核心人数", "number of core members")),
    Column("leader", _("负责人姓名"), ("负责人姓名", "负责人", "name of the leader", "leader")),
    Column(
        "mobile",
        _("负责人手机号"),
        ("负责人手机号", "负责人手机", "手机号", "手机", "联系电话", "mobile number of the leader", "mobile"),
    ),
)
NEEDED = ("name", "guided_by", "legal_form", "founded_on", "members", "core_members")
FORMS = {
    LegalForm.TEAM.value: ("志愿服务队", "未登记", "没有登记", "否", "volunteer team", "not registered", "no"),
    LegalForm.REGISTERED.value: (
        "依法登记",
        "已登记",
        "登记",
        "是",
        "registered volunteer organisation",
        "registered",
        "yes",
    ),
}
LONGEST_NAME = 50


def example_rows() -> list[list[Any]]:
    """Two rows that show how the list is filled in; whoever forgets to delete them imports nothing by them."""
    day = dt.date(2019, 5, 8)
    unregistered, registered = (str(form.label) for form in (LegalForm.TEAM, LegalForm.REGISTERED))
    first = [f"{example()}清波街道红十字救护队", "杭州市上城区红十字会", unregistered, "", "3301020012", day, 45, 12]
    second = [f"{example()}上城区晨光志愿服务中心", "330102", registered, "52330102MJ8700000E", "", day, 120, 30]
    return [[*first, "张三", "13800000000"], [*second, "", ""]]


class _Register:
    """What the register holds that a list may meet, read in a constant number of queries."""

    def __init__(self, lines: Iterable[Line], places: Places) -> None:
        names = {line.text("name") for line in lines}
        codes = {squeezed(line.text("uscc")) for line in lines} - {""}
        phones = {number for line in lines if (number := _phone(line.text("mobile")))}
        met = Team.objects.filter(Q(name__in=names) | Q(uscc__in=codes)).select_related("guided_by", "same_as")
        self.teams = {(team.guided_by_id, team.name): team for team in met}
        self.codes = {team.uscc: team.pk for team in met if team.uscc}
        held = RoleGrant.objects.filter(team__in=[team.pk for team in met], role=Role.PAYEE_OFFICER)
        self.paid = set(held.exclude(valid_to__lt=clock.today()).values_list("team", flat=True))
        known = User.objects.filter(Q(mobile__in=phones) | Q(username__in=phones)).values_list("mobile", "username")
        self.phones = {number for pair in known for number in pair if number}
        self.places = places
        self.row: Row | None = None

    def _other(self, pk: int | None) -> bool:
        known = self.row.known if self.row else None
        return pk is not None and pk != (known.pk if known else None)

    def team_named(self, guide: Organisation, name: str) -> bool:
        """Whether another team of this name has this guide."""
        team = self.teams.get((guide.pk, name))
        return self._other(team.pk if team else None)

    def team_coded(self, code: str) -> bool:
        """Whether the code is another team's."""
        return self._other(self.codes.get(code))

    def team_paid(self, team: Team) -> bool:
        """Whether somebody receives money for the team, now or from a day to come."""
        return team.pk in self.paid

    def place_named(self, parent: Organisation, name: str) -> bool:
        """Whether an organisation of this name stands under this parent."""
        return (parent.pk, name) in self.places.children

    def place_divided(self, division: str) -> bool:
        """Whether an organisation stands for this division."""
        return division in self.places.divisions


def plan_teams(cells: Cells, *, actor: Any, reason: str = "", checked: str = "") -> Plan:
    """What would become of each row if this person imported the list now, and every fault by its cell.

    A team is known by its name under its guide; one that is there already and differs is corrected for the `reason`.
    `checked` says how codes in doubt were compared with the certificates.
    """
    plan = Plan(cells, reason.strip(), checked.strip())
    with looking():
        lines = lines_of(cells, COLUMNS, NEEDED, plan)
        places = Places()
        register = _Register(lines, places)
        area = _area(actor, places)
        seen: dict[Any, int] = {}
        for line in lines:
            row = _row(line, plan, register, area, actor)
            _once_in_list(line, row, seen)
            settled(plan, line, row)
    return plan


def _area(actor: Any, places: Places) -> list[Organisation]:
    worn = [] if actor is SYSTEM else own_hats(actor)
    return [one for one in places.all if near(worn, one)]


def _row(line: Line, plan: Plan, register: _Register, area: list[Organisation], actor: Any) -> Row:
    """The row with its facts and its guide; what stands against it is at its cells."""
    facts = _facts(line)
    guide = register.places.meant(line, "guided_by", area)
    row = Row(line.number, line.text("name"), guide, facts=facts)
    if guide is None:
        checked_code(line, facts["uscc"], checked=plan.checked)
        return row
    if refusal := may_register_team(actor, guide):
        line.refused([refusal])
    row.known = register.teams.get((guide.pk, row.name))
    register.row = row
    if row.known and row.known.same_as:
        words = {"name": row.name, "into": row.known.same_as.name}
        line.refused([Refusal("gone", gettext("“%(name)s”已并入“%(into)s”，请改写。") % words, at="name")])
    if row.known:
        _as_known(line, row, plan)
    else:
        _leader(line, row, register)
    line.refused(against_team(_stand_in(line, facts), guide, row.known, register))
    checked_code(line, facts["uscc"], checked=plan.checked, before=row.known.uscc if row.known else "")
    return row


def _facts(line: Line) -> dict[str, Any]:
    """The cells as the register takes them; None where a cell cannot be read, which is said."""
    unspoilt(line, "uscc", "platform_no", "mobile")
    forms = [str(form.label) for form in LegalForm]
    options = {value: (*words, str(LegalForm(value).label)) for value, words in FORMS.items()}
    return {
        "name": line.text("name"),
        "legal_form": chosen(line, "legal_form", options, forms),
        "uscc": squeezed(line.text("uscc")),
        "platform_no": line.text("platform_no"),
        "founded_on": _day(line, "founded_on"),
        "members": _count(line, "members"),
        "core_members": _count(line, "core_members"),
    }


def _day(line: Line, name: str) -> dt.date | None:
    found = day_of(line.text(name))
    if found is None:
        empty = gettext("没有填。请写日期，例如 2020-03-05。")
        line.wrong(name, gettext("请写日期，例如 2020-03-05。") if line.text(name) else empty)
    return found


def _count(line: Line, name: str) -> int | None:
    text = line.text(name)
    found = whole_of(text)
    if found is None:
        if not text:
            message = gettext("没有填。请写一个整数，例如 12。")
        elif text.startswith(("-", "−", "－")):
            message = gettext("不能是负数。")
        else:
            message = gettext("请写一个整数，例如 12。")
        line.wrong(name, message)
    return found


def _stand_in(line: Line, facts: dict[str, Any]) -> dict[str, Any]:
    """Facts against which the rules can be asked: what could not be read stands in nobody's way."""
    members, core = facts["members"], facts["core_members"]
    code = "" if "uscc" in line.faults else facts["uscc"]
    form = facts["legal_form"] or (LegalForm.REGISTERED if code else LegalForm.TEAM)
    safe: dict[str, Any] = {"founded_on": facts["founded_on"] or clock.today(), "legal_form": form}
    if members is None or core is None:
        safe |= {"members": members or core or 0, "core_members": 0}
    return facts | safe


def _as_known(line: Line, row: Row, plan: Plan) -> None:
    """The team is in the register: an empty cell leaves what stands there; who leads it is not the list's to say."""
    known, facts = row.known, row.facts
    for name in ("platform_no", "uscc"):
        if not facts[name] and (name != "uscc" or facts["legal_form"] == LegalForm.REGISTERED):
            facts[name] = getattr(known, name)
    row.changes = changed(known, {name: value for name, value in facts.items() if name not in line.faults})
    if "legal_form" in row.changes:
        message = gettext("登记情况和登记的不同。请打开这支团队的页，用“更正资料”改，写明从哪天起。")
        line.wrong("legal_form", message)
        return
    differs(line, row, COLUMNS, plan.reason)
    if row.changes and plan.reason and (refusal := against_reason(plan.reason)):
        line.wrong("name", str(refusal.message))


def _leader(line: Line, row: Row, register: _Register) -> None:
    """A new team may come with its leader, who has no account yet."""
    name, text = line.text("leader"), line.text("mobile")
    if text and not name:
        line.wrong("leader", gettext("填了手机号，请也填负责人的姓名。"))
    if len(name) > LONGEST_NAME:
        line.wrong("leader", gettext("最多%(n)s个字。") % {"n": LONGEST_NAME})
    number = _phone(text)
    if text and not number:
        line.wrong("mobile", gettext("请填写 11 位手机号。"))
    elif number in register.phones:
        message = gettext("这个手机号已经有账号。请删掉这一格和姓名，登记以后在那个人的页上授予“项目负责人”。")
        line.wrong("mobile", message)
    row.leader, row.mobile = name, number


def _phone(text: str) -> str:
    try:
        return normalise_phone(text) if text else ""
    except Malformed:
        return ""


def _once_in_list(line: Line, row: Row, seen: dict[Any, int]) -> None:
    if row.place is not None and row.name:
        twice(line, "name", ("name", row.place.pk, row.name), seen)
    if code := row.facts["uscc"]:
        twice(line, "uscc", ("uscc", code), seen)
    if row.mobile:
        twice(line, "mobile", ("mobile", row.mobile), seen)
