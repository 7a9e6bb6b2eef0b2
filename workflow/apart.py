"""Different people, by constraint: whoever acted, and whoever they stood in for, count as one hand."""

from __future__ import annotations

from django.db.models import CheckConstraint, F, Q

Hand = tuple[str, str]
"""The column of a person and the one of whom they stood in for."""


def hand(column: str) -> Hand:
    """The two columns of one hand: `maker` and `maker_behalf`, `filed_by` and `filed_behalf`."""
    return column, f"{column.removesuffix('_by')}_behalf"


def apart(name: str, first: Hand, second: Hand) -> CheckConstraint:
    """The two hands have no person in common, whichever of them acted for the other."""
    condition = Q()
    for one in first:
        for other in second:
            condition &= ~Q(**{one: F(other)})
    return CheckConstraint(condition=condition, name=name)


def really(name: str, column: Hand) -> CheckConstraint:
    """Nobody stands in for oneself, and nobody for a person where no one acts."""
    person, behalf = column
    stands = Q(**{f"{person}__isnull": False}) & ~Q(**{behalf: F(person)})
    return CheckConstraint(condition=Q(**{f"{behalf}__isnull": True}) | stands, name=name)
