"""The application form as the pages of a team ask it: made from a round's data, in the words of whoever reads.

What a form may hold, and the two that are shipped: `grants.programmes.profile.form`. Limits of texts are in characters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.kernel.money import format_fen
from grants.programmes.profile import Profile
from grants.programmes.profile.form import Form, FormChoice, FormColumn, FormInput, FormScreen
from grants.programmes.profile.forms import form_of
from workflow.phrases import listed

Choice = tuple[str, StrOrPromise]


@dataclass(frozen=True)
class Input:
    """One question, or a column of one. `column` is the project's own column; other answers lie in `Project.form`.

    `least` and `most` count characters of a text, choices, rows of a table, or bound a number; 0 means no bound.
    `when` is the question on which it depends whether this one is asked, `equals` the answers to it that ask it; none
    means yes, or anything. `of` is what an `earlier` one repeats. `private`: not read by whoever reads blind.
    """

    name: str
    label: StrOrPromise
    kind: str
    section: str = ""
    required: bool = True
    when: str = ""
    equals: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    column: str = ""
    choices: tuple[Choice, ...] = ()
    columns: tuple[Input, ...] = ()
    help: StrOrPromise = ""
    source: str = ""
    of: str = ""
    private: bool = False

    @property
    def counted(self) -> bool:
        """Whether its limits count characters."""
        return self.kind in {"text", "longtext"}

    @property
    def tabular(self) -> bool:
        """Whether its answer is rows: a table, or a person."""
        return self.kind in {"rows", "person"}


SECTIONS: tuple[Choice, ...] = (
    ("project", _("项目概况")),
    ("served", _("服务对象与安全")),
    ("design", _("需求与方案")),
    ("team", _("团队与收款")),
    ("budget", _("预算")),
    ("files", _("材料")),
)
"""What an officer may mark when returning an application; budget and files have pages of their own."""


@dataclass(frozen=True)
class Screen:
    """One page of the application: the section it belongs to, its fields, the slots of documents that fit there."""

    code: str
    label: StrOrPromise
    section: str
    fields: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    hint: StrOrPromise = ""
    table: str = ""
    """The table that the page is about: a table has a page of its own."""


AROUND = 2
"""The task list in front, and the page on which answers are checked and submitted."""
OWN_PAGES = ("budget", "files")
"""Pages with an address of their own."""
COLUMNS = {
    "title": "title",
    "field": "field",
    "start_date": "start_date",
    "end_date": "end_date",
    "hazardous": "hazardous",
    "paid_to": "payee",
    "committed": "committed_on",
}
"""What is queried, decided or paid on, with the column of the project that keeps it."""
INDICATORS: tuple[Choice, ...] = (
    ("activities", _("活动场次")),
    ("volunteers", _("志愿者人数")),
    ("volunteer_times", _("志愿者人次")),
    ("hours", _("服务时长（小时）")),
    ("beneficiaries", _("直接受益人数")),
    ("beneficiary_times", _("受益人次")),
    ("trained", _("救护普及培训人次")),
    ("certified", _("救护员取证人数")),
    ("drills", _("急救演练场次")),
    ("stem_cell_times", _("造血干细胞宣传人次")),
    ("stem_cell_joined", _("造血干细胞入库人数")),
    ("organ_registered", _("器官捐献登记人数")),
    ("blood_times", _("无偿献血人次")),
    ("visits", _("走访慰问户次")),
    ("elderly_times", _("老人服务人次")),
    ("rescues", _("急救救援出动次数")),
    ("new_volunteers", _("新增注册志愿者")),
    ("new_teams", _("新增团队")),
    ("media", _("媒体报道篇次")),
    ("satisfaction", _("满意度（百分比）")),
)
PAID_TO: tuple[Choice, ...] = (
    ("recommending_red_cross", _("指导我们的红十字会")),
    ("registered_team", _("我们自己（已依法登记、有对公账户）")),
)
PERSON = (
    Input("name", _("姓名"), "text", most=30),
    Input("mobile", _("手机"), "text", most=16),
    Input("post", _("职务"), "text", most=40, required=False),
)
"""What is asked of a person."""
ANSWERED = frozenset({"hazardous", "paid_to"})
"""What has an answer from the beginning, which the team only looks at."""
NEEDED_IN_LINE = ("category", "item", "unit", "unit_price_fen", "quantity")
FROM: Mapping[str, tuple[Choice, ...]] = {"indicators": INDICATORS, "payees": PAID_TO}
"""Choices that the product knows, by their source; others are the round's or the register's."""


def _worded(zh: str, en: str) -> str:
    return FormChoice("x", zh, en).label


worded = lazy(_worded, str)
"""Words of a form, in the language in which they are read."""


@dataclass(frozen=True)
class Definition:
    """A form made ready: its pages, its questions and the documents that answer some, in order."""

    digest: str
    text: str
    screens: tuple[Screen, ...]
    inputs: tuple[Input, ...]
    papers: tuple[Input, ...]

    @cached_property
    def by_name(self) -> dict[str, Input]:
        """Every question by its name."""
        return {one.name: one for one in self.inputs}

    @cached_property
    def by_code(self) -> dict[str, Screen]:
        """Every page by its code."""
        return {one.code: one for one in self.screens}

    @cached_property
    def written(self) -> tuple[Input, ...]:
        """The questions that the team itself answers."""
        return tuple(one for one in self.inputs if one.kind != "earlier")

    def found(self, at: str) -> Screen | None:
        """The page on which a field is filled in or a document handed over; None where none is."""
        return next((one for one in self.screens if at in one.fields or at in one.slots), None)

    def screen_of(self, at: str) -> Screen:
        """The page of a field or a document; what fits nowhere else is with the files."""
        return self.found(at) or self.by_code["files"]


@lru_cache(maxsize=128)
def made(form: Form) -> Definition:
    """The form made ready."""
    asked = [(screen, _input(one, screen.section)) for screen in form.screens for one in screen.fields]
    shown = [screen for screen in form.screens if screen.fields or screen.code in OWN_PAGES]
    screens = tuple(_screen(screen, [one for its, one in asked if its is screen]) for screen in shown)
    inputs = tuple(one for _screen_, one in asked if one.kind != "file")
    return Definition(form.digest, form.text, screens, inputs, tuple(one for _s, one in asked if one.kind == "file"))


def asked(rules: Profile) -> Definition:
    """The form as a round asks it."""
    return made(form_of(rules.application_profile))


def _screen(screen: FormScreen, asked_there: Collection[Input]) -> Screen:
    fields = tuple(one.name for one in asked_there if one.kind != "file")
    slots = tuple(one.name for one in asked_there if one.kind == "file")
    table = next((one.name for one in asked_there if one.kind == "rows"), "")
    label, hint = worded(screen.zh, screen.en), worded(screen.hint, screen.hint_en)
    return Screen(screen.code, label, screen.section, fields, slots, hint, table)


def _input(one: FormInput, section: str) -> Input:
    return Input(
        one.name,
        worded(one.zh, one.en),
        one.kind,
        section,
        required=one.required,
        when=one.when,
        equals=one.equals,
        least=one.least or 0,
        most=one.most or 0,
        column=COLUMNS.get(one.name, ""),
        choices=FROM.get(one.source) or _choices(one),
        columns=PERSON if one.kind == "person" else tuple(map(_column, one.columns)),
        help=worded(one.help, one.help_en),
        source=one.source,
        of=one.of,
        private=one.private,
    )


def _column(one: FormColumn) -> Input:
    return Input(
        one.name,
        worded(one.zh, one.en),
        one.kind,
        required=one.required,
        most=one.most or 0,
        choices=FROM.get(one.source) or _choices(one),
        help=worded(one.help, one.help_en),
        source=one.source,
        private=one.private,
    )


def _choices(one: FormInput | FormColumn) -> tuple[Choice, ...]:
    return tuple((choice.code, worded(choice.zh, choice.en)) for choice in one.choices)


def needed_columns(table: Input) -> tuple[str, ...]:
    """The columns without which a row says too little."""
    return tuple(column.name for column in table.columns if column.required)


def as_words(question: Input, value: Any, choices: Mapping[str, StrOrPromise] | None = None) -> str:
    """An answer in one line of words, as another question repeats it; empty where there is none."""
    if value in (None, "", []):
        return ""
    names = dict(question.choices) | dict(choices or {})
    if question.kind in {"choice", "choices", "organisation"}:
        return listed(names.get(one, one) for one in ([value] if isinstance(value, str) else value))
    if question.kind == "yes":
        return gettext("是") if value else gettext("否")
    return format_fen(value) if question.kind == "money" else str(value)
