"""Letters: one notice or a digest, in the person's language, as plain text and simple HTML; sent from the outbox.

A letter that is delivered again has the same Message-ID, by which mail programs, and the folder of the embedded
profile, know it for the same. Addresses stand in no log: a failure is known by its kind.
"""

from __future__ import annotations

import hashlib
import smtplib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from grants.desk.models import Digest
from grants.desk.queries.mail import reachable, still_worth_sending, unread_for_digest
from grants.desk.queries.notices import open_deadlines_of
from grants.desk.queries.records import fetch_records
from grants.desk.queries.work import desk_of
from grants.desk.tables.notices import notice_row, notice_rows
from grants.desk.tables.work import groups
from grants.people.models import User
from grants.people.queries import grants_held
from grants.programmes.queries import calendar
from workflow import clock
from workflow.outbox import delivers

SALT = "grants.desk.letters"
MOST = 40


class Undeliverable(RuntimeError):
    """A letter did not go; what it says names no address."""


def token_of(person: User, kind: str) -> str:
    """What a link to stop letters of a kind carries: signed, for this person alone, without an end."""
    return signing.dumps([person.pk, kind], salt=SALT)


def read_token(token: str) -> tuple[User, str] | None:
    """The person and the kind of letter that a link names; None for one we did not sign."""
    try:
        pk, kind = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = User.objects.filter(pk=pk).first()
    return (found, str(kind)) if found else None


@delivers("mail")
def send_notice(key: str, payload: dict[str, Any]) -> None:
    """The person has a letter of this notice, unless it has been read, settled or is no longer wished or visible."""
    found = still_worth_sending(payload["notice"])
    if found is None:
        return
    notice, wishes = found
    fetch_records([notice])
    if notice.record is None:
        return
    with translation.override(wishes.language):
        row = notice_row(notice, open_deadlines_of([notice]).get((notice.content_type_id, notice.object_id), ()))
        words = {"kind": notice.get_kind_display(), "title": row.title, "about": row.about}
        subject = gettext("【情暖浙江】%(kind)s：%(title)s，%(about)s") % words
        _send(key, notice.person, notice.kind, subject, {"row": row})


@delivers("digest")
def send_digest(key: str, payload: dict[str, Any]) -> None:
    """The person has a letter of what waits, what is overdue and what is new; nothing where there is nothing."""
    known = reachable([payload["person"]]).get(payload["person"])
    if known is None or known[1].digest == Digest.OFF:
        return
    person, wishes = known
    desk = desk_of(person, grants_held(person))
    waiting, beside = desk.waiting, desk.beside
    told = unread_for_digest(person, wishes)
    if not waiting and not beside and not told:
        return
    fetch_records(told)
    with translation.override(wishes.language):
        found = groups(waiting[:MOST], calendar(), clock.now(), beside=beside)
        total = len(waiting) + len(beside)
        subject = gettext("【情暖浙江】工作汇总：%(n)s件事等您办") % {"n": total}
        facts = {"groups": found, "total": total, "more": len(waiting) - MOST, "rows": notice_rows(told)}
        _send(key, person, "digest", subject, facts)


def _send(key: str, person: User, kind: str, subject: str, facts: dict[str, Any]) -> None:
    """Hand one letter over. Raises Undeliverable."""
    stop = settings.SITE_URL + reverse("mail_stop", args=[token_of(person, kind)])
    context = {"site": settings.SITE_URL, "person": person, "stop": stop, "subject": subject, "kind": kind, **facts}
    template = "digest" if kind == "digest" else "notice"
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    letter = EmailMultiAlternatives(
        " ".join(subject.split()), render_to_string(f"mail/{template}.txt", context), to=[person.email], headers=headers
    )
    letter.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    try:
        letter.send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise Undeliverable(type(error).__name__) from None
