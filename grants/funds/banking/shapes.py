"""Templates of the bank as checked values, read from YAML: how a file of payments looks, how a statement is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from django.utils.translation import gettext

from grants.programmes.profile.reader import Note, ProfileError, Reader, Shape, Span
from workflow.phrases import listed

Code = Annotated[str, Shape(r"[a-z][a-z0-9-]{1,38}")]
Width = Annotated[int, Span(0, 200)]
Format = Literal["csv", "txt", "fixed", "xlsx", "pain.001.001.03", "pain.001.001.09"]
Encoding = Literal["gbk", "gb18030", "utf-8", "utf-8-sig"]
Value = Literal[
    "position",
    "number",
    "end_to_end",
    "holder",
    "bank",
    "account_no",
    "cnaps",
    "amount",
    "purpose",
    "date",
    "batch",
    "currency",
    "count",
    "total",
    "payer_name",
    "payer_account",
    "payer_bank",
    "payer_cnaps",
    "text",
]
TYPED: Final = frozenset({"holder", "bank", "purpose", "payer_name", "payer_bank", "text"})
"""Values that people wrote; all others are figures and codes of ours."""
XML: Final = ("pain.001.001.03", "pain.001.001.09")
MOST_LETTERS: Final = 40_000


@dataclass(frozen=True)
class Field:
    """One column: its heading, what stands in it, and how.

    `amount` yuan: 1234.50, fen: 123450. `tab`: a tab before figures, so that Excel opening a CSV keeps them whole.
    `width`, `align` and `pad` are of files with fixed columns; a width counts bytes, as banks do.
    """

    label: str
    value: Value
    text: str = ""
    amount: Literal["yuan", "fen"] = "yuan"
    day: str = "%Y%m%d"
    tab: bool = False
    width: Width = 0
    align: Literal["left", "right"] = "left"
    pad: Literal["space", "zero"] = "space"


@dataclass(frozen=True)
class Part:
    """One file of a batch: which lines go into it, and how they are written."""

    name: str
    format: Format
    lines: Literal["all", "same_bank", "other_bank"] = "all"
    encoding: Encoding = "utf-8-sig"
    newline: Literal["crlf", "lf"] = "crlf"
    delimiter: Literal[",", "|", ";", "tab"] = ","
    heading: bool = True
    above: tuple[Field, ...] = ()
    columns: tuple[Field, ...] = ()

    @property
    def suffix(self) -> str:
        """How the name of the file ends."""
        return "xml" if self.format in XML else "txt" if self.format == "fixed" else self.format


@dataclass(frozen=True)
class Payer:
    """The account that money leaves: ours, as the bank knows it."""

    name: str = ""
    account: Annotated[str, Shape(r"([0-9]{8,32})?")] = ""
    bank: str = ""
    cnaps: Annotated[str, Shape(r"([0-9]{12})?")] = ""


@dataclass(frozen=True)
class PaymentShape:
    """How a batch goes to the bank: one file, or several that share its lines out."""

    code: Code
    name: str
    files: tuple[Part, ...]
    note: str = ""
    payer: Payer = Payer()
    same_bank: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heading:
    """One fact of a statement and the headings under which banks write it."""

    value: Literal[
        "reference",
        "ours",
        "booked_on",
        "amount",
        "out",
        "in",
        "direction",
        "status",
        "counterparty",
        "account",
        "summary",
        "remark",
    ]
    headings: tuple[str, ...]


@dataclass(frozen=True)
class StatementShape:
    """How a statement or return file is read: headings, and the words by which the bank says what happened."""

    code: Code
    name: str
    columns: tuple[Heading, ...]
    out_words: tuple[str, ...]
    in_words: tuple[str, ...]
    paid_words: tuple[str, ...]
    refused_words: tuple[str, ...]
    returned_words: tuple[str, ...]
    reversed_words: tuple[str, ...]
    total_words: tuple[str, ...]
    positive_is: Literal["out", "in"] = "out"
    note: str = ""


@dataclass(frozen=True)
class Document:
    """The whole text of a template: exactly one of the two."""

    payment: PaymentShape | None = None
    statement: StatementShape | None = None


def _part(part: Part, note: Note) -> None:
    if part.format in XML:
        if part.columns or part.above:
            note("columns", gettext("XML 的内容由标准规定，不写 columns 和 above"))
        if part.encoding not in {"utf-8", "utf-8-sig"}:
            note("encoding", gettext("XML 用 utf-8"))
        return
    if not part.columns:
        note("columns", gettext("至少写一列"))
    for field in (*part.columns, *part.above):
        if part.format == "fixed" and not field.width:
            note("columns", gettext("“%(name)s”要写 width（字节数）") % {"name": field.label})
    said = {field.value for field in part.columns}
    if lacking := {"account_no", "holder", "amount"} - said:
        note("columns", gettext("缺少 %(names)s") % {"names": listed(sorted(lacking))})


def _field(field: Field, note: Note) -> None:
    if (field.value == "text") != bool(field.text):
        note("text", gettext("value 是 text 时写 text，其他时候不写"))


def _payment(shape: PaymentShape, note: Note) -> None:
    kinds = [part.lines for part in shape.files]
    if sorted(kinds) not in (["all"], ["other_bank", "same_bank"]):
        note("files", gettext("一个文件写全部（all），或者两个文件分别写同行（same_bank）和跨行（other_bank）"))
    if "same_bank" in kinds and not shape.same_bank:
        note("same_bank", gettext("请写我方开户行的名称，例如 [工商银行, 工行]，开户行里有它的算同行"))
    if len({part.name for part in shape.files}) < len(shape.files):
        note("files", gettext("两个文件不能同名"))


def _statement(shape: StatementShape, note: Note) -> None:
    said = {column.value for column in shape.columns}
    if not said & {"reference", "ours"}:
        note("columns", gettext("要有流水号（reference）或我方编号（ours）"))
    if "amount" not in said and not {"out", "in"} <= said:
        note("columns", gettext("要有金额（amount），或者支出（out）和收入（in）两列"))
    if "booked_on" not in said:
        note("columns", gettext("要有记账日期（booked_on）"))


CHECKS: Final[dict[type, Callable[[Any, Note], None]]] = {
    Part: _part,
    Field: _field,
    PaymentShape: _payment,
    StatementShape: _statement,
}


def parse(text: str) -> PaymentShape | StatementShape:
    """The template that a YAML text holds. Raises ProfileError with every fault, line by line."""
    reader = Reader(CHECKS)
    if len(text) > MOST_LETTERS:
        reader.fault("", gettext("模板太长，不能超过 %(n)s 个字") % {"n": MOST_LETTERS})
        raise ProfileError(reader.faults)
    found = Document(**reader.sections(text, Document))
    shapes = [shape for shape in (found.payment, found.statement) if shape is not None]
    if len(shapes) != 1 and not reader.faults:
        reader.fault("", gettext("一份模板要么写 payment，要么写 statement"))
    if reader.faults:
        raise ProfileError(reader.faults)
    return shapes[0]


@cache
def presets() -> dict[str, str]:
    """The texts of the templates that are shipped, by code, in the order of their files."""
    paths = sorted(files("grants.funds.banking").joinpath("presets").iterdir(), key=lambda path: path.name)
    texts = [path.read_text(encoding="utf-8") for path in paths if path.name.endswith(".yaml")]
    return {parse(text).code: text for text in texts}
