"""Files for the bank: the same lines and the same template give the same bytes, today and in ten years."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from django.utils.translation import gettext

from grants.funds.banking.pain import message
from grants.funds.banking.shapes import TYPED, XML, Field, Part, Payer, PaymentShape
from grants.funds.banking.workbook import workbook
from workflow.phrases import listed
from workflow.refusals import Refusal, Refused

LIVE: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How text begins that a spreadsheet takes for a formula when it opens a CSV."""
UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
MOST_NAMED: Final = 5


@dataclass(frozen=True)
class PayLine:
    """One payment as the bank gets it; the amount in fen."""

    number: str
    attempt: int
    fen: int
    holder: str
    bank: str
    account_no: str
    cnaps: str
    purpose: str

    @property
    def end_to_end(self) -> str:
        """What the bank sends back with its answer: number and attempt, so that a reissue is another one."""
        return f"{self.number}/{self.attempt}"


@dataclass(frozen=True)
class About:
    """What a file says beside its lines: which batch, of which day, whose money."""

    batch: str
    day: dt.date
    payer: str


@dataclass(frozen=True)
class Written:
    """One file for the bank, with what is printed of it on the sheet for approval."""

    part: Part
    lines: tuple[PayLine, ...]
    content: bytes

    @property
    def total_fen(self) -> int:
        """The control total, in fen."""
        return sum(line.fen for line in self.lines)

    @property
    def sha256(self) -> str:
        """What tells this file from any other."""
        return sha256(self.content).hexdigest()


def shared_out(shape: PaymentShape, lines: Sequence[PayLine]) -> list[tuple[Part, tuple[PayLine, ...]]]:
    """The files that have lines, each with its own; every line is in exactly one of them."""
    found = []
    for part in shape.files:
        mine = tuple(line for line in lines if part.lines == "all" or _same(shape, line) == (part.lines == "same_bank"))
        if mine:
            found.append((part, mine))
    return found


def _same(shape: PaymentShape, line: PayLine) -> bool:
    return any(word in line.bank for word in shape.same_bank)


def written(shape: PaymentShape, lines: Sequence[PayLine], about: About) -> list[Written]:
    """Every file of the batch. Raises Refused: letters that the encoding has not, a payer that the format needs."""
    return [Written(part, mine, render(part, shape.payer, mine, about)) for part, mine in shared_out(shape, lines)]


def render(part: Part, payer: Payer, lines: Sequence[PayLine], about: About) -> bytes:
    """The bytes of one file. Raises Refused."""
    if part.format in XML:
        return message(part.format, payer, lines, about)
    page = _Page(part, payer, lines, about)
    if part.format == "xlsx":
        return workbook(part.name, page.rows())
    if part.format == "fixed":
        return page.encoded(page.fixed())
    return page.encoded(page.delimited())


@dataclass(frozen=True)
class _Page:
    part: Part
    payer: Payer
    lines: Sequence[PayLine]
    about: About

    def rows(self) -> list[list[str]]:
        """What stands above, the headings and the lines, as text in cells."""
        found = [[self._value(field, None, 0) for field in self.part.above]] if self.part.above else []
        if self.part.heading:
            found.append([field.label for field in self.part.columns])
        for at, line in enumerate(self.lines, start=1):
            found.append([self._value(field, line, at) for field in self.part.columns])
        return found

    def delimited(self) -> str:
        """Text with a separator; words that a spreadsheet would take for a formula are led by an apostrophe."""
        out = io.StringIO(newline="")
        mark = "\t" if self.part.delimiter == "tab" else self.part.delimiter
        end = "\r\n" if self.part.newline == "crlf" else "\n"
        rows = self._marked_rows()
        if self.part.format == "csv":
            csv.writer(out, delimiter=mark, lineterminator=end).writerows(rows)
        else:
            out.writelines(mark.join(cell.replace(mark, " ") for cell in row) + end for row in rows)
        return out.getvalue()

    def _marked_rows(self) -> list[list[str]]:
        rows = self.rows()
        first = len(rows) - len(self.lines)
        for row in rows[first:]:
            for at, field in enumerate(self.part.columns):
                row[at] = _marked(field, row[at])
        return rows

    def fixed(self) -> str:
        """Columns of so many bytes each. Raises Refused for what does not fit."""
        end = "\r\n" if self.part.newline == "crlf" else "\n"
        above = [self._padded(self.part.above, None, 0)] if self.part.above else []
        rows = [self._padded(self.part.columns, line, at) for at, line in enumerate(self.lines, start=1)]
        return "".join(row + end for row in [*above, *rows])

    def _padded(self, fields: Sequence[Field], line: PayLine | None, at: int) -> str:
        return "".join(self._of_width(field, self._value(field, line, at), line) for field in fields)

    def _of_width(self, field: Field, text: str, line: PayLine | None) -> str:
        left = field.width - len(text.encode(self.part.encoding, errors="replace"))
        if left < 0:
            words = {"number": line.number if line else "", "name": field.label, "width": field.width, "text": text}
            said = gettext("%(number)s 的“%(name)s”超过 %(width)s 个字节，写不下：%(text)s") % words
            raise Refused([Refusal("too_wide", said)])
        fill = ("0" if field.pad == "zero" else " ") * left
        return fill + text if field.align == "right" else text + fill

    def encoded(self, text: str) -> bytes:
        """The text in the encoding of the template. Raises Refused with the payees whose letters it has not."""
        try:
            return text.encode(self.part.encoding)
        except UnicodeEncodeError:
            raise Refused([_unwritable(self.part, self.lines)]) from None

    def _value(self, field: Field, line: PayLine | None, at: int) -> str:
        about = {
            "date": self.about.day.strftime(field.day),
            "batch": self.about.batch,
            "currency": "CNY",
            "count": str(len(self.lines)),
            "total": _amount(sum(one.fen for one in self.lines), field),
            "payer_name": self.payer.name or self.about.payer,
            "payer_account": self.payer.account,
            "payer_bank": self.payer.bank,
            "payer_cnaps": self.payer.cnaps,
            "text": field.text,
            "position": str(at),
        }
        if field.value in about or line is None:
            return about.get(field.value, "")
        if field.value == "amount":
            return _amount(line.fen, field)
        return UNSEEN.sub("", str(getattr(line, field.value)))


def _amount(fen: int, field: Field) -> str:
    return str(fen) if field.amount == "fen" else f"{fen // 100}.{fen % 100:02d}"


def _marked(field: Field, text: str) -> str:
    """Words of people never begin as a formula; figures stay as they are, behind a tab where the template says so."""
    if field.value in TYPED:
        return f"'{text}" if text.startswith(LIVE) else text
    return f"\t{text}" if field.tab and text else text


def _unwritable(part: Part, lines: Sequence[PayLine]) -> Refusal:
    """Which payees have letters that the encoding has not, and which letters."""
    found = []
    for line in lines:
        wrong = [sign for sign in dict.fromkeys(f"{line.holder}{line.bank}{line.purpose}") if _lacks(part, sign)]
        if wrong:
            found.append(gettext("%(holder)s（%(signs)s）") % {"holder": line.holder, "signs": "".join(wrong)})
    words = {"encoding": part.encoding.upper(), "names": listed(found[:MOST_NAMED]), "n": len(found)}
    said = gettext(
        "%(encoding)s 写不出这些字：%(names)s，共 %(n)s 笔。请换 UTF-8 或 Excel 的模板，或请银行确认代用字。"
    )
    return Refusal("unwritable", said % words, at="template")


def _lacks(part: Part, sign: str) -> bool:
    try:
        sign.encode(part.encoding)
    except UnicodeEncodeError:
        return True
    return False


def kept(lines: Sequence[PayLine]) -> str:
    """The lines as they are kept beside their file."""
    rows = [list(vars(line).values()) for line in lines]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> list[PayLine]:
    """The lines that were kept."""
    return [PayLine(*row) for row in json.loads(text)]
