"""Answers to whatever a form asks: what the story knows, for the rest something plain of the right kind and size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grants.applications.form_definition import Definition, Input, needed_columns
from grants.applications.form_kept import met

SENTENCE = "按照实际情况填写，由指导的红十字会核实，并接受社会监督。"
DAY = "2025-12-31"


def invented(form: Definition, known: Mapping[str, Any], *, facts: Mapping[str, str]) -> dict[str, Any]:
    """Every question that must be answered is, no longer than it may be; what the form does not ask is left out.

    `facts` are what the register says where a condition rests on it.
    """
    found: dict[str, Any] = {}
    for field in form.inputs:
        if field.kind == "earlier":
            found[field.name] = facts.get(field.of, "")
        elif _is_asked(field, found) and (field.name in known or field.required):
            found[field.name] = _of_its_size(field, known.get(field.name, _plain(field)))
    written = {field.name for field in form.written}
    return {name: value for name, value in found.items() if name in written}


def _is_asked(field: Input, found: Mapping[str, Any]) -> bool:
    return not field.when or met(found.get(field.when), field.equals)


def _of_its_size(field: Input, value: Any) -> Any:
    if field.counted:
        long = value + SENTENCE * (max(0, field.least - len(value)) // len(SENTENCE) + 1)
        return (long if len(value) < field.least else value)[: field.most or None]
    if field.kind == "rows":
        rows = [*value, *({} for _more in range(field.least - len(value)))]
        return [_row(field, row, n) for n, row in enumerate(rows, 1)]
    return value


def _row(table: Input, row: Mapping[str, Any], n: int) -> dict[str, Any]:
    """The row, the n-th, with something of its own in every column that must be filled in."""
    needed = [column for column in table.columns if column.name in needed_columns(table)]
    return {column.name: f"第{n}项" if column.counted else _plain(column) for column in needed} | dict(row)


def _plain(field: Input) -> Any:
    """Something of the kind; None where only the register knows what there is to choose."""
    if field.kind in {"choice", "choices"}:
        code = field.choices[0][0] if field.choices else None
        return [code] if field.kind == "choices" and code else code
    if field.kind == "person":
        return [{"name": "王平", "mobile": "13900000000"}]
    return {
        "number": max(1, field.least),
        "money": max(100, field.least),
        "date": DAY,
        "yes": True,
        "rows": [],
    }.get(field.kind, SENTENCE[: field.most or None])
