"""The form of a set-up page as a browser would send it, every cell of it, with some of them typed over."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from django.urls import reverse

from tests.grants.desk.visiting import Visitor, text

SECTION = "setup_part"


class _Fields(HTMLParser):
    """What the first form inside <main> would send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.inside = self.main = False
        self.select = self.area = ""
        self.labels: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.main |= tag == "main"
        if tag == "form" and self.main:
            self.inside = True
        if not self.inside or (has.get("name", "") == "" and tag != "option"):
            return
        if tag == "input":
            self._input(has)
        elif tag == "select":
            self.select = has["name"]
            self.sent.setdefault(self.select, [])
        elif tag == "option" and self.select and "selected" in has:
            self.sent[self.select] = [has.get("value", "")]
        elif tag == "textarea":
            self.area = has["name"]
            self.sent[self.area] = [""]

    def _input(self, has: dict[str, str]) -> None:
        if has.get("type") in {"checkbox", "radio"}:
            if "checked" in has:
                self.sent.setdefault(has["name"], []).append(has.get("value", "on"))
        elif has.get("type") not in {"submit", "file"}:
            self.sent.setdefault(has["name"], []).append(has.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
            self.main = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.sent[self.area][0] = self.sent[self.area][0].removeprefix("\n")
            self.area = ""


def form_of(page: str) -> dict[str, Any]:
    """Everything that the form of the page would send untouched."""
    parser = _Fields()
    parser.feed(page)
    found = {name: values if len(values) > 1 else (values or [""])[0] for name, values in parser.sent.items()}
    found.pop("csrfmiddlewaretoken", None)
    return found


def open_form(visitor: Visitor, pk: int, part: str) -> dict[str, Any]:
    """The form of a section as it is opened."""
    return form_of(visitor.open(SECTION, pk, part))


def save(visitor: Visitor, pk: int, part: str, *, status: Any = 302, why: Any = "会上定的", **typed: Any) -> str:
    """Open a section, type over some of it, say why, save. -> what the answer says."""
    sent = open_form(visitor, pk, part) | {"reason": why} | typed
    return text(visitor.post(SECTION, pk, part, status=status, **sent))


def row_with(form: dict[str, Any], table: str, column: str, value: str) -> int:
    """The number of the row of a table in which that stands."""
    cells = re.compile(rf"{re.escape(table)}-(\d+)-{column}")
    return next(int(found[1]) for name in form if (found := cells.fullmatch(name)) and form[name] == value)


def press(visitor: Visitor, pk: int, what: str, *, status: Any = 302) -> str:
    """Press a button on the page of the questions. -> what the answer says."""
    sent = form_of(visitor.open("round_questions", pk)) | {"do": what}
    return text(visitor.post("round_questions", pk, status=status, **sent))


def open_question(visitor: Visitor, pk: int, where: str) -> dict[str, Any]:
    """The form of a question, `name=…`, or of a new one on a page, `page=…`."""
    return form_of(text(visitor.client.get(f"{reverse('round_question', args=[pk])}?{where}")))


def save_question(visitor: Visitor, pk: int, where: str, *, status: int = 302, why: str = "定", **typed: Any) -> str:
    """Open a question or a new one, type over some of it, say why, save. -> what the answer says."""
    sent = open_question(visitor, pk, where) | {"reason": why} | typed
    answer = visitor.client.post(f"{reverse('round_question', args=[pk])}?{where}", sent)
    said = text(answer)
    assert answer.status_code == status, said[max(said.find("errsum"), 0) :][:2000]
    return said
