"""What teams write: answers of the short form, a budget within the caps, and the final budget of the sum granted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from grants.awards.commands import save_final_budget
from grants.desk.rehearsal.cast import WORK
from grants.desk.rehearsal.world import Case, World
from grants.people.enums import LegalForm
from grants.people.models import Team

FIELDS = ("FIRST_AID", "RESCUE", "COMMUNITY", "BLOOD", "STEM_CELL", "ELDERLY", "HUMANITARIAN_RELIEF", "CULTURE")


def answers(world: World, team: Team, number: int) -> dict[str, Any]:
    """A complete short form: twelve screens of plain answers."""
    starts = world.play.today.replace(day=1) + dt.timedelta(days=155)
    registered = team.legal_form == LegalForm.REGISTERED
    return {
        "title": f"{WORK[number % len(WORK)]}进社区服务{number + 1}",
        "field": FIELDS[number % len(FIELDS)],
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
                "month": "2025-10",
                "times": 6,
                "place": "社区",
                "volunteers": 10,
                "hours_each": 2,
                "served": 40,
            }
        ],
        "indicators": [
            {"indicator": "activities", "target": 6},
            {"indicator": "volunteer_times", "target": 60},
            {"indicator": "beneficiary_times", "target": 240},
        ],
        "hist_events": 12,
        "hist_hours": 600,
        "contact_name": "联系人",
        "contact_mobile": f"138{number:08d}",
        "other_funding": "无",
        "paid_to": "registered_team" if registered else "recommending_red_cross",
        "committed": True,
    }


def budget(world: World) -> list[dict[str, Any]]:
    """Between 18,000 and 26,000 元, by unit price and quantity."""
    return lines((180 + world.play.dice.randint(0, 80)) * 100)


def lines(yuan: int) -> list[dict[str, Any]]:
    """A budget of this many 元, a multiple of 100: 55 % material, 10 % printing, 20 % transport, 10 % insurance."""
    share = yuan // 100
    rows = (
        ("ACT_MATERIAL", "活动物资", "份", 5_000, share * 55 * 2 // 100),
        ("PUBLICITY", "宣传折页", "张", 100, share * 10),
        ("VOL_TRANSPORT", "志愿者交通", "人次", 2_000, share),
        ("VOL_INSURANCE", "志愿者保险", "份", 1_000, share),
    )
    made = [_line(*row) for row in rows if row[4]]
    rest = yuan * 100 - sum(row["unit_price_fen"] * row["quantity"] for row in made)
    return [*made, _line("ACT_MATERIAL", "急救耗材", "批", 100, rest // 100)] if rest >= 100 else made


def _line(category: str, item: str, unit: str, price: int, quantity: int) -> dict[str, Any]:
    return {
        "category": category,
        "item": item,
        "unit": unit,
        "unit_price_fen": price,
        "quantity": quantity,
        "source": "grant",
        "basis": "按市场价",
    }


def final_budget(world: World, case: Case) -> None:
    """The budget that goes into the agreement comes to exactly what was granted."""
    with world.play.moment():
        save_final_budget(case.project, lines(case.project.granted_fen // 100), actor=case.leader)
