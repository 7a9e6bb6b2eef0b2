"""What is tried: money, a number, and floors for cities and fields, as they stand in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.desk.forms.fields import MoneyField, WholeField
from grants.desk.queries.what_if import CITY, FIELD, Wishes


class WhatIfForm(forms.Form):
    """Four limits and a floor for each city and field; what is left empty is as it is without trying."""

    budget = MoneyField(label=_("总额度"), required=False)
    most = WholeField(label=_("最多立几个"), required=False)
    city = WholeField(label=_("每个市至少几个"), required=False)
    field = WholeField(label=_("每个领域至少几个"), required=False)

    def __init__(self, data: Any, usual: Mapping[str, int], own: Mapping[str, Mapping[str, str]]) -> None:
        """`usual` stands for what was not given; `own` names, by kind and key, what may have a floor of its own."""
        self.usual, self.own = usual, own
        keys = [_name(kind, key) for kind, named in own.items() for key in named]
        given = {name: data[name] for name in (*usual, *keys) if name in data}
        super().__init__({**usual, **given}, auto_id="f-%s")
        for kind, named in own.items():
            for key, label in named.items():
                self.fields[_name(kind, key)] = WholeField(label=label, required=False)
        for name, field in self.fields.items():
            mode = "decimal" if name == "budget" else "numeric"
            field.widget.attrs |= {"class": "form-control num-in", "inputmode": mode}

    def general(self) -> list[forms.BoundField]:
        """The limits for all."""
        return [self[name] for name in self.usual]

    def of_cities(self) -> list[forms.BoundField]:
        """The floors of single cities."""
        return [self[_name(CITY, key)] for key in self.own[CITY]]

    def of_fields(self) -> list[forms.BoundField]:
        """The floors of single fields."""
        return [self[_name(FIELD, key)] for key in self.own[FIELD]]

    def any_own(self) -> bool:
        """Whether anything stands in a floor of one city or field."""
        return any(one.value() for one in (*self.of_cities(), *self.of_fields()))

    def wishes(self) -> Wishes:
        """What is wished for; an empty limit is the usual, an empty floor that of each. Call it on a valid form."""
        given = self.cleaned_data
        budget, most, city, field = (self.usual[n] if given[n] is None else given[n] for n in self.usual)
        return Wishes(budget, most, city, field, self._own(CITY), self._own(FIELD))

    def _own(self, kind: str) -> dict[str, int]:
        found = {key: self.cleaned_data[_name(kind, key)] for key in self.own[kind]}
        return {key: least for key, least in found.items() if least is not None}


def _name(kind: str, key: str) -> str:
    return f"{kind}-{key}"
