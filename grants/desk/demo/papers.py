"""The papers of the demonstration: whoever opens one finds a page that can be read, and that says it is made up."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from grants.desk.archive.prints import day_of
from storage.printing import typeset

SAID: Final = (
    "这是演示里的示例材料，内容是编的。",
    "实际办理时，这里是交来的照片、扫描件和电子文件：原件一个字节也不改，谁交的、换过几版、谁看过，都查得到。",
)


def page(label: str, actor: Any, at: dt.datetime, mark: str) -> bytes:
    """A PDF of one page with the label, who handed it in, when, and its mark."""
    said = {"label": "说明", "text": "\n".join(SAID), "long": True}
    data = {
        "title": label,
        "foot": "情暖浙江 演示材料",
        "facts": [["提交人", str(actor)], ["日期", day_of(at)], ["编号", mark]],
        "sections": [{"heading": "示例", "said": [said]}],
    }
    return typeset("record", data, at=at)
