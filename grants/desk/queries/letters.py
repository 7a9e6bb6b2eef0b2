"""Letters to teams that were not funded: of a round, of a project, and where the team may apply again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from grants.applications.models import Project
from grants.awards.letters import SENT_IN, is_public, letter_of, letters_of, suggestions
from grants.awards.models import RefusalLetter
from grants.desk.queries.beginnings import open_rounds
from grants.desk.queries.records import visible
from grants.people.queries import TEAM_ROLES
from grants.programmes.models import Round
from workflow.lifecycle import ProjectState, Role
from workflow.ports import domain

READERS = frozenset({Role.PROGRAMME_OFFICER, Role.BUSINESS_LEAD, Role.LEADERSHIP, Role.AUDITOR, *TEAM_ROLES})
"""Roles over the project that read its letter: the team once it is sent, those who answer for it before."""
WRITING = READERS - TEAM_ROLES


@dataclass(frozen=True)
class Prepared:
    """A project that was not funded, with its letter or what one would say."""

    project: Project
    letter: RefusalLetter | None
    words: dict[str, str]


def declined(round_: Round, actor: Any) -> QuerySet[Project]:
    """Every project of the round that was not funded, by number."""
    found: QuerySet[Project] = visible("project", actor).filter(round=round_.pk, state=ProjectState.DECLINED)
    return found.select_related(None).select_related("team").defer("form").order_by("number")


def unsent(found: QuerySet[Project]) -> int:
    """To how many of these no letter has gone."""
    sent = RefusalLetter.objects.filter(sent_at__isnull=False).values("project")
    return found.exclude(pk__in=sent).count()


def prepared(round_: Round, projects: Sequence[Project]) -> list[Prepared]:
    """These projects of the round, each with its letter as it stands or is suggested."""
    for one in projects:
        one.round = round_  # one for all of them: it holds the rules
    known = letters_of(one.pk for one in projects)
    told = suggestions(round_, [one.pk for one in projects if one.pk not in known])
    return [Prepared(one, known.get(one.pk), _words(known.get(one.pk), told.get(one.pk))) for one in projects]


def _words(letter: RefusalLetter | None, suggested: dict[str, str] | None) -> dict[str, str]:
    if letter is None:
        return suggested or {}
    return {"strongest": letter.strongest, "weakest": letter.weakest, "advice": letter.advice}


def letter_for(project: Project, actor: Any) -> Prepared | None:
    """The letter as this person may see it: those who answer for it always, the team once its refusal is public.

    A team finds a page before the letter is sent, which says so, but none before its refusal is public.
    """
    roles = domain().roles(actor, project)
    if project.state != ProjectState.DECLINED or not roles & READERS:
        return None
    letter = letter_of(project)
    if roles & WRITING and not roles & TEAM_ROLES:
        told = {} if letter else suggestions(project.round, [project.pk])[project.pk]
        return Prepared(project, letter, _words(letter, told))
    if not is_public(project):
        return None
    sent = letter if letter and letter.sent_at else None
    return Prepared(project, sent, _words(sent, None))


def announced(round_: Round) -> bool:
    """Whether teams know what was decided."""
    return round_.state in SENT_IN


def next_round(project: Project, actor: Any) -> tuple[Round, Project | None] | None:
    """The open round in which the team may apply again, with its application there if there is one."""
    found = [one for one in open_rounds(actor) if one.pk != project.round_id]
    if not found:
        return None
    there = Project.objects.filter(round__in=found, team=project.team_id).exclude(state=ProjectState.WITHDRAWN)
    return found[0], there.filter(round=found[0].pk).order_by("pk").first()
