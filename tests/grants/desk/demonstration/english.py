"""What is left in Chinese on a page in English, but for names and what people wrote."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.test import Client
from django.urls import reverse

import tests.toy
from grants.people.divisions import divisions, townships_of
from grants.people.models import Organisation
from grants.people.queries import place_name
from grants.programmes.models import Configuration
from grants.programmes.profile import profile_text
from grants.programmes.profile.form import shipped_text

CHINESE = re.compile(r"[\u3001-\u303f\u4e00-\u9fff\uff01-\uff0a\uff0c-\uff1c\uff1e-\uff60]")  # ＋ and ＝ are no words
CAPITALS = re.compile(r"人民币[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整]+")  # as a cheque is written
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSEEN = {"script", "style"}
SAID = ("title", "alt", "placeholder", "aria-label", "aria-description", "data-label", "data-confirm", "content")
TOY = Path(tests.toy.__file__).parent  # its machines stand beside ours while tests run

WRITTEN = {
    "grants.PaymentHold": ("reason", "lifted_reason"),
    "grants.User": ("name",),
    "grants.Sample": ("title", "text", "why"),
    "grants.SampleScore": ("comment",),
    "grants.SheetCheck": ("note",),
    "grants.Organisation": ("name", "short_name"),
    "grants.Team": ("name",),
    "grants.Handover": ("reason",),
    "grants.RegisterLine": ("reason", "changes"),
    "grants.RegisterImport": ("file", "reason"),
    "grants.Lending": ("note",),
    "grants.Programme": ("name",),
    "grants.Round": ("title",),
    "grants.Configuration": ("reason",),
    "grants.CalendarEdition": ("source",),
    "grants.CalendarDay": ("note",),
    "grants.Project": ("title", "form"),
    "grants.Application": ("answers",),
    "grants.Dictation": ("asked",),
    "grants.Collaboration": ("name",),
    "grants.Comment": ("text",),
    "grants.BudgetLine": ("item", "unit", "basis", "activity"),
    "grants.Recommendation": ("opinion",),
    "grants.PanelSession": ("place",),
    "grants.PanelItem": ("reason",),
    "grants.PanelDrop": ("reason",),
    "grants.PanelDraw": ("seed",),
    "grants.PanelRoll": ("reason",),
    "grants.PanelOut": ("reason",),
    "grants.PanelClosing": ("reason",),
    "grants.PanelDisclosure": ("reason",),
    "grants.Meeting": ("number", "present"),
    "grants.Decision": ("reason",),
    "grants.OfficialNotice": ("number", "title", "text", "contact"),
    "grants.PublicEntry": ("title", "team", "recommended_by", "city", "county", "field"),
    "grants.Objection": ("text", "objector", "contact", "finding"),
    "grants.FundingSource": ("name",),
    "grants.Entry": ("memo",),
    "grants.PayeeAccount": ("holder", "bank"),
    "grants.BankLine": ("counterparty", "summary"),
    "grants.BankTemplate": ("name", "text", "reason"),
    "grants.BatchFile": ("name",),
    "grants.LineNote": ("reason",),
    "grants.MatchItem": ("reasons",),
    "grants.Statement": ("name",),
    "grants.Activity": ("name", "place", "text"),
    "grants.Check": ("page", "conclusion"),
    "grants.ChangeRequest": ("before", "after", "reason"),
    "grants.CompletionReport": ("summary", "lessons", "follow_up", "goals"),
    "grants.Acceptance": ("opinion",),
    "grants.Voucher": ("seller", "content"),
    "grants.Score": ("comment", "reason"),
    "grants.ScoreSheet": ("comment", "reason"),
    "grants.Rescoring": ("reason",),
    "grants.Moderation": ("reason",),
    "grants.Expert": ("employer", "note"),
    "grants.Tie": ("named", "reason"),
    "grants.RecusalWaiver": ("reason",),
    "grants.ReviewInvitation": ("note",),
    "grants.InvitationAnswer": ("reason",),
    "grants.AssignmentChange": ("reason",),
    "grants.AssignmentOutcome": ("reasons",),
    "grants.ReviewerRating": ("words",),
    "grants.OpinionRequest": ("question",),
    "grants.DepartmentOpinion": ("text",),
    "grants.RefusalLetter": ("strongest", "weakest", "advice"),
    "grants.BulkItem": ("reasons",),
    "storage.Document": ("name",),
    "storage.Attachment": ("ended_reason",),
    "storage.Retake": ("words",),
    "storage.Hold": ("reason", "lifted_reason"),
    "storage.Destruction": ("reason",),
    "workflow.Step": ("given",),
    "workflow.Proposal": ("given",),
}
"""The columns in which people write, or which hold names."""


class Words(HTMLParser):
    """The pieces of text of a page, and of what its elements say of themselves; none of what is marked as Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[tuple[str, bool]] = []
        self.found: list[str] = []

    @property
    def marked(self) -> bool:
        """Whether the place is inside something in Chinese on purpose, or data, or unseen."""
        return any(own for _tag, own in self.marks)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at what the element says of itself, and go inside."""
        known = {name: value or "" for name, value in attrs}
        own = tag in UNSEEN or known.get("lang", "").startswith("zh") or "data-data" in known
        if not own and not self.marked:
            values = [known[name] for name in SAID if name in known]
            self.found += [*values, *([known.get("value", "")] if known.get("type") in {"submit", "button"} else [])]
        if tag not in VOID:
            self.marks.append((tag, own))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without inside."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.marks.pop()

    def handle_endtag(self, tag: str) -> None:
        """Come out again; what was left open ends with what is around it."""
        if tag in {one for one, _own in self.marks}:
            while self.marks.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        """A piece of text."""
        if not self.marked:
            self.found.append(data)


class Data:
    """All names and everything that people wrote, each to be found as a whole."""

    def __init__(self) -> None:
        texts = {" ".join(one.split()) for text in written() for one in [text, *text.splitlines()]}
        found = sorted((one for one in texts if CHINESE.search(one)), key=len, reverse=True)
        whole = "|".join(map(re.escape, found))
        self.whole = re.compile(rf"(?<![\u4e00-\u9fff])(?:{whole})(?![\u4e00-\u9fff])")

    def left(self, page: str, *, typed: str = "") -> list[str]:
        """The pieces of a page in which Chinese is left once the data, and what was typed, is taken out."""
        words = Words()
        words.feed(page)
        found = [" ".join(one.split()) for one in words.found if CHINESE.search(one)]
        pieces = [self.whole.sub("", CAPITALS.sub("", one)) for one in found]
        left = [one.replace(typed, "") if typed else one for one in pieces]
        return [one.strip() for one in left if CHINESE.search(one)]


def written() -> Iterator[str]:
    """Every text in those columns, the names of places, a configuration as officers edit it, the words of the toys."""
    for label, names in WRITTEN.items():
        for row in apps.get_model(label)._base_manager.order_by().values_list(*names):
            yield from texts_of(row)
    for place in Organisation.objects.all():
        yield place_name(place)
    for division in divisions():
        yield division.name
        yield from (f"{one.name}红十字会" for one in townships_of(division.code))
    for text in Configuration.objects.values_list("text", flat=True):
        yield from texts_of(yaml.safe_load(text))
    yield profile_text("qingnuan")
    yield from (shipped_text(name) for name in ("short", "full"))
    for path in TOY.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def texts_of(value: Any) -> Iterator[str]:
    """Every text in what a column holds."""
    if isinstance(value, str):
        known = json.loads(value) if value.startswith(("{", "[")) else value
        yield from texts_of(known) if known is not value else (value,)
    elif isinstance(value, dict):
        yield from texts_of(list(value.values()))
    elif isinstance(value, Iterable):
        for one in value:
            yield from texts_of(one)


def in_english(client: Client) -> Client:
    """The person has pressed the switch at the head of the page."""
    answer = client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert answer.status_code == 302
    return client
