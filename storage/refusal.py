"""Why a file or a deed on it is refused, in a sentence for the person who tries."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Refused(Exception):
    """Nothing was kept or bound; `code` is for programs, `message` for the person."""

    def __init__(self, code: str, message: StrOrPromise) -> None:
        self.code = code
        self.message = str(message)
        super().__init__(code, self.message)

    def __str__(self) -> str:
        return self.message


class Later(Refused):
    """Nothing is known against the file, but it cannot be taken now; the same try may succeed later."""
