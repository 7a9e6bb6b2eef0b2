"""The kinds of value a profile is made of, each with its limits."""

from __future__ import annotations

from typing import Annotated, Literal

from grants.programmes.profile.reader import Shape, Span

Percent = Annotated[int, Span(0, 100)]
Points = Annotated[int, Span(0, 100)]
Count = Annotated[int, Span(0, 100_000)]
Months = Annotated[int, Span(1, 60)]
Fen = Annotated[int, Span(0, 99_999_999_999)]
Code = Annotated[str, Shape(r"[A-Za-z][A-Za-z0-9_]{0,39}")]
Clock = Annotated[str, Shape(r"([01][0-9]|2[0-3]):[0-5][0-9]")]

PayeeKind = Literal["recommending_red_cross", "registered_team"]
Trigger = Literal["agreement_signed", "check_passed", "accepted", "settling"]
"""What opens a tranche, in the order in which it happens."""
Record = Literal["project", "round", "payment", "check", "objection", "change_request"]
FormField = Literal[
    "place",
    "summary",
    "beneficiaries",
    "beneficiary_count",
    "safeguarding",
    "risk",
    "need",
    "feature",
    "sustain",
    "hist_events",
    "hist_hours",
    "other_funding",
]
"""The fields of the application that a round may leave out, ask otherwise or make longer; the others carry others."""
KEPT_FIELDS = frozenset({"summary", "beneficiary_count", "need", "safeguarding", "risk"})
"""Of these those that are always there: judged, published, or asked by law."""
TEXT_FIELDS = frozenset({"place", "summary", "safeguarding", "risk", "need", "feature", "sustain", "other_funding"})
