"""Names that an officer writes in a configuration: Chinese always, English where somebody wrote it."""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import get_language


class _Bilingual(Protocol):
    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


class Worded:
    """Something of a configuration with a name in one language or two."""

    @property
    def label(self: _Bilingual) -> str:
        """The name as the reader reads: English for English readers where there is one, else Chinese."""
        return self.en if self.en and (get_language() or "").startswith("en") else self.zh
