"""A table that is handed over: its cells stand in a field of the page, where they can be mended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext, ngettext

from grants.desk.views.attempts import Trouble
from grants.kernel.cells import CellFault, Cells, as_text
from storage.refusal import Refused as Unread
from storage.tables import read_forms, read_table
from workflow.refusals import Refusal


def laid_open(file: Any, data: Any, *, rows: int, columns: int, typed: bool = False) -> Trouble | None:
    """The cells of the file stand in the field `table`; or why they cannot."""
    try:
        cells = read_table(file, name=file.name, size=file.size, rows=rows, columns=columns, typed=typed)
    except Unread as refusal:
        return Trouble(422, gettext("这个文件读不了"), [Refusal("file", str(refusal), at="file")])
    data["table"] = as_text(cells)
    return None


def forms_open(file: Any, data: Any, *, rows: int, read: Callable[[list[list[str]]], Cells]) -> Trouble | None:
    """The tables of the Word file stand as one in the field `table`; or why they cannot."""
    try:
        found = read_forms(file, name=file.name, size=file.size, rows=rows)
    except Unread as refusal:
        return Trouble(422, gettext("这个文件读不了"), [Refusal("file", str(refusal), at="file")])
    data["table"] = as_text(read(found))
    return None


def at_cells(faults: list[CellFault]) -> Trouble:
    """Cells are at fault: how many, and where they are named."""
    n = len(faults)
    where = Refusal("cells", gettext("一格一格列在下面；在表里改好，再看一遍。"), at="table")
    return Trouble(422, ngettext("有%(n)s格要改", "有%(n)s格要改", n) % {"n": n}, [where])
