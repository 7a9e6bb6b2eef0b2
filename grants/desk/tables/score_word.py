"""A reviewer's projects as a Word file to fill in offline: a table a project, a field a mark; the same bytes each time.

Written as the parts of the format itself: text in fields of text, so that nothing in it is ever a formula or a link.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext

from grants.desk.tables.reviewing import Row
from grants.desk.tables.sheets import EPOCH, UNPRINTABLE
from grants.kernel.scoring import format_points
from grants.programmes.profile.scoring import Rubric
from grants.reviews.queries import rubric_of
from grants.reviews.score_sheet import FIELD, FILL_IN, IN_WORDS, NUMBER, SUM, TITLE, Held, columns_of

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{WORD}.main+xml"/></Types>'
)
RELATIONS = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)


def score_word(found: Sequence[Row], held: Mapping[str, Held]) -> bytes:
    """The Word file: each project with its marks, comment and reason to fill in. Raises IndexError without one."""
    rubric = rubric_of(found[0].project)
    facts = {
        "title": gettext("评分表") + f" · {found[0].project.round}",
        "hint": gettext("黄色的格子里填分数和评语，别的不要改；填好交回来，先看改了什么，再保存。空着的不改原来的。"),
        "empty": FILL_IN,
        "forms": [_form(n, row, held[row.project.number], rubric) for n, row in enumerate(found)],
    }
    return _packed(UNPRINTABLE.sub("", render_to_string("print/word/scores.xml", facts)))


def _form(n: int, row: Row, now: Held, rubric: Rubric) -> dict[str, Any]:
    known = {NUMBER.name: row.project.number, TITLE.name: str(row.project), FIELD.name: row.field}
    columns = [column for column in columns_of(rubric) if column.name != SUM.name]
    rows = []
    for place, column in enumerate(columns):
        open_ = column.name not in known and not now.shut
        text = known.get(column.name) or _shown(column.name, now)
        field = column.name if open_ else ""
        rows.append({"label": str(column.label), "text": text, "field": field, "id": 1000 + n * 100 + place})
    return {"title": str(row.project), "rows": rows}


def _shown(name: str, now: Held) -> str:
    value = now.value(name)
    if name in IN_WORDS:
        return str(value or "")
    return format_points(value) if isinstance(value, int) else ""


def _packed(document: str) -> bytes:
    out = io.BytesIO()
    parts = (("[Content_Types].xml", TYPES), ("_rels/.rels", RELATIONS), ("word/document.xml", document))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts:
            info = zipfile.ZipInfo(name, EPOCH.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, text.encode())
    return out.getvalue()
