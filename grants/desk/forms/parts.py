"""The pages of an application as forms: one page's fields, one row, one budget line; counters beside long answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.form_definition import NEEDED_IN_LINE, Definition, Input, Screen, asked, needed_columns
from grants.applications.form_kept import definition_of, is_asked
from grants.applications.form_reading import read_one
from grants.applications.models import Project
from grants.desk.forms.application import ask_of, budget_asks
from grants.desk.forms.asks import AskForm
from grants.desk.forms.fields import OneRowField
from grants.kernel.money import format_fen
from grants.people.enums import LegalForm
from grants.programmes.profile import Profile
from grants.programmes.queries import rules_of
from workflow.phrases import listed
from workflow.rules import Ask

YES_NO = (("yes", _("是")), ("no", _("否")))
WIDE = 60
ROWS = 7


class YesNoField(forms.TypedChoiceField):
    """Yes or no as two choices; None until one is made."""

    def prepare_value(self, value: Any) -> Any:
        """The choice that a kept answer stands for."""
        return {True: "yes", False: "no"}.get(value, value)


class PartForm(AskForm):
    """A page's fields: yes or no as two choices, room and a counter for long text."""

    limits: Mapping[str, Input] = {}

    def field_of(self, ask: Ask) -> forms.Field:
        """The field of an ask; a question of yes or no is answered, not ticked."""
        known = self.limits.get(ask.name)
        if known and known.kind == "person":
            columns = {column.name: self.dressed(column, self.cell_of(column)) for column in ask.columns}
            return OneRowField(columns, label=ask.label, help_text=ask.help, required=False)
        if ask.kind != "yes":
            return super().field_of(ask)
        return YesNoField(
            choices=YES_NO,
            coerce=lambda value: value == "yes",
            empty_value=None,
            widget=forms.RadioSelect,
            label=ask.label,
            help_text=ask.help,
            required=False,
        )

    def dressed(self, ask: Ask, field: forms.Field) -> forms.Field:
        """The field with its counter; what it may hold at most is said beside it."""
        found = super().dressed(ask, field)
        known = self.limits.get(ask.name)
        if isinstance(found.widget, forms.Textarea):
            found.widget.attrs["rows"] = str(ROWS)
        if ask.name == "month" and isinstance(found.widget, forms.TextInput):
            found.widget.input_type = "month"
        if known and known.when:
            vars(found).update(when=f"f-{known.when}", equals=" ".join(known.equals))  # read by the page
        if known and known.most >= 30 and known.counted:
            vars(found).update(most=known.most, least=known.least)  # read by the template of a field
            told = [f"f-{ask.name}_helptext"] if ask.help else []
            found.widget.attrs["aria-describedby"] = " ".join([*told, f"f-{ask.name}_count", f"f-{ask.name}_error"])
        return found

    def answers(self) -> dict[str, Any]:
        """Every answer that can be read, in the kind the application keeps it; None where it was emptied."""
        self.is_valid()
        given = self.given()
        return {
            ask.name: read_one(self.limits[ask.name], given.get(ask.name))
            for ask in self.asks
            if ask.name not in self.errors
        }


class AnswersForm(PartForm):
    """The fields of one page, as long as the round allows."""

    def __init__(self, asks: Sequence[Ask], *, record: Any, **options: Any) -> None:
        self.limits = definition_of(record).by_name
        super().__init__(asks, record=record, **options)


def part_asks(project: Project, screen: Screen) -> tuple[Ask, ...]:
    """What one page asks: what the answers on other pages leave to be asked; the promise is made at handing in."""
    form, rules = definition_of(project), rules_of(project.round)
    fields = [form.by_name[name] for name in screen.fields]
    return tuple(
        _said_when(form, one, rules) for one in fields if _to_fill(one) and _may_be_asked(project, one, screen)
    )


def screen_asks(rules: Profile, screen: Screen) -> tuple[Ask, ...]:
    """What a round asks on one page, in the order of the page."""
    form = asked(rules)
    fields = [form.by_name[name] for name in screen.fields]
    return tuple(_said_when(form, one, rules) for one in fields if _to_fill(one))


def _to_fill(field: Input) -> bool:
    return field.name != "committed" and field.kind != "earlier"


def _may_be_asked(project: Project, field: Input, screen: Screen) -> bool:
    """Whether the question is asked, or may be by an answer that is given on the same page."""
    here = field.when in screen.fields and definition_of(project).by_name[field.when].kind != "earlier"
    return here or is_asked(project, field)


def _said_when(form: Definition, field: Input, rules: Profile) -> Ask:
    """The question; where it depends on another and says nothing else, it says that."""
    ask = ask_of(field, rules)
    if not field.when or str(field.help):
        return ask
    other = form.by_name[field.when]
    names = dict(LegalForm.choices if other.of == "team.legal_form" else other.choices)
    told = {"other": str(other.label), "answers": listed(names.get(one, one) for one in field.equals)}
    words = gettext("“%(other)s”是“%(answers)s”时填写。") if field.equals else gettext("“%(other)s”答“是”时填写。")
    return replace(ask, help=words % told)


def row_asks(project: Project, name: str) -> tuple[Ask, ...]:
    """What one row of the plan asks, the needed columns marked as such."""
    table = definition_of(project).by_name[name]
    return _with_needed([ask_of(column, rules_of(project.round)) for column in table.columns], needed_columns(table))


def line_asks(project: Project) -> tuple[Ask, ...]:
    """What one budget line asks."""
    helps = {
        "item": _("买什么或做什么，例如：急救包耗材。"),
        "unit": _("套、次、人次、半天……"),
        "basis": _("怎么算出来的，例如：10场 × 16人 × 25元。"),
        "activity": _("整个项目都用的不选。活动在“活动安排”一页里加。"),
    }
    asks = [replace(ask, help=helps.get(ask.name, ask.help)) for ask in budget_asks(project)[0].columns]
    return _with_needed(asks, NEEDED_IN_LINE)


def _with_needed(asks: Sequence[Ask], needed: Sequence[str]) -> tuple[Ask, ...]:
    return tuple(replace(ask, required=ask.name in needed) for ask in asks)


def line_templates(project: Project) -> list[dict[str, Any]]:
    """Lines that most projects need, begun: category, words, unit, and the highest price that is allowed."""
    caps = rules_of(project.round).budget.unit_caps
    known = {one.code for one in rules_of(project.round).budget.categories}
    drawn = (
        ("VOL_INSURANCE", _("志愿者人身意外伤害险"), _("人"), None),
        ("VOL_MEAL", _("志愿者用餐"), _("人次"), caps.meal_per_person_per_activity_fen),
        ("VOL_TRANSPORT", _("志愿者交通"), _("人天"), caps.transport_per_person_per_day_fen),
        ("TRAINING", _("讲师劳务"), _("半天"), caps.local_expert_per_half_day_fen),
        ("ACT_MATERIAL", _("活动耗材"), _("套"), None),
        ("PUBLICITY", _("宣传折页"), _("份"), None),
        ("VENUE", _("场地租赁"), _("次"), None),
    )
    return [
        {"category": code, "item": str(item), "unit": str(unit), "price": format_fen(price) if price else ""}
        for code, item, unit, price in drawn
        if code in known
    ]
