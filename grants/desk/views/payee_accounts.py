"""The payee's account: typed twice beside the photo of its proof, and verified beside the same photo."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from grants.desk.forms.asks import AskForm
from grants.desk.queries.records import find
from grants.desk.views.deeds import Doing
from grants.desk.views.looking import looked_at
from grants.desk.views.uploads import received
from grants.funds.queries import payee_account, replaced_account
from grants.funds.rules.accounts import PROOF, payee_name
from grants.kernel.masking import mask_account
from storage.copies import DRAWN
from storage.enums import Purpose
from storage.kinds import PDF, PHOTOS
from storage.links import page_address
from storage.models import Document
from storage.queries import attachments_of
from workflow.actions import Standing
from workflow.lifecycle import Role
from workflow.ports import domain

ACCOUNTANTS = frozenset({Role.PAYEE_OFFICER, Role.FINANCE_OFFICER})


class Filing(Doing):
    """The form in which the account is typed; its photo may be brought first, to be looked at while typing."""

    @property
    def looking(self) -> bool:
        """Whether the person has brought the photo and not yet sent the account."""
        return self.sent and "look" in self.request.POST

    def look(self) -> None:
        """The photo is kept and stands beside the form, with everything typed still in it."""
        documents, problems = received(self.request, [PROOF.name])
        if problems or not documents:
            options: dict[str, Any] = {"data": self.request.POST, "documents": documents, "problems": problems}
        else:
            typed = {ask.name: self.request.POST.get(ask.name, "") for ask in self.asks if ask.kind != "document"}
            options = {"initial": typed, "documents": documents}
        self._form = self.form_class(self.asks, record=self.record, actor=self.request.user, **options)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def payee_account_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The account that was filed last with its proof; the payee types one, finance verifies it."""
    project = find("project", pk, request.user)
    if project is None or not domain().roles(request.user, project) & ACCOUNTANTS:
        raise Http404
    known = Standing(project, request.user)
    filing = Filing(request, project, "file_payee_account", known=known, initial={"holder": payee_name(project)})
    verifying = Doing(request, project, "verify_payee_account", known=known)
    if filing.looking and filing.mine:
        filing.look()
    else:
        for doing in (filing, verifying):
            if answer := doing.answer(lambda: reverse("payee_account", args=[pk])):
                return answer
    trouble = filing.trouble or verifying.trouble
    context = {
        "project": project,
        "filing": filing,
        "verifying": verifying,
        "brought": _picture(filing.form),
        **_filed(project, verifies=verifying.mine),
        "trouble": trouble,
        "lost": filing.lost or verifying.lost,
        "sides": filing.sides,
    }
    return render(request, "grants/desk/payee_account.html", context, status=trouble.status if trouble else 200)


def _picture(form: AskForm | None) -> str:
    """The address of the photo that was brought with the form; empty without one, or where nothing is drawn."""
    kept: Document | None = form.documents.get(PROOF.name) if form else None
    if kept is None or kept.media_type not in DRAWN[Purpose.THUMBNAIL]:
        return ""
    return f"{reverse('own_picture', args=[kept.pk])}?large"


def _filed(project: Any, *, verifies: bool) -> dict[str, Any]:
    """The account that counts now, the verified one that it would replace, and the paper that proves it.

    Who verifies reads the whole number; others see its end.
    """
    account = payee_account(project)
    before = replaced_account(project)
    if account is None:
        return {"account": None}
    papers = attachments_of(project, PROOF.name, current=False).filter(document=account.proof_id)
    paper = papers.first() if account.proof_id else None
    drawn = paper is not None and paper.document.media_type in PHOTOS | {PDF}
    return {
        "account": account,
        "number": account.account_no if verifies else mask_account(account.account_no),
        "replaces": before if before and before.pk != account.pk else None,
        "paper": paper,
        "picture": page_address(paper, 1) if paper and drawn else "",
    }
