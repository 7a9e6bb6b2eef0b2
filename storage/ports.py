"""What storage asks of the domain: who may read a document. Unplugged, nobody may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

if TYPE_CHECKING:
    from storage.models import Attachment

Reader = AbstractBaseUser | AnonymousUser


class MayRead(Protocol):
    """May this person read this attachment now, replaced and withdrawn ones included?"""

    def __call__(self, actor: Reader, attachment: Attachment, /) -> bool:
        """Return the answer; a foreign record is a plain no."""


_may_read: MayRead | None = None


def plug(answer: MayRead | None) -> MayRead | None:
    """Let the domain answer from now on, or nobody; return what was plugged before."""
    global _may_read
    before, _may_read = _may_read, answer
    return before


def plugged() -> bool:
    """Return whether anybody answers."""
    return _may_read is not None


def may_read(actor: Reader, attachment: Attachment) -> bool:
    """Return whether this person may read this attachment; no when the port is unplugged."""
    return _may_read is not None and _may_read(actor, attachment)
