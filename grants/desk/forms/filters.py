"""The filters of the project list, as they stand in the address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.people.enums import Level
from grants.people.models import Organisation
from grants.programmes.profile import load_profile
from workflow.lifecycle import PROJECT, Stage

MORE = ("city", "county", "field", "due", "mine")
"""Filters that wait behind “更多条件” until one of them is used."""
DUES = (("late", _("已经过期")), ("soon", _("5个工作日内到期")))


class ProjectFilter(forms.Form):
    """Words, round, stage, state, place, field, day and turn, and the order; what makes no sense is ignored."""

    q = forms.CharField(label=_("项目、团队、编号、地区或负责人"), required=False, max_length=60)
    round = forms.ChoiceField(label=_("轮次"), required=False)
    stage = forms.ChoiceField(label=_("阶段"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False)
    city = forms.ChoiceField(label=_("设区市"), required=False)
    county = forms.ChoiceField(label=_("县（市、区）"), required=False)
    field = forms.ChoiceField(label=_("服务领域"), required=False)
    due = forms.ChoiceField(label=_("期限"), required=False)
    mine = forms.BooleanField(label=_("只看轮到我的"), required=False)
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, data: Any, rounds: Iterable[Any], tree: Sequence[Organisation]) -> None:
        super().__init__(data, auto_id="f-%s")
        fields: dict[str, Any] = self.fields
        fields["round"].choices = [("", gettext("全部轮次")), *((str(one.pk), str(one)) for one in rounds)]
        fields["stage"].choices = [("", gettext("全部阶段")), *((one.value, one.label) for one in Stage)]
        fields["state"].choices = [("", gettext("全部状态")), *PROJECT.states.choices]
        fields["city"].choices = [("", gettext("全省")), *_cities(tree), ("direct", gettext("省直与高校"))]
        fields["county"].choices = [("", gettext("全市")), ("own", gettext("市本级")), *_counties(tree, self.data)]
        fields["field"].choices = [("", gettext("全部领域")), *service_fields().items()]
        fields["due"].choices = [("", gettext("不限")), *DUES]
        for field in fields.values():
            look = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs["class"] = "form-check-input" if isinstance(field, forms.BooleanField) else look

    def wanted(self) -> dict[str, str]:
        """The filters that make sense, as text."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return found | ({"mine": "1"} if found.get("mine") else {})

    @property
    def first(self) -> list[forms.BoundField]:
        """The filters that are always shown."""
        return [self[name] for name in ("q", "round", "stage", "state")]

    @property
    def more(self) -> list[forms.BoundField]:
        """The others, but for the tick."""
        return [self[name] for name in MORE if name != "mine"]

    @property
    def more_used(self) -> bool:
        """Whether one of the others is in use."""
        return any(self.cleaned_data.get(name) for name in MORE)


def service_fields() -> dict[str, str]:
    """The fields of service by code."""
    return {one.code: one.label for one in load_profile("qingnuan").fields_of_service}


def _cities(tree: Sequence[Organisation]) -> list[tuple[str, str]]:
    return [(str(one.pk), one.short_name) for one in tree if one.level == Level.PREFECTURE]


def _counties(tree: Sequence[Organisation], data: Any) -> list[tuple[str, Any]]:
    """The counties of the city that is chosen; without one, of all, under their cities."""
    mine: dict[int | None, list[tuple[str, str]]] = {}
    for one in tree:
        if one.level == Level.COUNTY:
            mine.setdefault(one.parent_id, []).append((str(one.pk), one.short_name))
    cities = [one for one in tree if one.pk in mine]
    chosen = [one for one in cities if str(one.pk) == data.get("city")]
    return [*mine[chosen[0].pk]] if chosen else [(one.short_name, mine[one.pk]) for one in cities]
