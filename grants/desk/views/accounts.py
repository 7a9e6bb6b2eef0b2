"""Final accounts: the statement that foots, what is left over, the sealed file and the certificate."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from grants.awards.queries import agreement_of
from grants.closeout.queries import grade_of
from grants.desk.domain import readable
from grants.desk.queries.accounts import accounts_filed, story_of_surplus, surplus_by_source
from grants.desk.queries.archive import faults_in_file, file_of
from grants.desk.queries.records import find
from grants.desk.tables.accounts import bars, cuts, left_over, returns, told
from grants.desk.tables.archive import by_stage, steps_by_stage
from grants.desk.tables.batches import in_capitals
from grants.desk.tables.money import six_lines
from grants.desk.tables.offers import pending
from grants.desk.views.deeds import Doing
from grants.desk.views.looking import looked_at
from grants.desk.views.money import granted
from grants.desk.views.packages import build_of, may_keep
from grants.funds.queries import COUNTED, booked, standing, sums_of, tranches_of
from grants.funds.queries import unfooted as misfits
from grants.settlement.archive import missing_papers, open_matter
from grants.settlement.queries import outstanding_fen, statement
from grants.settlement.statement import unfooted
from workflow.actions import Standing
from workflow.lifecycle import ProjectState as S
from workflow.ports import domain

OF_ACCOUNTS = (
    "submit_final_accounts",
    "liquidate",
    "confirm_accounts",
    "return_accounts",
    "return_liquidation",
    "reopen_accounts",
)
OF_SURPLUS = ("ask_refund", "match_refund", "refund_received", "write_off", "keep_surplus", "release_undrawn", "close")
"""What is done with the statement, and what is done with what is left over, in the order of the way."""
COLUMNS = ("approved_fen", "adjusted_fen", "total_fen", "spent_fen", "own_fen", "left_fen")


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement as the books have it now with its identities, who filed and confirmed it, what is left over."""
    project = granted(request, pk)
    known = Standing(project, request.user)
    doings = [Doing(request, project, name, known=known) for name in (*OF_ACCOUNTS, *OF_SURPLUS)]
    mine = [doing for doing in doings if doing.mine]
    for doing in doings:
        if answer := doing.answer(lambda: reverse("project_accounts", args=[pk])):
            return answer
    trouble = next((doing.trouble for doing in doings if doing.trouble), None)
    roles = domain().roles(request.user, project)
    context = {
        **_statement(project),
        "doings": mine,
        "pending": pending(project, known.proposals, request.user, roles),
        "events": told(story_of_surplus(project)),
        "outstanding": outstanding_fen(project),
        "trouble": trouble,
        "form": next((doing.form for doing in mine if doing.trouble), None),
        "lost": next((doing.lost for doing in doings if doing.lost), None),
        "sides": [side for doing in mine for side in doing.sides],
    }
    return render(request, "grants/desk/project_accounts.html", context, status=trouble.status if trouble else 200)


def _statement(project: Any) -> dict[str, Any]:
    """The figures, and every place where they do not foot, in words."""
    agreement, drawn, story = agreement_of(project), statement(project), standing(project)
    counted = {name: getattr(project, name) for name in COUNTED}
    granted_fen = agreement.amount_fen if agreement else 0
    faults = [
        *unfooted(drawn, booked(project), granted_fen),
        *misfits(story, counted, sums_of(tranches_of(project))),
    ]
    return {
        "project": project,
        "bars": bars(project, drawn),
        "sums": {name: drawn.sum_of(name) for name in COLUMNS},
        "drawn": drawn,
        "cuts": cuts(project, drawn),
        "cut_fen": sum(item.claimed_fen - (item.accepted_fen or 0) for item in drawn.cuts),
        "money": six_lines(story),
        "story": story,
        "due_capitals": in_capitals(abs(story.due)),
        "left_over": left_over(story),
        "returns": returns(surplus_by_source(project, max(story.held, 0) + story.returned)),
        "faults": faults,
        "filed": accounts_filed(project),
    }


@require_safe
@looked_at
def accounts_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement on A4."""
    project = granted(request, pk)
    return render(request, "grants/desk/accounts_sheet.html", _statement(project))


def _readable(papers: list[tuple[Any, Any]], project: Any, actor: Any) -> list[tuple[Any, Any]]:
    """Those papers of the file that the person may open."""
    kept = {one.pk for one in readable([paper for _, paper in papers], project, domain().roles(actor, project), actor)}
    return [(record, paper) for record, paper in papers if paper.pk in kept]


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a project by stage with digests, what it lacks, whether its chains hold, and sealing it."""
    project = granted(request, pk)
    doing = Doing(request, project, "archive")
    if answer := doing.answer(lambda: reverse("project_archive", args=[pk])):
        return answer
    file = file_of(project)
    context = {
        "project": project,
        "file": file,
        "papers": by_stage(project, _readable(file.papers, project, request.user)),
        "stages": steps_by_stage(file.steps),
        "faults": faults_in_file(file),
        "lacking": [str(ask.label) for ask in missing_papers(project)],
        "open_matter": open_matter(project),
        "doing": doing,
        "trouble": doing.trouble,
        "lost": doing.lost,
        "sides": doing.sides,
        "closed": str(project.state) in {S.CLOSED, S.ARCHIVED},
        "keeps": project.state == S.ARCHIVED and may_keep(project, request.user),
        "build": build_of(project),
    }
    return render(
        request, "grants/desk/project_archive.html", context, status=doing.trouble.status if doing.trouble else 200
    )


@require_safe
@looked_at
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate that a project is closed, on A4; there is none before."""
    project = find("project", pk, request.user)
    if project is None or str(project.state) not in {S.CLOSED, S.ARCHIVED}:
        raise Http404
    file = file_of(project)
    story = standing(project)
    context = {
        "project": project,
        "story": story,
        "spent_capitals": in_capitals(story.spent),
        "acceptance": file.acceptance,
        "grade": grade_of(file.acceptance) if file.acceptance else "",
        "closed": next((step for step in reversed(file.steps) if step.move == "close"), None),
        "package": file.package,
    }
    return render(request, "grants/desk/certificate.html", context)
