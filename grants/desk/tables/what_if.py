"""What floors cost, in words: who comes in and who goes out, and by how much the best set is worth less."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, override

from grants.desk.queries.results import Results
from grants.desk.queries.what_if import CITY, FIELD, Cities
from grants.desk.tables.board import ancestor_at
from grants.desk.tables.rank_charts import distribution, hands_said, spark, strip
from grants.desk.tables.results import city_of
from grants.kernel.money import format_fen
from grants.kernel.scoring import format_score
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.reviews.statistics.kept import Sureness
from workflow.phrases import listed

TOP, FLOORS = 12, 6
"""So many lines of a list, and so many floors, the printed page has room for."""
FEW = 4
"""With up to so many trials each is said by itself."""
NOWHERE = "0"
"""The key of projects that no city guides."""


@dataclass(frozen=True)
class Said:
    """One set of limits: what it is called, what it does, who goes and who comes."""

    label: str
    finding: str
    price: str
    entered: list[dict[str, Any]]
    left: list[dict[str, Any]]
    bad: bool


def cities_of(found: Results, tree: Mapping[int, Organisation]) -> Cities:
    """The cities of the ranked projects; what the province guides itself is one more, the last."""
    scopes = dict.fromkeys(line.scope for line in found.lines)
    at = {scope: ancestor_at(scope, Level.PREFECTURE, tree) for scope in scopes}
    keys = {scope: str(place.pk) if place else NOWHERE for scope, place in at.items()}
    named = {keys[scope]: city_of(scope, tree) for scope in scopes}
    order = sorted(named, key=lambda key: (key == NOWHERE, int(key)))
    return Cities(keys, {key: named[key] for key in order})


def floors_of_their_own(found: Results, tree: Mapping[int, Organisation]) -> dict[str, dict[str, str]]:
    """The cities and fields of the ranking by kind and key, each with how many projects it has."""
    cities = cities_of(found, tree)
    counts = {
        CITY: Counter(cities.keys[line.scope] for line in found.lines),
        FIELD: Counter(line.field for line in found.lines),
    }
    fields = {one.code: one.label for one in found.rules.fields_of_service if counts[FIELD][one.code]}
    words = gettext("%(name)s（有%(n)s个）")
    return {
        kind: {key: words % {"name": name, "n": counts[kind][key]} for key, name in named.items()}
        for kind, named in ((CITY, cities.names), (FIELD, fields))
    }


def said(text: str) -> list[Said]:
    """Every trial of a saved outcome, in its order; floors that displace nobody by themselves are said together."""
    told = json.loads(text)
    wishes, found, idle = told["wishes"], [], []
    for one in told["trials"]:
        alone = len(one["floors"]) == 1
        if alone and len(told["trials"]) > FEW and not (one["short"] or one["dear"] or one["entered"] or one["left"]):
            idle.append(_label(one["floors"], wishes))
        else:
            found.append(_said(one, wishes))
    if idle:
        words = gettext("各自都不换人。") if len(idle) > 1 else gettext("一个也不换。")
        found.insert(1, Said(gettext("；").join(idle), words, "", [], [], bad=False))
    return found


def _said(one: Mapping[str, Any], wishes: Mapping[str, Any]) -> Said:
    label = _label(one["floors"], wishes)
    if len(one["floors"]) > 2:
        label = gettext("全部%(n)s条保底一起") % {"n": len(one["floors"])}
    if one["short"]:
        words = gettext("办不到：个数不够分给%(names)s。") % {"names": listed(one["short"])}
        return Said(label, words, "", [], [], bad=True)
    if one["dear"]:
        return Said(label, gettext("办不到：总额度不够。"), "", [], [], bad=True)
    return Said(label, _finding(one), _price(one), one["entered"], one["left"], bad=False)


def _label(floors: list[str], wishes: Mapping[str, Any]) -> str:
    if not floors:
        return gettext("不设保底，只看总分")
    return gettext("，").join(_floor(floor, wishes) for floor in floors)


def _floor(floor: str, wishes: Mapping[str, Any]) -> str:
    """A floor in words: for each, but for those with one of their own; or for one, and where it has fewer, how many."""
    kind, _colon, name = floor.partition(":")
    own: Mapping[str, Mapping[str, int]] = wishes.get("cities" if kind == "city" else "fields", {})
    if name:
        words = gettext("%(name)s至少%(n)s个") % {"name": name, "n": own[name]["least"]}
        if own[name]["there"] < own[name]["least"]:
            words += gettext("（够分的只有%(n)s个）") % {"n": own[name]["there"]}
        return words
    if kind == "city":
        words = gettext("每个市至少%(n)s个") % {"n": wishes["per_city"]}
    else:
        words = gettext("每个领域至少%(n)s个") % {"n": wishes["per_field"]}
    return words + (gettext("（%(names)s另定）") % {"names": listed(own)} if own else "")


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
        "said": _brief(said(text)),
        "count": len(official),
        "sum_fen": sum(one["fen"] for one in official),
        "last": official[-1] if official else None,
        "band": [one | {"sure": chance(one), "drawn": _drawn(one, told)} for one in band[:TOP]],
        "more": max(0, len(band) - TOP),
        "all": len(band),
    }


def _brief(found: list[Said]) -> list[Said]:
    """What the page has room for: the first, the last, and between them as many as there is room."""
    if len(found) <= FLOORS + 2:
        return found
    more = len(found) - 2 - FLOORS
    words = Said(gettext("另有%(n)s条保底") % {"n": more}, gettext("各自换谁，见试算页。"), "", [], [], bad=False)
    return [*found[: FLOORS + 1], words, found[-1]]
