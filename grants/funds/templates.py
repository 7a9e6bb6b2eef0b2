"""Templates of the bank that can be used: our own in their last version, before those that are shipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from grants.funds.banking.shapes import PaymentShape, StatementShape, parse, presets
from grants.funds.enums import TemplateKind
from grants.funds.models import BankTemplate, BatchFile

STANDARD, STATEMENT = "standard", "statement"
"""What is used where nobody has chosen."""


@dataclass(frozen=True)
class Known:
    """One template: a version of our own (`row`), or as it was shipped."""

    code: str
    name: str
    kind: TemplateKind
    text: str
    note: str
    row: BankTemplate | None = None

    @property
    def version(self) -> int:
        """Its version; 0 as shipped."""
        return self.row.number if self.row else 0

    @property
    def label(self) -> str:
        """What is noted beside a file: code and version."""
        return f"{self.code}@{self.version}"


def templates(kind: TemplateKind | None = None) -> list[Known]:
    """Every template, or those of one kind; by one query."""
    own = {known.code: known for known in _own()}
    shipped = [known for known in map(_known, presets().values()) if known.code not in own]
    found = [*own.values(), *shipped]
    return [known for known in found if kind is None or known.kind == kind]


def template(code: str) -> Known | None:
    """The template of that code."""
    return next((known for known in templates() if known.code == code), None)


def _own() -> Iterator[Known]:
    seen: set[str] = set()
    for row in BankTemplate.objects.order_by("code", "-number").select_related("made_by"):
        if row.code not in seen:
            seen.add(row.code)
            yield _known(row.text, row)


def _known(text: str, row: BankTemplate | None = None) -> Known:
    shape = shaped(text)
    kind = TemplateKind.PAYMENT if isinstance(shape, PaymentShape) else TemplateKind.STATEMENT
    return Known(shape.code, shape.name, kind, text, shape.note, row)


@lru_cache(maxsize=64)
def shaped(text: str) -> PaymentShape | StatementShape:
    """The checked template of a text that was checked before."""
    return parse(text)


def payment_shape(code: str) -> tuple[Known, PaymentShape] | None:
    """The template for files of payments of that code; None for any other."""
    known = template(code or STANDARD)
    shape = shaped(known.text) if known else None
    return (known, shape) if known and isinstance(shape, PaymentShape) else None


def statement_shape(code: str) -> tuple[Known, StatementShape] | None:
    """The template for statements of that code; None for any other."""
    known = template(code or STATEMENT)
    shape = shaped(known.text) if known else None
    return (known, shape) if known and isinstance(shape, StatementShape) else None


def last_used(round_pk: int) -> str:
    """The template of the round's last frozen batch, which the next one most likely takes too."""
    found = BatchFile.objects.filter(batch__round=round_pk).order_by("-batch", "position").first()
    return found.template.partition("@")[0] if found else STANDARD
