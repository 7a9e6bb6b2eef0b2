"""The papers of a finished project as the archive keeps them: until when, what holds them, which are due to go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from grants.applications.models import Project
from grants.programmes.queries import rules_of
from grants.programmes.retention import last_day, term_of
from storage.models import Attachment, Document
from storage.queries import place
from storage.retention import due, keep_until
from workflow import clock
from workflow.actions import command
from workflow.lifecycle import PROJECT_FINAL, ProjectState
from workflow.models import Proposal
from workflow.trail import steps_of

AT_ONCE = 50


def papers(project: Project) -> QuerySet[Attachment]:
    """Every paper of the project and of the records beside it, earlier editions too."""
    beside = (project.payments, project.checks, project.changes, project.objections)
    wanted = _of(Project, [project.pk])
    for kind in beside:
        wanted |= _of(kind.model, kind.values_list("pk", flat=True))
    return Attachment.objects.filter(wanted).select_related("document")


def _of(model: type[Model], numbers: Any) -> Q:
    return Q(content_type=ContentType.objects.get_for_model(model), object_id__in=numbers)


def documents_kept(project: Project) -> QuerySet[Document]:
    """The documents of those papers, each once."""
    return Document.objects.filter(pk__in=papers(project).values("document"))


def papers_due(project: Project, at: dt.datetime | None = None) -> QuerySet[Document]:
    """Those whose time is over now, or was at that moment, that nothing holds, and that are still there."""
    return due(documents_kept(project), now=at or clock.now()).order_by("pk")


def agreed_on(project: Project, confirmed_by: int) -> QuerySet[Document]:
    """Those of them that lay before both people: due when that person's last word was asked for, whatever came since.

    Raises LookupError where nothing was put before that person.
    """
    asked = Proposal.objects.filter(**place(project), move="destroy_papers", endorsements__person=confirmed_by)
    last = asked.order_by("pk").last()
    if last is None:
        raise LookupError(confirmed_by)
    return papers_due(project, last.at)


def set_terms(project: Project, *, ended: dt.datetime) -> int:
    """Each paper is kept from now on for as long as its class says; saying it again changes nothing. -> how many."""
    retention = rules_of(project.round).retention
    funded = str(project.state) == ProjectState.ARCHIVED

    def terms() -> Iterator[tuple[Document, Any, dt.date]]:
        for paper in papers(project):
            term = term_of(paper.slot, funded=funded)
            yield paper.document, term, last_day(term, retention, ended=ended)

    return keep_until(project, terms(), now=clock.now())


@command
def keep_finished(*, actor: Any) -> int:
    """Finished projects whose papers have no term yet are given one, some at a time. -> how many projects."""
    mine = Attachment.objects.filter(_of(Project, [OuterRef("pk")]), document__keepings__isnull=True)
    found = Project.objects.filter(Exists(mine), state__in=PROJECT_FINAL, round__configuration__isnull=False)
    projects = list(found.select_related("round__configuration").order_by("pk")[:AT_ONCE])
    for project in projects:
        came = steps_of(project).filter(target=project.state).exclude(source=project.state).last()
        set_terms(project, ended=came.at if came else clock.now())
    return len(projects)
