"""The filters of the list of people, as they stand in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from workflow.lifecycle import Role


class PeopleFilter(forms.Form):
    """Words, a role, and whether somebody holds none; what makes no sense is ignored."""

    q = forms.CharField(label=_("姓名、登录名或手机号"), required=False, max_length=60)
    role = forms.ChoiceField(label=_("身份"), required=False)
    idle = forms.BooleanField(label=_("现在没有身份的"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="f-%s")
        fields: dict[str, Any] = self.fields
        roles = [(role.value, role.label) for role in Role if role != Role.SYSTEM]
        fields["role"].choices = [("", gettext("全部身份")), *roles]
        fields["q"].widget.attrs["class"] = "form-control"
        fields["role"].widget.attrs["class"] = "form-select"
        fields["idle"].widget.attrs["class"] = "form-check-input"

    def wanted(self) -> dict[str, str]:
        """The filters that make sense."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}
