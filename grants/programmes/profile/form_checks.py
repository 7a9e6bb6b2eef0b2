"""What must hold in an application form: names that are there once, conditions on what came before, what is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from django.utils.translation import gettext

from grants.programmes.profile.form import Form, FormColumn, FormInput, FormScreen
from grants.programmes.profile.reader import Note
from workflow.phrases import listed

NEEDED: Final = {
    "title": "text",
    "field": "choice",
    "summary": "longtext",
    "start_date": "date",
    "end_date": "date",
    "beneficiary_count": "number",
    "minors": "yes",
    "safeguarding": "longtext",
    "hazardous": "yes",
    "risk": "longtext",
    "need": "longtext",
    "activities": "rows",
    "indicators": "rows",
    "contact_name": "text",
    "contact_mobile": "text",
    "paid_to": "choice",
    "committed": "yes",
    "commitment": "file",
}
"""What every form asks, of one kind: paid on, judged, published, or asked by law."""
CONDITIONS: Final = {"safeguarding": "minors", "risk": "hazardous"}
FREE: Final = frozenset({"committed", "commitment"})
"""Asked where the application is handed in, whatever the form says of it."""
NEEDED_COLUMNS: Final = {
    "activities": {"name": "text", "month": "text", "times": "number", "volunteers": "number"},
    "indicators": {"indicator": "choice", "target": "number"},
}
SOURCES: Final = {"field": "fields_of_service", "paid_to": "payees"}
LONGEST_TITLE: Final = 60
OWN_PAGES: Final = ("budget", "files")
FACTS: Final = (
    "team.name",
    "team.guided_by",
    "team.legal_form",
    "team.uscc",
    "team.platform_no",
    "team.founded_on",
    "team.members",
    "team.core_members",
    "team.past_awards",
    "leader.name",
)
"""What an `earlier` question may repeat beside other questions: what the register knows."""
LEGAL_FORMS: Final = ("team", "registered")
SIMPLE: Final = frozenset({"text", "number", "money", "date", "yes", "choice", "choices", "organisation"})
"""Kinds that can be repeated in a line of words."""
ASKED_ABOUT: Final = SIMPLE | {"earlier"}
"""Kinds on which a condition may rest."""
TAKEN: Final = frozenset(
    {"budget", "marks", "deed", "key", "version", "reason", "seen", "stay", "remove", "more", "page", "was", "row"}
)
"""Names that the pages themselves send."""
MOST_QUESTIONS: Final = 150
MOST_SCREENS: Final = 40
Told = tuple[str, str]


def check_form(form: Form, note: Note) -> None:
    """Note every fault of a form at the question or page it is about."""
    for path, words in (*_pages(form), *_needed(form), *_names(form), *_conditions(form), *_size(form)):
        note(path, words)


def check_question(question: FormInput, note: Note) -> None:
    """Note what is wrong with a question by itself."""
    for path, words in (*_shape(question), *_bounds(question)):
        note(path, words)


def check_column(column: FormColumn, note: Note) -> None:
    """Note what is wrong with a column by itself."""
    if (column.kind == "choice") != bool(column.choices or column.source):
        note("choices", gettext("只有选择题才写选项，选择题一定要写"))
    _once("choices", (one.code for one in column.choices), note)


def _shape(question: FormInput) -> Iterator[Told]:
    chosen = question.kind in {"choice", "choices"}
    if chosen != bool(question.choices or question.source):
        yield "choices", gettext("只有选择题才写选项，选择题一定要写")
    if (question.kind == "rows") != bool(question.columns):
        yield "columns", gettext("只有表格才写各列，表格一定要写")
    if (question.kind == "earlier") != bool(question.of):
        yield "of", gettext("只有“引用”才写引用哪一项，一定要写")
    if question.equals and not question.when:
        yield "when", gettext("请写明要看哪一项的回答")
    for name, codes in (("choices", question.choices), ("columns", question.columns)):
        known = [getattr(one, "code", getattr(one, "name", "")) for one in codes]
        if len(set(known)) < len(known) or len({one.zh for one in codes}) < len(known):
            yield name, gettext("不能有两个一样的")


def _bounds(question: FormInput) -> Iterator[Told]:
    if (question.least or 0) > (question.most or question.least or 0):
        yield "least", gettext("最少不能大于最多")
    if question.most and question.kind in {"date", "yes", "choice", "file", "person", "organisation", "earlier"}:
        yield "most", gettext("这一类问题没有字数、个数或行数")
    if question.name == "title" and not 0 < (question.most or 0) <= LONGEST_TITLE:
        yield "most", gettext("项目名称最多 %(n)s 个字") % {"n": LONGEST_TITLE}


def _pages(form: Form) -> Iterator[Told]:
    codes = [screen.code for screen in form.screens]
    for code in OWN_PAGES:
        if code not in codes:
            yield "screens", gettext("不能没有“%(page)s”这一页") % {"page": code}
    for n, screen in enumerate(form.screens, 1):
        at = f"screens[{n}]"
        if codes.index(screen.code) < n - 1:
            yield f"{at}.code", gettext("“%(code)s”写了两次") % {"code": screen.code}
        if screen.code == "budget" and screen.fields:
            yield f"{at}.fields[1].name", gettext("预算这一页不放别的问题")
        yield from _table_alone(screen, at)


def _table_alone(screen: FormScreen, at: str) -> Iterator[Told]:
    asked = [n for n, one in enumerate(screen.fields, 1) if one.kind != "file"]
    tables = [n for n in asked if screen.fields[n - 1].kind == "rows"]
    if tables and (len(asked) > 1 or screen.code in OWN_PAGES):
        yield f"{at}.fields[{tables[0]}].kind", gettext("表格要单独占一页，旁边只能放材料")


def _placed(form: Form) -> Iterator[tuple[str, FormInput]]:
    for n, screen in enumerate(form.screens, 1):
        for m, question in enumerate(screen.fields, 1):
            yield f"screens[{n}].fields[{m}]", question


def _names(form: Form) -> Iterator[Told]:
    seen: set[str] = set()
    for at, question in _placed(form):
        if question.name in seen or question.name in TAKEN:
            yield f"{at}.name", gettext("“%(code)s”已经用过了，请换一个") % {"code": question.name}
        seen.add(question.name)


def _needed(form: Form) -> Iterator[Told]:
    there = {question.name: (at, question) for at, question in _placed(form)}
    if missing := [name for name in NEEDED if name not in there]:
        yield "screens", gettext("每份申报书都要有这几项，不能去掉：%(names)s") % {"names": listed(missing)}
    for name in NEEDED.keys() & there.keys():
        yield from _as_needed(*there[name])
    files = next((screen for screen in form.screens if screen.code == "files"), None)
    if files and not {one.name for one in files.fields} >= FREE:
        yield "screens", gettext("承诺和承诺书只能放在最后的材料页")


def _as_needed(at: str, question: FormInput) -> Iterator[Told]:
    if question.kind != NEEDED[question.name]:
        yield f"{at}.kind", gettext("这一项的类型不能改")
    if question.name not in FREE and not question.required:
        yield f"{at}.required", gettext("这一项评审、公开或安全要用，不能去掉，也不能改成选填")
    if question.when != CONDITIONS.get(question.name, "") or question.equals:
        yield f"{at}.when", gettext("这一项什么时候要填不能改")
    if question.source != SOURCES.get(question.name, ""):
        yield f"{at}.choices", gettext("这一项的选项由系统提供")
    columns = {one.name: one.kind for one in question.columns if one.required}
    if not NEEDED_COLUMNS.get(question.name, {}).items() <= columns.items():
        wanted = listed(NEEDED_COLUMNS[question.name])
        yield f"{at}.columns", gettext("这张表要有这几列，都必填：%(names)s") % {"names": wanted}


def _conditions(form: Form) -> Iterator[Told]:
    before: dict[str, FormInput] = {}
    for at, question in _placed(form):
        if question.when and (fault := _condition(question, before)):
            yield f"{at}.when", fault
        if question.of and question.of not in FACTS and not _simple(before.get(question.of)):
            yield f"{at}.of", gettext("只能引用排在前面的一项，或登记的情况：%(facts)s") % {"facts": listed(FACTS)}
        before[question.name] = question


def _simple(question: FormInput | None) -> bool:
    return question is not None and question.kind in SIMPLE


def _condition(question: FormInput, before: dict[str, FormInput]) -> str:
    asked = before.get(question.when)
    if asked is None or asked.kind not in ASKED_ABOUT:
        return gettext("条件要看排在前面的一项：是或否、选择、数字或一行字")
    known = [one.code for one in asked.choices] or (LEGAL_FORMS if asked.of == "team.legal_form" else ())
    if known and (strange := [one for one in question.equals if one not in known]):
        words = {"code": strange[0], "known": listed(known)}
        return gettext("没有“%(code)s”，可用的有：%(known)s") % words
    return ""


def _size(form: Form) -> Iterator[Told]:
    if len(form.screens) > MOST_SCREENS or sum(1 for _one in form.questions()) > MOST_QUESTIONS:
        most = {"screens": MOST_SCREENS, "questions": MOST_QUESTIONS}
        yield "screens", gettext("最多 %(screens)s 页、%(questions)s 项") % most


def _once(name: str, codes: Iterable[str], note: Note) -> None:
    known = list(codes)
    if len(set(known)) < len(known):
        note(name, gettext("不能有两个一样的"))
