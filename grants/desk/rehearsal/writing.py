"""What teams write: answers to whatever the round asks, a budget within the caps, the final budget of the grant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from grants.applications.form_definition import INDICATORS, asked
from grants.awards.commands import save_final_budget
from grants.desk.rehearsal.cast import WORK
from grants.desk.rehearsal.inventing import invented
from grants.desk.rehearsal.world import Case, World
from grants.people.enums import LegalForm, Level
from grants.people.models import Organisation, Team
from grants.programmes.profile import Profile

HUNDRED = 10_000
"""A hundred yuan in fen."""
FIELDS = ("FIRST_AID", "RESCUE", "COMMUNITY", "BLOOD", "STEM_CELL", "ELDERLY", "HUMANITARIAN_RELIEF", "CULTURE")


def starting(world: World) -> dt.date:
    """When a project that is applied for today would start."""
    return world.play.today.replace(day=1) + dt.timedelta(days=155)


def second_month(starts: dt.date) -> dt.date:
    """The month after the one in which a project starts: when its first activities are planned."""
    return (starts.replace(day=1) + dt.timedelta(days=31)).replace(day=1)


def answers(world: World, team: Team, number: int) -> dict[str, Any]:
    """A complete application: plain answers to what every form asks, invented ones to what this round asks besides."""
    starts = starting(world)
    registered = team.legal_form == LegalForm.REGISTERED
    return invented(
        asked(world.rules),
        {
            "title": f"{WORK[number % len(WORK)]}进社区服务{number + 1}",
            "field": _field(world, number),
            "summary": "组织受过培训的志愿者每月到社区开展服务，让需要的人就近得到帮助。",
            "place": team.guided_by.short_name,
            "start_date": starts,
            "end_date": starts + dt.timedelta(days=330),
            "beneficiaries": ["elderly", "residents"],
            "beneficiary_count": 200 + number,
            "minors": False,
            "hazardous": False,
            "need": "据社区统计，辖区老年人口占三成，急救知识普及率低，居民多次提出希望有就近的服务。",
            "feature": "由救护师带队，体现人道、博爱、奉献。",
            "activities": [
                {
                    "name": "社区服务日",
                    "month": f"{second_month(starts):%Y-%m}",
                    "times": 6,
                    "place": "社区",
                    "volunteers": 10,
                    "hours_each": 2,
                    "served": 40,
                }
            ],
            "indicators": _indicators(world),
            "hist_events": 12,
            "hist_hours": 600,
            "contact_name": "联系人",
            "contact_mobile": f"138{number:08d}",
            "other_funding": "无",
            "paid_to": "registered_team" if registered else "recommending_red_cross",
            "committed": True,
            **_from_register(world, team, number),
        },
        facts={"team.legal_form": str(team.legal_form)},
    )


def _from_register(world: World, team: Team, number: int) -> dict[str, Any]:
    """Where the register or the round gives the choices: the team's own area, its Red Cross, another field."""
    form, found = asked(world.rules), dict[str, Any]()
    for field in form.inputs:
        if field.source == "areas":
            found[field.name] = [str(_county(team).pk)]
        elif field.kind == "organisation":
            found[field.name] = str(team.guided_by_id)
        elif field.source == "fields_of_service" and field.kind == "choices" and field.required:
            found[field.name] = [_field(world, number + 1)]
    return found


def _county(team: Team) -> Organisation:
    """The county that guides the team, or one of its prefecture, or any for a direct unit."""
    counties = Organisation.objects.filter(level=Level.COUNTY).order_by("path")
    return counties.filter(path__startswith=team.guided_by.path).first() or counties[0]


def _field(world: World, number: int) -> str:
    """One of the fields that the round opens, those we know first."""
    there = [one.code for one in world.rules.fields_of_service if one.enabled]
    known = [code for code in FIELDS if code in there] or there
    return known[number % len(known)]


def _indicators(world: World) -> list[dict[str, Any]]:
    """As many as the round asks for, three at the least."""
    known = {"activities": 6, "volunteer_times": 60, "beneficiary_times": 240}
    more = {code: 10 for code, _label in INDICATORS if code not in known}
    wanted = max(len(known), world.rules.application_profile.size.min_indicators)
    return [{"indicator": code, "target": target} for code, target in [*known.items(), *more.items()][:wanted]]


def budget(world: World) -> list[dict[str, Any]]:
    """Between 18,000 and 26,000 元 as far as the round's limits allow, by unit price and quantity."""
    yuan, plan = (180 + world.play.dice.randint(0, 80)) * 100, world.rules.round
    least, most = -(-plan.grant_min_fen // HUNDRED) * 100, plan.grant_max_fen // HUNDRED * 100
    return lines(max(least, min(yuan, most)), world.rules)


def lines(yuan: int, rules: Profile) -> list[dict[str, Any]]:
    """A budget of this many 元, a multiple of 100: 55 % material, 10 % printing, 20 % transport, 10 % insurance.

    What the round does not know, or allows less of, is spent on material: its first category without a cap.
    """
    share = yuan // 100
    material = _material(rules)
    rows = (
        (material, "活动物资", "份", 5_000, share * 55 * 2 // 100),
        ("PUBLICITY", "宣传折页", "张", 100, share * 10),
        ("VOL_TRANSPORT", "志愿者交通", "人次", 2_000, share),
        ("VOL_INSURANCE", "志愿者保险", "份", 1_000, share),
    )
    made = [_line(*row) for row in rows if row[4] and _allowed(row[0], row[3] * row[4], yuan, rules)]
    rest = yuan * 100 - sum(row["unit_price_fen"] * row["quantity"] for row in made)
    return [*made, _line(material, "急救耗材", "批", 100, rest // 100)] if rest >= 100 else made


def _material(rules: Profile) -> str:
    free = [one.code for one in rules.budget.categories if one.cap_pct is None]
    return "ACT_MATERIAL" if "ACT_MATERIAL" in free or not free else free[0]


def _allowed(code: str, fen: int, yuan: int, rules: Profile) -> bool:
    """Whether the round knows the category and lets so much go into it."""
    caps = {one.code: one.cap_pct for one in rules.budget.categories}
    return code in caps and fen <= yuan * (100 if caps[code] is None else int(caps[code] or 0))


def _line(category: str, item: str, unit: str, price: int, quantity: int) -> dict[str, Any]:
    return {
        "category": category,
        "item": item,
        "unit": unit,
        "unit_price_fen": price,
        "quantity": quantity,
        "source": "grant",
        "basis": "按市场价",
        "activity": "",
    }


def final_budget(world: World, case: Case) -> None:
    """The budget that goes into the agreement comes to exactly what was granted."""
    with world.play.moment():
        save_final_budget(case.project, lines(case.project.granted_fen // 100, world.rules), actor=case.leader)
