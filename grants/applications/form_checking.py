"""Whether an answer is what its question asks for: long enough, not too long, among the choices, every row whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from grants.applications.form_definition import Input, needed_columns
from grants.applications.form_kept import choices_known
from grants.applications.models import Project
from grants.kernel.errors import Malformed
from grants.kernel.identifiers import normalise_mobile
from workflow.phrases import listed


def lengths(field: Input, value: Any) -> Iterator[str]:
    """What is too little or too much of an answer: characters, choices, rows, or the number itself."""
    told = {"field": str(field.label), "least": field.least, "most": field.most}
    size = value if field.kind in {"number", "money"} else len(value) if isinstance(value, (str, list)) else None
    if size is None or not (field.least or field.most):
        return
    short, long = _bounds(field.kind)
    if size < field.least:
        yield short % told
    elif field.most and size > field.most:
        yield long % told


def _bounds(kind: str) -> tuple[str, str]:
    """The sentences for too little and too much, by what is counted."""
    if kind in {"text", "longtext"}:
        return gettext("“%(field)s”至少写 %(least)s 个字"), gettext("“%(field)s”最多 %(most)s 个字")
    if kind == "choices":
        return gettext("“%(field)s”至少选 %(least)s 个"), gettext("“%(field)s”最多选 %(most)s 个")
    if kind in {"rows", "person"}:
        return gettext("“%(field)s”至少 %(least)s 项"), gettext("“%(field)s”最多 %(most)s 项")
    return gettext("“%(field)s”不能小于 %(least)s"), gettext("“%(field)s”不能大于 %(most)s")


def as_asked(project: Project, field: Input, value: Any) -> Iterator[str]:
    """What else keeps an answer from being one to its question."""
    if field.tabular:
        yield from _rows(field, value)
    if (field.source in {"areas", "fields_of_service"} and field.kind == "choices") or field.kind == "organisation":
        known = choices_known(project, field)
        if any(one not in known for one in ([value] if isinstance(value, str) else value)):
            yield gettext("“%(field)s”里有一个已经不能选，请重新选择") % {"field": str(field.label)}


def _rows(field: Input, rows: list[Mapping[str, Any]]) -> Iterator[str]:
    needed = [column for column in field.columns if column.name in needed_columns(field)]
    if any(not row.get(column.name) for row in rows for column in needed):
        told = {"field": str(field.label), "columns": listed(column.label for column in needed)}
        yield gettext("“%(field)s”的每一项都要写：%(columns)s") % told
    for column in field.columns:
        if any(_too_long(column, row.get(column.name)) for row in rows):
            words = {"field": str(field.label), "column": str(column.label), "most": column.most}
            yield gettext("“%(field)s”里的“%(column)s”最多 %(most)s 个字") % words
    if field.kind == "person" and any(not _is_mobile(row.get("mobile")) for row in rows):
        yield gettext("“%(field)s”的手机请填 11 位手机号") % {"field": str(field.label)}


def _too_long(column: Input, value: Any) -> bool:
    return column.counted and bool(column.most) and len(str(value or "")) > column.most


def _is_mobile(value: Any) -> bool:
    if not value:
        return True
    try:
        normalise_mobile(str(value))
    except Malformed:
        return False
    return True
