"""A list of organisations: universities, hospitals, units, grass-roots bodies and new counties, row by row."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.kernel.cells import Cells, Column, day_of
from grants.kernel.identifiers import squeezed
from grants.people.enums import Kind, Level
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
from grants.people.models import Organisation, Team
from grants.people.registering import against_organisation, against_reason, changed, may_register_organisation
from workflow import clock
from workflow.looking import looking

COLUMNS = (
    Column("name", _("名称"), ("名称", "单位名称", "组织名称", "全称", "name")),
    Column("short_name", _("简称"), ("简称", "short name")),
    Column("kind", _("类别"), ("类别", "单位类别", "kind")),
    Column("level", _("层级"), ("层级", "级别", "level")),
    Column(
        "parent", _("上级红十字会"), ("上级红十字会", "上级", "上级单位", "所属红十字会", "red cross above", "parent")
    ),
    Column("division", _("行政区划代码"), ("行政区划代码", "区划代码", "division code", "division")),
    Column("uscc", _("统一社会信用代码"), ("统一社会信用代码", "信用代码", "unified social credit code", "uscc")),
    Column("valid_from", _("设立日期"), ("设立日期", "成立日期", "成立时间", "date set up", "since")),
)
NEEDED = ("name", "kind", "level")
KINDS = {
    Kind.RED_CROSS.value: ("红十字会", "red cross"),
    Kind.UNIVERSITY.value: ("高校", "大学", "高校红十字会", "university", "university red cross"),
    Kind.HOSPITAL.value: ("医院", "医院红十字会", "hospital", "hospital red cross"),
    Kind.UNIT.value: ("直属单位", "单位", "unit", "directly affiliated unit"),
    Kind.ASSOCIATION.value: ("社会组织", "association", "social organisation"),
}
LEVELS = {
    Level.DIRECT.value: ("省直与高校", "省直", "直属省级", "direct", "provincial units and universities"),
    Level.GRASSROOTS.value: ("基层组织", "基层", "乡镇", "街道", "grassroots organisation", "township"),
    Level.COUNTY.value: ("县", "县级", "县市区", "county", "county, county-level city or district"),
}
AT = {"sort": "kind", "known": "name"}
"""Where the register's reasons point in the table."""


def example_rows() -> list[list[Any]]:
    """Two rows that show how the list is filled in; whoever forgets to delete them imports nothing by them."""
    university, red_cross = str(Kind.UNIVERSITY.label), str(Kind.RED_CROSS.label)
    direct, grassroots = str(Level.DIRECT.label), str(Level.GRASSROOTS.label)
    first = [f"{example()}浙江某某大学红十字会", "某某大学红会", university, direct, "", "", "", ""]
    second = [f"{example()}杭州市上城区清波街道红十字会", "清波街道红十字会", red_cross, grassroots]
    return [first, [*second, "330102", "", "", ""]]


class _Register:
    """The tree as the rules of the register ask for it, apart from the organisation of the row itself."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.row: Row | None = None

    def place_named(self, parent: Organisation, name: str) -> bool:
        """Whether another organisation of this name stands under this parent."""
        found = self.places.children.get((parent.pk, name))
        known = self.row.known if self.row else None
        return found is not None and found != known

    def place_divided(self, division: str) -> bool:
        """Whether an organisation stands for this division."""
        return division in self.places.divisions

    def team_named(self, _guide: Organisation, _name: str) -> bool:
        """A list of organisations has no team."""
        return False

    def team_coded(self, _code: str) -> bool:
        """A list of organisations has no team."""
        return False

    def team_paid(self, _team: Team) -> bool:
        """A list of organisations has no team."""
        return False


def plan_organisations(cells: Cells, *, actor: Any, reason: str = "", checked: str = "") -> Plan:
    """What would become of each row if this person imported the list now, and every fault by its cell.

    An organisation is known by its name under its parent; a short name or code that differs is corrected for the
    `reason`.
    """
    plan = Plan(cells, reason.strip(), checked.strip())
    with looking():
        lines = lines_of(cells, COLUMNS, NEEDED, plan)
        places = Places()
        register = _Register(places)
        refusal = may_register_organisation(actor)
        seen: dict[Any, int] = {}
        for line in lines:
            if refusal:
                line.wrong("name", str(refusal.message))
            row = _row(line, plan, register)
            _once_in_list(line, row, seen)
            settled(plan, line, row)
    return plan


def _row(line: Line, plan: Plan, register: _Register) -> Row:
    facts = _facts(line)
    parent = _parent(line, facts, register.places)
    row = Row(line.number, facts["name"], parent, facts=facts)
    if parent is None or not facts["kind"] or not facts["level"]:
        checked_code(line, facts["uscc"], checked=plan.checked)
        return row
    row.known = register.places.children.get((parent.pk, facts["name"]))
    register.row = row
    if row.known:
        _as_known(line, row, plan)
    checked_code(line, facts["uscc"], checked=plan.checked, before=row.known.uscc if row.known else "")
    asked = facts | {"valid_from": facts["valid_from"] or clock.today()}
    for reason in against_organisation(asked, parent, row.known, register):
        line.wrong(AT.get(reason.at, reason.at), str(reason.message))
    return row


def _facts(line: Line) -> dict[str, Any]:
    unspoilt(line, "uscc")
    kinds = {value: (*words, str(Kind(value).label)) for value, words in KINDS.items()}
    levels = {value: (*words, str(Level(value).label)) for value, words in LEVELS.items()}
    name, text = line.text("name"), line.text("valid_from")
    since = day_of(text)
    if text and since is None:
        line.wrong("valid_from", gettext("请写日期，例如 2020-03-05。"))
    return {
        "name": name,
        "short_name": line.text("short_name") or name,
        "kind": chosen(line, "kind", kinds, [str(Kind(value).label) for value in KINDS]),
        "level": chosen(line, "level", levels, [str(Level(value).label) for value in LEVELS]),
        "division": squeezed(line.text("division")),
        "uscc": squeezed(line.text("uscc")),
        "valid_from": since,
    }


def _parent(line: Line, facts: dict[str, Any], places: Places) -> Organisation | None:
    """What is direct hangs under the province, also where nobody says so."""
    if facts["level"] == Level.DIRECT and not line.text("parent"):
        return places.province
    return places.meant(line, "parent")


def _as_known(line: Line, row: Row, plan: Plan) -> None:
    """It is in the register: an empty cell leaves what stands there; what it is and where it hangs is not corrected."""
    known, facts = row.known, row.facts
    for name in ("short_name", "uscc", "division"):
        if not line.text(name):
            facts[name] = getattr(known, name)
    facts["valid_from"] = facts["valid_from"] or known.valid_from
    for name in ("kind", "level", "division", "valid_from"):
        if name not in line.faults and facts[name] != getattr(known, name):
            line.wrong(name, gettext("和登记的不同，不能用名单改。"))
    row.changes = changed(known, {name: facts[name] for name in ("short_name", "uscc")})
    differs(line, row, COLUMNS, plan.reason)
    if row.changes and plan.reason and (refusal := against_reason(plan.reason)):
        line.wrong("name", str(refusal.message))


def _once_in_list(line: Line, row: Row, seen: dict[Any, int]) -> None:
    if row.place is not None and row.name:
        twice(line, "name", ("name", row.place.pk, row.name), seen)
    for name in ("uscc", "division"):
        if value := row.facts[name]:
            twice(line, name, (name, value), seen)
