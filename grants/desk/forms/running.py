"""One activity on one screen: at most eight inputs, hours as people say them, up to three photos in one go."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.forms.asks import MISSING
from grants.desk.forms.fields import DayField, WholeField, plain

HOURS = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?")


class HoursField(forms.CharField):
    """Hours, 2 or 2.5, as minutes."""

    def to_python(self, value: Any) -> Any:
        """The minutes, or None where nothing was typed."""
        text = plain(str(value if value is not None else ""))
        if not text:
            return None
        if not HOURS.fullmatch(text):
            raise ValidationError(gettext("请写小时数，例如 2 或 2.5。"))
        return round(float(text) * 60)


class ActivityForm(forms.Form):
    """What a volunteer types after an activity; photos come beside it."""

    name = forms.CharField(label=_("做了什么活动"), max_length=80)
    held_on = DayField(label=_("日期"))
    place = forms.CharField(label=_("在哪里"), max_length=80)
    volunteers = WholeField(label=_("来了几位志愿者"))
    hours = HoursField(label=_("每人服务几小时"), help_text=_("不算路上的时间，例如 2 或 2.5。"))
    served = WholeField(label=_("服务了多少人次"))
    text = forms.CharField(
        label=_("一两句话记一记"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="f-%s", initial=initial)
        for name, field in self.fields.items():
            field.error_messages["required"] = str(MISSING)
            field.widget.attrs["class"] = "form-control"
            field.widget.is_required = False
            if name in {"volunteers", "served"}:
                field.widget.attrs["inputmode"] = "numeric"
        self.fields["hours"].widget.attrs["inputmode"] = "decimal"
        self.fields["name"].widget.attrs["list"] = "plan"

    def given(self) -> dict[str, Any]:
        """What the act is given."""
        found = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if "hours" in found:
            found["minutes_each"] = found.pop("hours")
        if "text" in found:
            found["text"] = found["text"].replace("\r\n", "\n")
        return found
