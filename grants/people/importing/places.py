"""Organisations by what people write for them: the full name, the short one, the place, or the six-digit code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from grants.people.enums import Level
from grants.people.importing.plan import Line
from grants.people.models import Organisation
from workflow.phrases import listed

OF = "红十字会"


class Places:
    """Every organisation of the tree, read once; those that stand come before those that are gone."""

    def __init__(self) -> None:
        rows = list(Organisation.objects.order_by("pk"))
        self.all = sorted(rows, key=lambda one: (one.valid_to is not None, one.level == Level.GRASSROOTS, one.pk))
        self.by_code: dict[str, Organisation] = {}
        self.full: dict[str, list[Organisation]] = defaultdict(list)
        self.short: dict[str, list[Organisation]] = defaultdict(list)
        for one in self.all:
            if one.division:
                self.by_code.setdefault(one.division, one)
            self.full[_bare(one.name)].append(one)
            self.short[_bare(one.short_name)].append(one)
        self.children = {(one.parent_id, one.name): one for one in self.all if one.valid_to is None}
        self.divisions = {one.division for one in self.all if one.division and one.valid_to is None}

    @property
    def province(self) -> Organisation:
        """The root of the tree."""
        return next(one for one in self.all if one.level == Level.PROVINCE and one.valid_to is None)

    def meant(self, line: Line, name: str, near: Iterable[Organisation] = ()) -> Organisation | None:
        """The organisation that the cell names; a fault where there is none, or several. `near` ones come first."""
        text = line.text(name)
        if not text:
            line.wrong(name, gettext("没有填。请写红十字会的全称，或 6 位行政区划代码。"))
            return None
        if one := self.by_code.get(text):
            return one
        found = self._named(_bare(text))
        close = {one.pk for one in near}
        if len(found) > 1 and (own := [one for one in found if one.pk in close]):
            found = own
        if len(found) == 1:
            return found[0]
        if not found:
            line.wrong(name, gettext("没有这个红十字会。请写全称，或 6 位行政区划代码。"))
        else:
            message = gettext("有几个同名的：%(names)s。请写全称，或 6 位行政区划代码。")
            line.wrong(name, message % {"names": listed(one.name for one in found[:4])})
        return None

    def _named(self, text: str) -> list[Organisation]:
        for names in (self.full, self.short):
            if found := names.get(text):
                standing = [one for one in found if one.valid_to is None]
                chief = [one for one in standing if one.level != Level.GRASSROOTS]
                return chief or standing or found[:1]
        return []


def _bare(name: Any) -> str:
    """A Red Cross without the words that all of them have."""
    return "".join(str(name).split()).removesuffix(OF)
