"""What floors cost, in words: who comes in and who goes out, and by how much the best set is worth less."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, override

from grants.desk.tables.rank_charts import distribution, hands_said, spark, strip
from grants.kernel.money import format_fen
from grants.kernel.scoring import format_score
from grants.reviews.statistics.kept import Sureness
from workflow.phrases import listed

TOP = 12
"""So many lines of a list the printed page has room for."""


@dataclass(frozen=True)
class Said:
    """One set of limits: what it is called, what it does, who goes and who comes."""

    label: str
    finding: str
    price: str
    entered: list[dict[str, Any]]
    left: list[dict[str, Any]]
    bad: bool


def said(text: str) -> list[Said]:
    """Every trial of a saved outcome, in its order."""
    told = json.loads(text)
    return [_said(one, told["wishes"]) for one in told["trials"]]


def _said(one: Mapping[str, Any], wishes: Mapping[str, int]) -> Said:
    label = _label(one["floors"], wishes)
    if one["short"]:
        words = gettext("办不到：个数不够分给%(names)s。") % {"names": listed(one["short"])}
        return Said(label, words, "", [], [], bad=True)
    if one["dear"]:
        return Said(label, gettext("办不到：总额度不够。"), "", [], [], bad=True)
    return Said(label, _finding(one), _price(one), one["entered"], one["left"], bad=False)


def _label(floors: list[str], wishes: Mapping[str, int]) -> str:
    if not floors:
        return gettext("不设保底，只看总分")
    named = {
        "city": gettext("每个市至少%(n)s个") % {"n": wishes["per_city"]},
        "field": gettext("每个领域至少%(n)s个") % {"n": wishes["per_field"]},
    }
    return gettext("，").join(named[name] for name in floors)


def _finding(one: Mapping[str, Any]) -> str:
    if not one["entered"] and not one["left"]:
        return gettext("一个也不换。") if one["floors"] else gettext("和正式排名的名单一样。")
    goes = [f"{at['place']}" for at in one["left"]]
    comes = [f"{at['place']}" for at in one["entered"]]
    parts = []
    if comes:
        parts.append(gettext("第%(places)s名进来") % {"places": listed(comes)})
    if goes:
        parts.append(gettext("第%(places)s名出去") % {"places": listed(goes)})
    return gettext("，").join(parts) + gettext("。")


def _price(one: Mapping[str, Any]) -> str:
    count = ngettext("共%(n)s个", "共%(n)s个", one["count"]) % {"n": one["count"]}
    parts = [count, gettext("合计%(yuan)s元") % {"yuan": format_fen(one["cost"])}]
    if one["worth"]:
        words = gettext("总分多%(points)s分") if one["worth"] > 0 else gettext("总分少%(points)s分")
        parts.append(words % {"points": format_score(abs(one["worth"]))})
    if one["fen"]:
        words = gettext("金额多%(yuan)s元") if one["fen"] > 0 else gettext("金额少%(yuan)s元")
        parts.append(words % {"yuan": format_fen(abs(one["fen"]))})
    if one["gap"]:
        parts.append(gettext("不能证明最好，最多还差%(points)s分") % {"points": format_score(one["gap"])})
    return gettext("，").join(parts) + gettext("。")


def chance(told: Mapping[str, Any]) -> str:
    """The chance to be in, as the ranking says it."""
    known = told["chance"]
    if known is None:
        return "—"
    return "<1%" if known < 1 else ">99%" if known > 99 else f"{known}%"


def paper_line(text: str) -> str:
    """What a saved outcome comes to, in a line: how many by the official ranking, for how much, how many unsure."""
    told = json.loads(text)
    count, band = len(told["official"]), len(told["band"])
    said = ngettext("按正式排名入选%(n)s个", "按正式排名入选%(n)s个", count) % {"n": count}
    said += gettext("，合计%(yuan)s元") % {"yuan": format_fen(sum(one["fen"] for one in told["official"]))}
    if band:
        said += gettext("，分不出在线上还是线下的%(n)s个") % {"n": band}
    return said + gettext("。")


def _drawn(one: Mapping[str, Any], told: Mapping[str, Any]) -> SafeString | str:
    """The interval of a rank on the scale of all; papers of before have none."""
    if "half" not in one:
        return ""
    half, most = (one["half"][0], one["half"][1]), (one["most"][0], one["most"][1])
    sure = Sureness(one["expected"] / 10, half, most, one["chance"] / 100, band=one["band"])
    return spark(sure, told["ranked"], within=one["place"] <= len(told["official"]))


def paper_facts(text: str) -> dict[str, Any]:
    """What the printed page shows of a saved outcome, at most a page of it, in Chinese, whoever looks at it."""
    with override("zh-hans"):
        return _paper_facts(json.loads(text), text)


def _paper_facts(told: Mapping[str, Any], text: str) -> dict[str, Any]:
    official, band = told["official"], told["band"]
    last = official[-1]["score"] if 0 < len(official) < told["ranked"] else None
    return {
        "spread": distribution(told.get("spread", []), last),
        "hands": strip(told.get("hands", [])),
        "hands_said": hands_said(told.get("hands", [])),
        "told": told,
        "said": said(text),
        "count": len(official),
        "sum_fen": sum(one["fen"] for one in official),
        "last": official[-1] if official else None,
        "band": [one | {"sure": chance(one), "drawn": _drawn(one, told)} for one in band[:TOP]],
        "more": max(0, len(band) - TOP),
        "all": len(band),
    }
