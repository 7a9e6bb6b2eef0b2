"""What storage asks of the domain: who may read a document (unplugged, nobody), how secret it is, who hears of a virus.

The domain also says what time it is: storage has no clock of its own.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from storage.enums import Scan, Secrecy

if TYPE_CHECKING:
    from storage.models import Attachment, Infection, Retake

log = logging.getLogger(__name__)

Reader = AbstractBaseUser | AnonymousUser


class MayRead(Protocol):
    """May this person read this attachment now, replaced and withdrawn ones included?"""

    def __call__(self, actor: Reader, attachment: Attachment, /) -> bool:
        """Return the answer; a foreign record is a plain no."""


class Custody(Protocol):
    """What a reader's click is judged by, beside who may read."""

    def now(self) -> datetime:
        """Return the time."""

    def secrecy(self, attachment: Attachment, /) -> Secrecy:
        """Return how secret it is; what nobody classified is not open."""


class TellInfection(Protocol):
    """Whoever must know learns that a virus was found."""

    def __call__(self, infection: Infection, /) -> None:
        """Tell them; called inside the transaction that writes the row."""


_may_read: MayRead | None = None


def plug(answer: MayRead | None) -> MayRead | None:
    """Let the domain answer from now on, or nobody; return what was plugged before."""
    global _may_read
    before, _may_read = _may_read, answer
    return before


def plugged() -> bool:
    """Return whether anybody answers."""
    return _may_read is not None and _custody is not None


def may_read(actor: Reader, attachment: Attachment) -> bool:
    """Return whether this person may read this attachment; no when the port is unplugged, and no one when infected."""
    if attachment.document.scan == Scan.INFECTED:
        return False
    return plugged() and _may_read is not None and _may_read(actor, attachment)


_custody: Custody | None = None


def plug_custody(answer: Custody | None) -> Custody | None:
    """Let the domain say the time and how secret documents are; return what was plugged before."""
    global _custody
    before, _custody = _custody, answer
    return before


def custody() -> Custody:
    """Return whoever knows; raise `LookupError` when nobody was plugged: then nothing is read."""
    if _custody is None:
        raise LookupError("custody")
    return _custody


_tell: TellInfection | None = None


def plug_alarm(tell: TellInfection | None) -> TellInfection | None:
    """Let the domain tell people of infections from now on, or nobody; return what was plugged before."""
    global _tell
    before, _tell = _tell, tell
    return before


def alarm(infection: Infection) -> None:
    """Tell whoever must know; in any case it stands in the log."""
    log.critical("virus %s in upload %s", infection.signature, infection.upload_id)
    if _tell is not None:
        _tell(infection)


class TellRetake(Protocol):
    """Whoever is concerned learns that a better picture is asked for, has come, or is not wanted any more."""

    def __call__(self, retake: Retake, event: str, /) -> None:
        """Tell them; called inside the transaction that writes the row. `event` is `asked` or the ending."""


_tell_retake: TellRetake | None = None


def plug_retakes(tell: TellRetake | None) -> TellRetake | None:
    """Let the domain tell people of retakes from now on, or nobody; return what was plugged before."""
    global _tell_retake
    before, _tell_retake = _tell_retake, tell
    return before


def retake_news(retake: Retake, event: str) -> None:
    """Tell whoever is concerned."""
    if _tell_retake is not None:
        _tell_retake(retake, event)
