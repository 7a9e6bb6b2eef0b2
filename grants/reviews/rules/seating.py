"""Who may have a seat on a project, and who of those seated may act."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.kernel.given import chosen, whole
from grants.people.models import User
from grants.reviews import queries
from grants.reviews.conflicts import conflicts
from workflow.phrases import listed
from workflow.ports import Given
from workflow.refusals import Refusal
from workflow.rules import Ask, rule


def _unfit(project: Project, value: Any, at: str) -> Refusal | None:
    """Why the person chosen cannot have a seat on this project: the first reason found."""
    person = queries.available_reviewers(project).filter(pk=whole({at: value}, at) or 0).first()
    if person is None:
        return Refusal("not_a_reviewer", gettext("所选人员不是本轮的评审专家，请重新选择。"), at=at)
    if project.assignments.filter(reviewer=person.pk).exists():
        facts = {"name": person.name}
        return Refusal("seated_before", gettext("%(name)s已在或曾在本项目的评审席位上，请另选一位。") % facts, at=at)
    return recusal(project, [person], at)


def recusal(project: Project, people: list[User], at: str = "") -> Refusal | None:
    """The first of these people who has a conflict with the project, with every reason."""
    against = conflicts(project, people)
    person = next((one for one in people if one.pk in against), None)
    if person is None:
        return None
    facts = {"name": person.name, "reasons": listed([one.words for one in against[person.pk]])}
    return Refusal("conflict", gettext("%(name)s须回避：%(reasons)s。请换一位专家。") % facts, at=at)


def _candidates(project: Any, _actor: Any) -> list[tuple[str, str]]:
    people = queries.available_reviewers(project).exclude(assignments__project=project.pk)
    against = conflicts(project, people)
    return [(str(person.pk), person.name) for person in people if person.pk not in against]


@rule(asks=(Ask("reviewers", _("评审专家"), "choices", choices=_candidates),))
def reviewers_named(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """Reviewers without a conflict are named, and with them the project has enough seats."""
    named = chosen(given, "reviewers")
    if not named:
        return Refusal("no_reviewers", gettext("请选择评审专家。"), at="reviewers")
    if unfit := next((why for who in named if (why := _unfit(project, who, "reviewers"))), None):
        return unfit
    short = queries.rubric_of(project).method.min_reviewers - len(queries.seats(project)) - len(named)
    return too_few(short, "reviewers") if short > 0 else None


def too_few(short: int, at: str = "") -> Refusal:
    """So many reviewers are missing."""
    return Refusal("too_few_reviewers", gettext("评审专家还差%(n)s位。") % {"n": short}, at=at)


def _seated(project: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(str(seat.reviewer_id), seat.reviewer.name) for seat in queries.seats(project)]


@rule(
    asks=(
        Ask("leaving", _("换下的专家"), "choice", choices=_seated),
        Ask("reviewer", _("接替的专家"), "choice", choices=_candidates),
    )
)
def replacement_named(project: Project, actor: Any, given: Given) -> Refusal | None:
    """A standing seat is given up and a reviewer without a conflict takes it."""
    leaving = whole(given, "leaving")
    if leaving is None or str(leaving) not in dict(_seated(project, actor)):
        return Refusal("nobody_leaves", gettext("请选择要换下的专家。"), at="leaving")
    return _unfit(project, given.get("reviewer"), "reviewer")


@rule
def assigned_to_me(project: Project, actor: Any) -> Refusal | None:
    """Only a reviewer who has a seat on this project acts in the review."""
    if queries.seat_of(project, actor):
        return None
    return Refusal("no_seat", gettext("这个项目没有分配给您评审。"))


@rule
def conflict_declared(project: Project, actor: Any) -> Refusal | None:
    """A reviewer declares to have no conflict of interest before scoring."""
    seat = queries.seat_of(project, actor)
    if seat is None or seat.declared_at:
        return None
    return Refusal("not_declared", gettext("请先声明与本项目没有利益冲突，再评分；有冲突的请选择回避。"))


@rule
def no_conflict_of_mine(project: Project, actor: Any, given: Given) -> Refusal | None:
    """Nothing has become known against the reviewer that would keep them from this project.

    Asked of whoever hands something in; a page that only shows the form has not been told anything yet.
    """
    return recusal(project, [actor]) if given else None
