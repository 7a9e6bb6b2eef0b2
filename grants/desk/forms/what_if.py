"""What is tried: money, a number, and floors for cities and fields, as they stand in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.desk.forms.fields import MoneyField, WholeField


class WhatIfForm(forms.Form):
    """Four limits; what is left empty is as it is without trying."""

    budget = MoneyField(label=_("总额度"), required=False)
    most = WholeField(label=_("最多立几个"), required=False)
    city = WholeField(label=_("每个市至少几个"), required=False)
    field = WholeField(label=_("每个领域至少几个"), required=False)

    def __init__(self, data: Any, usual: dict[str, int]) -> None:
        """`usual` stands for what was not given."""
        super().__init__({**usual, **{name: data[name] for name in usual if name in data}}, auto_id="f-%s")
        for name, field in self.fields.items():
            mode = "decimal" if name == "budget" else "numeric"
            field.widget.attrs |= {"class": "form-control num-in", "inputmode": mode}

    def limits(self, usual: dict[str, int]) -> dict[str, int]:
        """The limits; an empty one is the usual. Call it on a valid form."""
        given = self.cleaned_data
        return {name: usual[name] if given[name] is None else given[name] for name in usual}
