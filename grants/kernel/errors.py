"""The one way this package refuses what somebody typed."""

from __future__ import annotations


class Malformed(ValueError):
    """Input that cannot be read. `code` names the reason, so that a form can say it in the reader's words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
