"""Reasons against an answer of a move's form: the same words for the same omission, whatever the move."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils.formats import date_format
from django.utils.translation import gettext

from grants.kernel.given import Given, day, words
from grants.kernel.money import format_fen
from grants.programmes.profile import load_profile
from storage.models import Document
from workflow import clock
from workflow.refusals import Refusal
from workflow.rules import Ask

LONGEST = 2000


def shown(when: dt.date) -> str:
    """A day, or a moment in Shanghai, as people read it: 2027年3月5日, 2027年3月5日 17:00."""
    if isinstance(when, dt.datetime):
        return date_format(when.astimezone(clock.SHANGHAI), "DATETIME_FORMAT")
    return date_format(when, "DATE_FORMAT")


def in_yuan(fen: int) -> str:
    """An amount of fen with its unit: 25,833.00 元."""
    return gettext("%(amount)s 元") % {"amount": format_fen(fen)}


def field_name(chinese: str) -> str:
    """A field of service, kept in Chinese, in the reader's language; one that a round has made up stays as it is."""
    return next((one.label for one in load_profile("qingnuan").fields_of_service if one.zh == chinese), chinese)


def document_of(given: Given, name: str) -> Document | None:
    """The document given under a name, by its id; None for anything else."""
    try:
        return Document.objects.filter(pk=uuid.UUID(words(given, name))).first()
    except ValueError:
        return None


def no_text(given: Given, ask: Ask) -> Refusal | None:
    """A reason against leaving a text empty, or writing more than 2,000 characters."""
    told = {"field": str(ask.label), "n": LONGEST}
    if not words(given, ask.name):
        return Refusal(ask.name, gettext("请填写“%(field)s”。") % told, at=ask.name)
    if len(words(given, ask.name)) > LONGEST:
        return Refusal(ask.name, gettext("“%(field)s”请不要超过 %(n)s 个字。") % told, at=ask.name)
    return None


def no_later_day(given: Given, ask: Ask) -> Refusal | None:
    """A reason against a day that is missing or not after today."""
    found = day(given, ask.name)
    if found is not None and found > clock.today():
        return None
    told = {"field": str(ask.label), "today": shown(clock.today())}
    return Refusal(ask.name, gettext("“%(field)s”请选%(today)s之后的一天。") % told, at=ask.name)


def no_document(given: Given, ask: Ask) -> Refusal | None:
    """A reason against a document that is missing."""
    if document_of(given, ask.name):
        return None
    return Refusal(ask.name, gettext("请上传“%(field)s”。") % {"field": str(ask.label)}, at=ask.name)
