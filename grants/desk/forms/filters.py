"""The filters of the project list, as they stand in the address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from workflow.lifecycle import PROJECT, Stage


class ProjectFilter(forms.Form):
    """Round, stage, state and words; what makes no sense is ignored."""

    q = forms.CharField(label=_("项目、团队、编号或地区"), required=False, max_length=60)
    round = forms.ChoiceField(label=_("轮次"), required=False)
    stage = forms.ChoiceField(label=_("阶段"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False)

    def __init__(self, data: Any, rounds: Iterable[Any]) -> None:
        super().__init__(data, auto_id="f-%s")
        fields: dict[str, Any] = self.fields
        fields["round"].choices = [("", gettext("全部轮次")), *((str(one.pk), str(one)) for one in rounds)]
        fields["stage"].choices = [("", gettext("全部阶段")), *((one.value, one.label) for one in Stage)]
        fields["state"].choices = [("", gettext("全部状态")), *PROJECT.states.choices]
        for field in fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"

    def wanted(self) -> dict[str, str]:
        """The filters that make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
