"""The application form of a configuration, changed question by question: what is not touched stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.setup.values import Values
from grants.programmes.profile import ProfileError
from grants.programmes.profile.basics import ApplicationProfile, FieldRule, FormSize
from grants.programmes.profile.form import Form, plain
from grants.programmes.profile.form_checks import NEEDED
from grants.programmes.profile.forms import form_of, kept_form, shipped_form
from grants.programmes.profile.text import sections_in, with_sections
from grants.programmes.queries import parsed
from workflow.refusals import Refusal, Refused

KINDS: dict[str, StrOrPromise] = {
    "text": _("一行字"),
    "longtext": _("一段文字"),
    "number": _("整数"),
    "money": _("金额"),
    "date": _("日期"),
    "yes": _("是或否"),
    "choice": _("选一个"),
    "choices": _("选几个"),
    "rows": _("表格"),
    "file": _("上传材料"),
    "person": _("一个人"),
    "organisation": _("一个红十字会"),
    "earlier": _("引用（不用再填）"),
}
COLUMNS: tuple[tuple[str, StrOrPromise], ...] = (
    ("label", _("问题")),
    ("page", _("在哪一页")),
    ("kind", _("怎样答")),
    ("must", _("必填")),
    ("size", _("多少")),
    ("when", _("什么时候问")),
    ("more", _("选项、各列或引用")),
    ("help", _("说明")),
)
PROFILES: dict[str, StrOrPromise] = {"short": _("简版"), "full": _("完整版")}
FORM = "application_profile"
Change = Callable[[list[Values]], str]
"""Changes the pages of a form and says in words what it did."""


def form_in(section: Values) -> Form:
    """The form that an application profile takes, from its plain values."""
    if own := section.get("form"):
        return kept_form(json.dumps(own, ensure_ascii=False))
    size = FormSize(max_activities=0, min_indicators=0)
    rules = tuple(FieldRule(**row) for row in section.get("fields", ()))
    return form_of(ApplicationProfile(section["default"], size, size, rules))


def rows_of(data: Values) -> list[Values]:
    """Every question of a configuration in words, a row each, in order."""
    found = form_in(data[FORM])
    names = {one.name: one.label for _screen, one in found.questions()}
    rows = []
    for screen, one in found.questions():
        size = "–".join(str(n) for n in (one.least, one.most) if n is not None)
        parts = [*(choice.label for choice in one.choices), *(column.label for column in one.columns)]
        when = gettext("：").join(filter(None, [names.get(one.when, ""), gettext("、").join(one.equals)]))
        cells = {
            "code": one.name,
            "label": one.label,
            "page": screen.label,
            "kind": str(KINDS[one.kind]),
            "must": gettext("是") if one.required else gettext("否"),
            "size": size,
            "when": when,
            "more": gettext("、").join(parts) or names.get(one.of, one.of),
            "help": one.help,
        }
        rows.append({name: cell for name, cell in cells.items() if cell})
    return rows


def taken(text: str, profile: str) -> str:
    """The text with a shipped form in the place of its own. Raises Refused."""
    section = {name: value for name, value in sections_in(text)[FORM].items() if name not in {"form", "fields"}}
    return _checked(with_sections(text, {FORM: section | {"default": profile}}), "")


def changed(text: str, change: Change, about: str = "") -> tuple[str, str]:
    """The text with its form changed, and what was done in words.

    `about` is the question or page that a person has before them: a fault of it is told at its field. Raises Refused.
    """
    section = dict(sections_in(text)[FORM])
    screens = deepcopy(plain(form_of(parsed(text).application_profile))["screens"])
    done = change(screens)
    section.pop("fields", None)
    shipped = plain(shipped_form(section["default"]))["screens"] == screens
    section = {name: value for name, value in section.items() if name != "form"}
    section |= {} if shipped else {"form": {"screens": screens}}
    return _checked(with_sections(text, {FORM: section}), about), done


def _checked(text: str, about: str) -> str:
    try:
        parsed(text)
    except ProfileError as error:
        screens = sections_in(text)[FORM].get("form", {}).get("screens", [])
        raise Refused([_told(fault.field, fault.message, screens, about) for fault in error.faults]) from error
    return text


PLACE = re.compile(
    r"application_profile\.form\.screens\[(\d+)\]"
    r"(?:\.fields\[(\d+)\])?(?:\.(\w+))?(?:\[(\d+)\])?(?:\.(\w+))?"
)


def _told(path: str, message: str, screens: list[Values], about: str) -> Refusal:
    """A fault at the field of the page it is about, or with the name of the question it is about."""
    found = PLACE.fullmatch(path)
    if not found:
        return Refusal("configuration", message)
    screen = screens[int(found[1]) - 1]
    one = screen["fields"][int(found[2]) - 1] if found[2] else screen
    key = found[3] or ("kind" if found[2] else "zh")
    if about in {one.get("name"), one.get("code")}:
        row = gettext("第%(n)s行：%(fault)s") % {"n": found[4], "fault": message} if found[4] else message
        return Refusal("configuration", row, at=key)
    told = {"name": one.get("zh", ""), "fault": message}
    return Refusal("configuration", gettext("“%(name)s”：%(fault)s") % told)


# What may be done to it ------------------------------------------------------------------------------------------


def find(screens: list[Values], name: str) -> tuple[Values, int]:
    """The page of a question and its place there. Raises Refused where it is gone."""
    for screen in screens:
        for at, one in enumerate(screen.get("fields", [])):
            if one["name"] == name:
                return screen, at
    raise Refused([Refusal("gone", gettext("这一项已经不在申报书里了。"))])


def page_at(screens: list[Values], code: str) -> int:
    """The place of a page. Raises Refused where it is gone."""
    found = next((at for at, screen in enumerate(screens) if screen["code"] == code), None)
    if found is None:
        raise Refused([Refusal("gone", gettext("这一页已经不在申报书里了。"))])
    return found


def moved(name: str, by: int) -> Change:
    """A question one place up or down, to the neighbouring page at the edge of its own."""

    def change(screens: list[Values]) -> str:
        screen, at = find(screens, name)
        fields, one = screen["fields"], screen["fields"][at]
        if 0 <= at + by < len(fields):
            fields.insert(at + by, fields.pop(at))
        else:
            _to_neighbour(screens, screen, fields.pop(at), by)
        words = gettext("上移“%(name)s”") if by < 0 else gettext("下移“%(name)s”")
        return words % {"name": one["zh"]}

    return change


def _to_neighbour(screens: list[Values], screen: Values, one: Values, by: int) -> None:
    at = screens.index(screen) + by
    while 0 <= at < len(screens) and (screens[at]["code"] == "budget" or _has_table(screens[at])):
        at += by
    if not 0 <= at < len(screens):
        raise Refused([Refusal("edge", gettext("已经到头了。"))])
    fields = screens[at].setdefault("fields", [])
    fields.insert(len(fields) if by < 0 else 0, one)


def _has_table(screen: Values) -> bool:
    return any(one["kind"] == "rows" for one in screen.get("fields", []))


def page_moved(code: str, by: int) -> Change:
    """A page one place up or down."""

    def change(screens: list[Values]) -> str:
        at = page_at(screens, code)
        if not 0 <= at + by < len(screens):
            raise Refused([Refusal("edge", gettext("已经到头了。"))])
        screens.insert(at + by, screens.pop(at))
        words = gettext("上移“%(name)s”这一页") if by < 0 else gettext("下移“%(name)s”这一页")
        return words % {"name": screens[at + by]["zh"]}

    return change


def removed(name: str) -> Change:
    """A question no more; a page that asks nothing any more goes with its last question."""

    def change(screens: list[Values]) -> str:
        screen, at = find(screens, name)
        one = screen["fields"].pop(at)
        if not screen["fields"] and screen["code"] not in {"budget", "files"}:
            screens.remove(screen)
        return gettext("去掉“%(name)s”") % {"name": one["zh"]}

    return change


def put(question: Values, page: str, name: str = "") -> Change:
    """A question in the place of the one of that name, or a new one at the end of the page."""

    def change(screens: list[Values]) -> str:
        target = screens[page_at(screens, page)].setdefault("fields", [])
        if not name:
            target.append(question)
            return gettext("加上“%(name)s”") % {"name": question["zh"]}
        screen, at = find(screens, name)
        if screen["code"] == page:
            screen["fields"][at] = question
        else:
            screen["fields"].pop(at)
            target.append(question)
        return gettext("修改“%(name)s”") % {"name": question["zh"]}

    return change


def page_put(page: Values, code: str = "") -> Change:
    """A page with this heading in the place of the one of that code, or a new one before the budget."""

    def change(screens: list[Values]) -> str:
        if code:
            at = page_at(screens, code)
            screens[at] = page | {"fields": screens[at]["fields"]} if screens[at].get("fields") else page
            return gettext("修改“%(name)s”这一页") % {"name": page["zh"]}
        screens.insert(page_at(screens, "budget"), page)
        return gettext("加上“%(name)s”这一页") % {"name": page["zh"]}

    return change


def fixed(name: str) -> bool:
    """Whether a question is in every form: neither taken out nor of another kind."""
    return name in NEEDED


def names_free(form: Form, stem: str) -> Iterator[str]:
    """Names that no question of the form has yet."""
    there = {one.name for _screen, one in form.questions()} | {screen.code for screen in form.screens}
    return (name for n in range(1, 400) if (name := f"{stem}{n}") not in there)
