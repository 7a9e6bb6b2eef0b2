"""The number and the secret of an objection from the public: what one needs to ask how it stands, and nothing else."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.crypto import constant_time_compare, salted_hmac

from workflow.chain import digest

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is easily taken for another
SALT = "grants.awards.tickets"


class Ticket(NamedTuple):
    """What somebody who objected keeps."""

    number: str
    secret: str


def ticket_of(key: str) -> Ticket:
    """The ticket that belongs to the key of a form: the same for the same key, not to be guessed without ours."""
    drawn = int.from_bytes(salted_hmac(SALT, key, algorithm="sha256").digest()[:20])
    signs = []
    for _ in range(18):
        drawn, sign = divmod(drawn, len(SIGNS))
        signs.append(SIGNS[sign])
    return Ticket("YY-" + "".join(signs[:8]), "".join(signs[8:]))


def digest_of(ticket: Ticket) -> str:
    """What is kept of the secret."""
    return digest(f"{ticket.number}:{ticket.secret}")


def opens(number: str, secret: str, kept: str) -> bool:
    """Whether the secret belongs to the number whose digest is kept."""
    return constant_time_compare(digest_of(Ticket(number, secret)), kept)
