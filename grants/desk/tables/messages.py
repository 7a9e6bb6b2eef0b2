"""Ready words for WeChat: who, what to do, until when, and the way there. The page shows them, a person sends them.

They go to those whose turn it is, and hold nothing that these do not find on the page the words lead to: no amount,
no opinion, no other person's telephone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from grants.desk.tables.turns import Hands
from grants.desk.tables.urgency import Left
from workflow import clock
from workflow.phrases import one_after_another

LISTED = 5


def task_message(what: str, about: Any, due: Left | None, url: str) -> str:
    """One thing to do, for a colleague or whoever signs."""
    words = {"what": what, "about": str(about), "until": _until(due), "url": url}
    return gettext("【情暖浙江】您有一件事要办：%(what)s“%(about)s”。%(until)s打开 %(url)s 登录后就能办理。") % words


def turn_message(about: Any, turn: Hands, url: str) -> str:
    """A record and what it waits for, to those in whose hands it is."""
    words = {"names": turn.names or turn.roles, "what": turn.duty, "about": str(about), "until": _until(turn.due)}
    told = gettext("【情暖浙江】%(names)s您好，“%(about)s”轮到您：%(what)s。%(until)s打开 %(url)s 登录后就能办理。")
    return told % (words | {"url": url})


def late_message(names: str, what: str, about: Any, due_at: dt.datetime, url: str) -> str:
    """One thing whose day has passed, to those in whose hands it is."""
    words = {"names": names, "what": what, "about": str(about), "until": _passed(due_at), "url": url}
    told = gettext("【情暖浙江】%(names)s您好，“%(about)s”轮到您：%(what)s。%(until)s打开 %(url)s 登录后就能办理。")
    return told % words


def call_message(name: str, things: Sequence[tuple[str, str]], url: str) -> str:
    """Everything of one person that is late; `url` is where they find it all."""
    told = [f"{what}“{about}”" if about else what for about, what in things[:LISTED]]
    more = gettext("等") if len(things) > LISTED else ""
    words = {"name": name, "n": len(things), "things": one_after_another(told) + more, "url": url}
    told_all = ngettext(
        "【情暖浙江】%(name)s您好，您有%(n)s件事已经过期：%(things)s。打开 %(url)s 登录后，都在“我的工作”里。",
        "【情暖浙江】%(name)s您好，您有%(n)s件事已经过期：%(things)s。打开 %(url)s 登录后，都在“我的工作”里。",
        len(things),
    )
    return told_all % words


def agreement_message(about: Any, lacking: Sequence[str], due_at: dt.datetime | None, url: str) -> str:
    """What an agreement still waits for, to all its parties."""
    words = {"about": str(about), "lacking": one_after_another(lacking), "url": url}
    words["until"] = _by(due_at) if due_at else ""
    told = gettext("【情暖浙江】“%(about)s”的协议还差：%(lacking)s。%(until)s打开 %(url)s 登录后就能办理。")
    return told % words


def _by(due_at: dt.datetime) -> str:
    return _passed(due_at) if due_at <= clock.now() else gettext("请在%(when)s前办理。") % {"when": _moment(due_at)}


def _passed(due_at: dt.datetime) -> str:
    return gettext("原定%(when)s前办理，现已过期。") % {"when": _moment(due_at)}


def _moment(due_at: dt.datetime) -> str:
    return date_format(due_at.astimezone(clock.SHANGHAI), "DATETIME_FORMAT")


def _until(due: Left | None) -> str:
    if due is None:
        return ""
    if due.tone == "bad" and due.due.due_at <= clock.now():
        return _passed(due.due.due_at)
    return gettext("请在%(when)s前办理（%(left)s）。") % {"when": _moment(due.due.due_at), "left": due.words}
