"""What two application forms ask differently: page by page, question by question, column by column, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext

from grants.desk.setup.questions import KINDS
from grants.programmes.profile.form import Form, FormColumn, FormInput, FormScreen

Said = dict[str, str]
"""What a question says, aspect by aspect; an aspect that says nothing is not there."""


@dataclass(frozen=True)
class Asked:
    """One thing that is asked otherwise: which, how it was, how it is. Empty where it was not or is not asked."""

    label: str
    before: str
    after: str


def form_differences(old: Form, new: Form) -> list[Asked]:
    """Pages that came, went, changed or moved, then questions and their columns in the order of the new form."""
    return [*_of_pages(old.screens, new.screens), *_of_questions(old, new)]


# Pages ----------------------------------------------------------------------------------------------------------


def _of_pages(old: Sequence[FormScreen], new: Sequence[FormScreen]) -> Iterator[Asked]:
    were, are = {one.code: one for one in old}, {one.code: one for one in new}
    still = _in_order(list(were), list(are))
    for code in [*are, *(code for code in were if code not in are)]:
        told = gettext("“%(page)s”这一页") % {"page": (are.get(code) or were[code]).label}
        yield from _compared(told, _page(were.get(code)), _page(are.get(code)))
        if code in were and code in are and code not in still:
            places = (gettext("第%(n)s页") % {"n": list(some).index(code) + 1} for some in (were, are))
            yield Asked(told, *places)


def _page(screen: FormScreen | None) -> Said | None:
    if screen is None:
        return None
    said = {gettext("标题"): screen.zh, gettext("英文"): screen.en, gettext("提示"): screen.hint}
    return _there(said | {gettext("英文提示"): screen.hint_en})


# Questions ------------------------------------------------------------------------------------------------------


def _of_questions(old: Form, new: Form) -> Iterator[Asked]:
    were, are = ({one.name: (screen, one) for screen, one in form.questions()} for form in (old, new))
    pages = {screen.code: {one.name: one for one in screen.fields} for screen in old.screens}
    still = {name for screen in new.screens for name in _in_page(pages.get(screen.code, {}), screen)}
    labels = {name: one.label for some in (were, are) for name, (_screen, one) in some.items()}
    for name in [*are, *(name for name in were if name not in are)]:
        before, after = were.get(name), are.get(name)
        told = labels[name]
        yield from _compared(told, *(_question(one[1], labels) if one else None for one in (before, after)))
        if before and after:
            yield from _of_columns(told, before[1], after[1])
            if name not in still:
                yield Asked(told, _place(old, name), _place(new, name))


def _in_page(before: Mapping[str, FormInput], screen: FormScreen) -> set[str]:
    """The questions of a page that stood there before, in the same order; a page that moved takes them along."""
    here = [one.name for one in screen.fields]
    return _in_order([name for name in before if name in here], [name for name in here if name in before])


def _place(form: Form, name: str) -> str:
    """Where a question stands: its page, the question before it."""
    screen = next(screen for screen, one in form.questions() if one.name == name)
    at = [one.name for one in screen.fields].index(name)
    told = {"page": screen.label, "other": screen.fields[at - 1].label if at else ""}
    return gettext("在“%(page)s”，“%(other)s”后面") % told if at else gettext("在“%(page)s”的开头") % told


def _question(one: FormInput, labels: Mapping[str, str]) -> Said:
    """Everything that a question says of itself, in words."""
    when = labels.get(one.when, one.when)
    if one.equals:
        when = gettext("“%(other)s”答 %(answers)s 时") % {"other": when, "answers": gettext("、").join(one.equals)}
    return _there(
        {
            **_words(one),
            gettext("怎样答"): str(KINDS[one.kind]),
            gettext("必填"): gettext("是") if one.required else gettext("否"),
            gettext("多少"): _size(one.least, one.most),
            gettext("什么时候问"): when,
            gettext("选项"): gettext("、").join(choice.label for choice in one.choices),
            gettext("选项来自"): one.source,
            gettext("引用"): labels.get(one.of, one.of),
            gettext("评审专家"): gettext("看不到") if one.private else "",
        }
    )


def _words(one: FormInput | FormColumn) -> Said:
    return {
        gettext("问题"): one.zh,
        gettext("英文"): one.en,
        gettext("说明"): one.help,
        gettext("英文说明"): one.help_en,
    }


def _size(least: int | None, most: int | None) -> str:
    """The bounds in words: at least, at most, or from to."""
    if least is not None and most is not None:
        return gettext("%(least)s 到 %(most)s") % {"least": least, "most": most}
    if most is not None:
        return gettext("最多 %(most)s") % {"most": most}
    return gettext("至少 %(least)s") % {"least": least} if least is not None else ""


# Columns --------------------------------------------------------------------------------------------------------


def _of_columns(table: str, old: FormInput, new: FormInput) -> Iterator[Asked]:
    were, are = ({one.name: one for one in table_.columns} for table_ in (old, new))
    for name in [*are, *(name for name in were if name not in are)]:
        told = gettext("%(table)s · %(column)s") % {"table": table, "column": (are.get(name) or were[name]).label}
        yield from _compared(told, *(_column(some[name]) if name in some else None for some in (were, are)))
    orders = [[one for one in some if one in were and one in are] for some in (were, are)]
    if orders[0] != orders[1]:
        shown = (
            gettext("、").join(some[name].label for name in order)
            for some, order in zip((were, are), orders, strict=True)
        )
        yield Asked(gettext("%(table)s的顺序") % {"table": table}, *shown)


def _column(one: FormColumn) -> Said:
    return _there(
        {
            **_words(one),
            gettext("怎样答"): str(KINDS[one.kind]),
            gettext("必填"): gettext("是") if one.required else gettext("否"),
            gettext("多少"): _size(None, one.most),
            gettext("选项"): gettext("、").join(choice.label for choice in one.choices),
            gettext("选项来自"): one.source,
            gettext("评审专家"): gettext("看不到") if one.private else "",
        }
    )


# Both beside each other -----------------------------------------------------------------------------------------


def _there(said: Mapping[str, Any]) -> Said:
    return {name: str(value) for name, value in said.items() if value}


def _compared(label: str, old: Said | None, new: Said | None) -> Iterator[Asked]:
    """All of what came or went; of what is still there, only the aspects that are otherwise."""
    if old == new:
        return
    names = [name for name in (new or old or {}) if old is None or new is None or old.get(name) != new.get(name)]
    if old is not None and new is not None:
        names += [name for name in old if name not in new]
    yield Asked(label, *("" if side is None else _lines(side, names) for side in (old, new)))


def _lines(said: Said, names: Sequence[str]) -> str:
    return "\n".join(f"{name}{gettext('：')}{said.get(name) or '—'}" for name in dict.fromkeys(names))


def _in_order(old: list[str], new: list[str]) -> set[str]:
    """The names that stand in the same order in both: what is not among them was moved."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {old[block.a + n] for block in blocks for n in range(block.size)}
