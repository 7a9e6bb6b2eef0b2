"""A table that somebody hands over to be read, not kept: the first sheet of a workbook, or a CSV file."""

from __future__ import annotations

import logging
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext

from storage.content.flaws import BROKEN, TOO_COMPLEX, UNKNOWN
from storage.inspection import inspect
from storage.kinds import CSV, DOCX, XLSX
from storage.names import shown_name
from storage.refusal import Later, Refused
from storage.sandbox import Overrun, Unavailable, run

TABLES: Final = (XLSX, CSV)
MOST_BYTES: Final = 30_000_000
log = logging.getLogger(__name__)


def read_table(
    file: BinaryIO, *, name: str, size: int, rows: int, columns: int, typed: bool = False
) -> list[list[str]]:
    """Return the cells as text: row n of the sheet is item n - 1, empty rows are empty lists, nothing after the last.

    Formulas count as the values that were last computed, or, if the cells are wanted as they were `typed`, stand there
    themselves, led by `=`; numbers are plain, without grouping. The file is inspected as any upload and kept nowhere.
    Raises Refused (no table, more than `rows`, what `inspect` refuses), Later.
    """
    kind = inspect(file, name=shown_name(name), size=size)
    if kind not in TABLES:
        raise Refused("not_a_table", gettext("请选 Excel 表格（.xlsx）或 CSV 文件。"))
    return _rows(file, size, rows, "table", {"type": kind, "rows": rows, "columns": columns, "typed": typed})


def read_forms(file: BinaryIO, *, name: str, size: int, rows: int) -> list[list[str]]:
    """Return the rows of all tables of a Word file as text, one table after the other.

    The file is inspected as any upload and kept nowhere. Raises Refused (no Word file, more than `rows`), Later.
    """
    if inspect(file, name=shown_name(name), size=size) != DOCX:
        raise Refused("not_word", gettext("请选 Word 文档（.docx）。"))
    return _rows(file, size, rows, "forms", {"rows": rows})


def read_message(file: BinaryIO, *, size: int, rows: int) -> list[list[str]]:
    """Return the transactions of a bank's ISO 20022 message (camt.052, .053, .054, pain.002) as a table with headings.

    The message is read by the helper alone, without entities, and kept nowhere. Raises Refused, Later.
    """
    if size > MOST_BYTES:
        raise Refused(
            "too_large", gettext("这个文件超过 %(n)s MB，请按月份分开导出。") % {"n": MOST_BYTES // 1_000_000}
        )
    return _rows(file, size, rows, "entries", {"rows": rows})


def _rows(file: BinaryIO, size: int, rows: int, job: str, facts: dict[str, Any]) -> list[list[str]]:
    try:
        answer = run(job, facts, file)
    except Overrun as error:
        log.warning("reading a table of %s bytes was stopped", size)
        raise Refused(TOO_COMPLEX.code, TOO_COMPLEX.message) from error
    except Unavailable as error:
        raise Later("not_inspected", gettext("文件收到了，但现在检查不了。请过几分钟再试。")) from error
    if answer.get("code") == UNKNOWN.code:
        raise Refused("not_a_message", gettext("这个 XML 不是对账单或回单（camt.052、camt.053、camt.054、pain.002）。"))
    if "code" in answer:
        raise Refused(BROKEN.code, BROKEN.message)
    if answer["more"]:
        raise Refused("too_many_rows", gettext("表格超过 %(n)s 行，请分几次。") % {"n": rows})
    found: list[list[str]] = answer["rows"]
    return found
