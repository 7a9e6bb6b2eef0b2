"""A slot of a checklist as plain data: what is asked for there, what is taken, how much, and whom it is meant for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storage.inspection import check_announced, limit
from storage.kinds import BY_SUFFIX, BY_TYPE, CSV, DOCX, KINDS, OFD, PDF, PHOTOS, TEXT, XLSX, XML, ZIP
from storage.models import Document
from storage.names import shown_name, suffix_of
from storage.refusal import Refused

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FAMILIES: Final[dict[str, frozenset[str]]] = {
    "photo": PHOTOS,
    "pdf": frozenset({PDF}),
    "ofd": frozenset({OFD}),
    "xml": frozenset({XML}),
    "word": frozenset({DOCX}),
    "excel": frozenset({XLSX, CSV}),
    "zip": frozenset({ZIP}),
    "text": frozenset({TEXT}),
}
"""Kinds of files as people name them, with the media types behind each."""
WORDS: Final[dict[str, StrOrPromise]] = {
    "photo": _("照片"),
    "pdf": "PDF",
    "ofd": "OFD",
    "xml": "XML",
    "word": _("Word 文档"),
    "excel": _("Excel 表格"),
    "zip": _("ZIP 压缩包"),
    "text": _("纯文本"),
}


@dataclass(frozen=True)
class SlotSpec:
    """What one slot asks for. `takes` names families, none means all; sizes in bytes; `most` 0 means any number.

    `seen_by` is a word of the domain: storage hands it through and decides nothing by it.
    """

    slot: str
    title: str
    required: bool = False
    takes: tuple[str, ...] = ()
    most: int = 1
    max_bytes: int = 0
    seen_by: str = ""
    hint: str = ""

    @property
    def largest(self) -> int:
        """The largest file taken here, in bytes: the slot's own limit, never above that of every file."""
        return min(self.max_bytes or limit(), limit())

    @property
    def kinds(self) -> frozenset[str]:
        """The media types taken here."""
        return frozenset().union(*(FAMILIES[name] for name in self.takes)) if self.takes else frozenset(BY_TYPE)

    @property
    def taken(self) -> str:
        """The same as people say it."""
        return gettext("、").join(str(WORDS[name]) for name in self.takes or WORDS)

    @property
    def accept(self) -> str:
        """For the file chooser of a browser."""
        return ",".join(suffix for kind in KINDS if kind.media_type in self.kinds for suffix in kind.suffixes)

    @property
    def photos(self) -> bool:
        """Whether photos, or a PDF made of photos, are of any use here."""
        return PDF in self.kinds

    def check_announced(self, name: str, size: int) -> None:
        """Raise `Refused` when name or size in bytes, known before the first byte came, already rule the file out."""
        shown = shown_name(name)
        check_announced(shown, size)
        self._check(BY_SUFFIX[suffix_of(shown)].media_type, size)

    def check(self, document: Document) -> None:
        """Raise `Refused` when the document, by what it really is, does not belong here."""
        self._check(document.media_type, document.size)

    def check_room(self, there: int) -> None:
        """Raise `Refused` when that many files are as many as the slot takes; a slot for one has it replaced."""
        if 1 < self.most <= there:
            raise Refused(
                "slot_full",
                gettext("“%(title)s”最多放%(most)s份，已经有%(there)s份。请先撤下一份，或把几张照片合成一个 PDF。")
                % {"title": self.title, "most": self.most, "there": there},
            )

    def _check(self, media_type: str, size: int) -> None:
        if media_type not in self.kinds:
            known = BY_TYPE.get(media_type)
            raise Refused(
                "slot_type",
                gettext("“%(title)s”只收%(taken)s，这个文件是%(real)s。请换一个，或另存为这些格式再上传。")
                % {"title": self.title, "taken": self.taken, "real": known.label if known else media_type},
            )
        if size > self.largest:
            raise Refused(
                "slot_size",
                gettext("这个文件有%(size)s，“%(title)s”每份不超过%(limit)s。请缩小图片或分成几个文件，再上传。")
                % {"size": filesizeformat(size), "title": self.title, "limit": filesizeformat(self.largest)},
            )
