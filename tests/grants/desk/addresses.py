"""Every page that the demonstration has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse

from grants.applications.form_definition import made
from grants.applications.models import Project
from grants.applications.queries import HANDING_IN
from grants.awards.models import RefusalLetter
from grants.desk.models import Bulk, MatchRun
from grants.desk.queries.proposals import documents_by_id
from grants.desk.queries.records import MODELS
from grants.desk.setup.sections import BY_CODE
from grants.funds.enums import AccountKind
from grants.funds.models import Account, BatchFile, Entry, Payment
from grants.implementation.enums import ChangeKind
from grants.people.enums import Level
from grants.people.models import Handover, Lending, Organisation, RoleGrant, Team, User
from grants.programmes.models import Round
from grants.programmes.profile.forms import shipped_form
from grants.programmes.secrecy import secrecy_of
from grants.reviews.assigning.models import Expert, ReviewInvitation
from grants.reviews.assigning.pool import reviewers_of
from grants.reviews.assigning.solver import Problem
from grants.reviews.covering.queries import hidden_slots
from grants.reviews.opinions.models import OpinionRequest
from grants.reviews.signing.models import SignedSheet
from storage.models import Attachment
from storage.queries import attachments_of
from workflow.lifecycle import Role
from workflow.models import Proposal
from workflow.trail import steps_of

DOCUMENT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OF_PROJECT = (
    "project_text",
    "project_form",
    "project_budget",
    "budget_sheet",
    "project_files",
    "project_check",
    "project_copy",
    "project_sharing",
    "project_comments",
    "project_reader",
    "project_similar",
    "project_versions",
    "scoring",
    "score_history",
    "project_report",
    "new_objection",
    "project_papers",
)
SLOTS = ("qualification", "insurance", "evidence", "audit_report")
PARTS = tuple(screen.code for screen in made(shipped_form("short")).screens if screen.code not in {"budget", "files"})
OF_AGREEMENT = ("activities", "agreement", "payee_account", "final_budget", "agreement_print")
OWN_PAGE = {"payment": "payment_letter", "check": "check_page", "change_request": "rewrite_change"}
OF_MONEY: tuple[str, ...] = ("project_money", "new_voucher", "project_acceptance", "project_accounts", "accounts_sheet")
OF_MONEY += ("project_archive", "certificate")
OWN = (
    "invitations",
    "own_tie",
    "lendings",
    "new_lending",
    "account",
    "own_password",
    "own_contacts",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
    "invite",
    "register_team",
    "register_organisation",
    "teams_alike",
    "sanctions",
    "import_teams",
    "import_organisations",
    "exports",
    "terms",
)


@dataclass(frozen=True)
class Address:
    """A page: its name among the addresses, what tells it from others of that name, where it is, the record."""

    name: str
    about: str
    url: str
    state: str = ""
    project: int = 0

    @property
    def sort(self) -> tuple[str, ...]:
        """Pages alike: what is shown of a record depends on its state, the form of a deed hardly."""
        return (self.name, self.about, "" if self.name == "move" else self.state)

    @property
    def kind(self) -> tuple[str, str]:
        """Pages of one making, whatever record they show."""
        return (self.name, self.about.partition(" ")[0] if self.name in {"move", "record"} else "")


def addresses() -> Iterator[Address]:
    """Every page that the demonstration has, whoever may open it."""
    for name in (
        "home",
        "projects",
        "notices",
        "mail_wishes",
        "mail_undelivered",
        "rounds",
        "calendar_load",
        "payments",
        "bank_templates",
        "finance",
        "sources",
        "books",
        "book_accounts",
        "audit",
        "audit_sample",
        "new_project",
        "new_round",
        "reviews",
    ):
        yield Address(name, "", reverse(name))
    for year in (2026, 2028):
        yield Address("calendar_year", str(year), reverse("calendar_year", args=[year]))
    for name in OWN:
        yield Address(name, "", reverse(name))
    for slip in Lending.objects.order_by("pk"):
        yield Address("lending_paper", "", reverse("lending_paper", args=[slip.pk]))
    for person in User.objects.filter(username__in=("chen", "zhou", "wu", "guan")).order_by("pk"):
        yield Address("reset_access", person.username, reverse("reset_access", args=[person.pk]))
    yield Address("projects", "filtered", reverse("projects") + "?q=a&stage=review")
    yield Address("projects", "more filters", reverse("projects") + "?due=soon&mine=1&sort=-due&city=direct")
    yield Address("bulk", "choosing", reverse("bulk") + "?all=1")
    yield Address("bulk", "one deed", reverse("bulk") + "?all=1&move=send_reminder")
    for run in Bulk.objects.order_by("pk"):
        yield Address("bulk_run", "", reverse("bulk_run", args=[run.pk]))
    yield from of_bank()
    yield from of_books()
    yield from of_people()
    yield from of_papers()
    yield from of_pool()
    for machine, model in MODELS.items():
        for record in model._base_manager.order_by("pk"):
            project = record.pk if isinstance(record, Project) else getattr(record, "project_id", 0)
            yield from (replace(page, project=project) for page in of_record(machine, record))
    for proposal in Proposal.objects.order_by("pk"):
        about, move = f"{proposal.machine} {proposal.move}", (proposal.machine, proposal.object_id, proposal.move)
        yield Address("proposal", about, reverse("proposal", args=[proposal.pk]))
        yield Address("move", f"{about}, proposed", reverse("move", args=move) + f"?proposal={proposal.pk}")


def of_bank() -> Iterator[Address]:
    """What was confirmed at one press, and templates of both sorts."""
    for press in MatchRun.objects.order_by("pk"):
        yield Address("bank_run", "", reverse("bank_run", args=[press.pk]))
    for code in ("pair", "statement"):
        yield Address("bank_template", code, reverse("bank_template", args=[code]))


def of_books() -> Iterator[Address]:
    """The books: of one round, an account of each kind, entries with and without a reversal."""
    for round_ in Round.objects.order_by("pk"):
        yield Address("books", "one round", f"{reverse('books')}?round={round_.pk}")
    for kind in AccountKind:
        yield Address("book_accounts", "of a kind", f"{reverse('book_accounts')}?kind={kind}")
        if account := Account.objects.filter(kind=kind).order_by("pk").first():
            yield Address("book_account", kind.value, reverse("book_account", args=[account.pk]))
    for entry in Entry.objects.order_by("pk"):
        about = "reversal" if entry.reverses_id else "with paper" if entry.document_id else ""
        yield Address("book_entry", about, reverse("book_entry", args=[entry.pk]))


def of_papers() -> Iterator[Address]:
    """A paper of each sort, in each kind of record."""
    for paper in Attachment.objects.select_related("document").order_by("attached_at", "pk"):
        about = f"{paper.content_type.model} {secrecy_of(paper.slot)} {paper.document.media_type}"
        yield Address("document", about, reverse("document", args=[paper.pk]))


def no_pages() -> Iterator[Address]:
    """What is opened by its address and is no page of its own: files, a piece of a form, buttons."""
    for name in ("calendar", "notices_all_read", "leave_elsewhere"):
        yield Address(name, "", reverse(name))
    for kind in ("csv", "xlsx"):
        yield Address("projects_export", kind, reverse("projects_export", args=[kind]) + "?stage=review")
    for name in ("import_teams_file", "import_organisations_file"):
        yield Address(name, "", reverse(name))
    yield Address("terms_sheet", "", reverse("terms_sheet") + "?all=1")
    yield Address("mail_again", "", reverse("mail_again", args=[1]))
    yield from files_of_rounds()
    for project in Project.objects.order_by("pk"):
        url = reverse("voucher_known", args=[project.pk])
        yield Address("voucher_known", "", url, str(project.state), project.pk)
        url = reverse("budget_file", args=[project.pk])
        yield Address("budget_file", "", url, str(project.state), project.pk)
        url = reverse("slot_room", args=[project.pk, "insurance"])
        yield Address("slot_room", "", url, str(project.state), project.pk)
        for paper in attachments_of(project).order_by("attached_at", "pk")[:1]:
            yield Address("sheet", "", reverse("sheet", args=[paper.pk, 1]), str(project.state), project.pk)
            url = reverse("own_picture", args=[paper.document_id])
            yield Address("own_picture", "", url, str(project.state), project.pk)
    for proposal in Proposal.objects.order_by("pk"):
        for document in documents_by_id(DOCUMENT.findall(proposal.given)):
            yield Address("proposed_document", "", reverse("proposed_document", args=[proposal.pk, document]))


def files_of_rounds() -> Iterator[Address]:
    """What is taken out of a round or of its books as a file."""
    for file in BatchFile.objects.order_by("pk"):
        yield Address("batch_file", "", reverse("batch_file", args=[file.batch_id, file.position]))
    for round_ in Round.objects.order_by("pk"):
        for name in ("score_file", "score_word"):
            yield Address(name, "", reverse(name, args=[round_.pk]), str(round_.state))
    first = Round.objects.earliest("pk").pk
    for what, kind in (("trial", "csv"), ("journal", "csv"), ("vouchers", "xlsx"), ("books", "beancount")):
        url = reverse("books_export", args=[what, kind])
        yield Address("books_export", what, f"{url}?round={first}&month=2026-03")
    yield Address("cash_plan", "", reverse("cash_plan", args=["csv"]))
    yield Address("audit_duties", "", reverse("audit_duties", args=["csv"]))
    for payment in Payment.objects.order_by("pk")[:1]:
        yield Address("audit_evidence", "", reverse("audit_evidence", args=[payment.pk]))
    yield Address("audit_sample_evidence", "", reverse("audit_sample_evidence"))


def of_people() -> Iterator[Address]:
    """Organisations, people, teams and roles: one of each sort."""
    for name in ("organisations", "people", "roles", "search"):
        yield Address(name, "", reverse(name))
    for name, query in (("organisations", "上城"), ("people", "林"), ("search", "救护")):
        yield Address(name, "found", f"{reverse(name)}?q={query}")
    for role in Role:
        yield Address("roles", role.value, f"{reverse('roles')}?role={role.value}")
    for level in Level:
        if place := Organisation.objects.filter(level=level).order_by("pk").first():
            yield Address("organisation", level.value, reverse("organisation", args=[place.pk]))
            for name in ("merge_organisation", "rename_organisation", "dissolve_organisation", "add_townships"):
                yield Address(name, level.value, reverse(name, args=[place.pk]))
    for grant in RoleGrant.objects.order_by("pk"):
        yield Address("person", grant.role, reverse("person", args=[grant.person_id]))
        yield Address("grant_role", grant.role, reverse("grant_role", args=[grant.person_id]))
        yield Address("end_role", grant.role, reverse("end_role", args=[grant.pk]))
    for team in Team.objects.order_by("pk"):
        yield Address("team", team.legal_form, reverse("team", args=[team.pk]))
        yield Address("handover", team.legal_form, reverse("handover", args=[team.pk]))
        for other in Team.objects.filter(guided_by=team.guided_by_id, pk__gt=team.pk)[:1]:
            yield Address("merge_teams", team.legal_form, reverse("merge_teams", args=[team.pk, other.pk]))
        yield Address("write_for_team", team.legal_form, reverse("write_for_team", args=[team.pk]))
        yield Address("correct_team", team.legal_form, reverse("correct_team", args=[team.pk]))
        yield Address("confirm_team_proof", team.legal_form, reverse("confirm_team_proof", args=[team.pk]))
        yield Address("team_ties", team.legal_form, reverse("team_ties", args=[team.pk]))
    yield from of_register()


def of_pool() -> Iterator[Address]:
    """What the pool knows of each reviewer, and what was asked of them."""
    for one in Expert.objects.order_by("pk"):
        yield Address("expert", one.kind, reverse("expert", args=[one.person_id]))
    for name in ("reviewers", "foretelling", "opinions"):
        yield Address(name, "", reverse(name))
    for one in Expert.objects.order_by("pk"):
        yield Address("reviewer", one.kind, reverse("reviewer", args=[one.person_id]))
    for request in OpinionRequest.objects.order_by("pk"):
        yield Address("opinion", "", reverse("opinion", args=[request.pk]))
    for letter in RefusalLetter.objects.order_by("pk"):
        for name in ("refusal_letter", "refusal_letter_print"):
            yield Address(name, "", reverse(name, args=[letter.project_id]))
    for asked in ReviewInvitation.objects.order_by("pk"):
        yield Address("invitation", "", reverse("invitation", args=[asked.pk]))


def of_register() -> Iterator[Address]:
    """Accounts to close or open again, teams on their way."""
    for person in User.objects.order_by("pk"):
        name = "close_account" if person.is_active else "reopen_account"
        yield Address(name, "", reverse(name, args=[person.pk]))
    for asked in Handover.objects.order_by("pk"):
        yield Address("handover_answer", asked.answer, reverse("handover_answer", args=[asked.pk]))


def of_record(machine: str, record: Any) -> Iterator[Address]:
    """The pages of one record in the state it is in."""
    state = str(record.state)
    page = machine if machine in {"project", "round"} else "record"
    place = [record.pk] if page == machine else [machine, record.pk]
    yield Address(page, machine, reverse(page, args=place), state)
    for deed in record.machine().by_state[state]:
        url = reverse("move", args=[machine, record.pk, deed.name])
        yield Address("move", f"{machine} {deed.name}", url, state)
    if isinstance(record, Round):
        yield from of_lists(record, state)
        yield from of_setup(record, state)
        board = reverse("round_board", args=[record.pk])
        yield Address("round_board", "", board, state)
        yield Address("round_board", "one city", f"{board}?city={_a_prefecture()}&show=granted", state)
    if machine in OWN_PAGE:
        yield Address(OWN_PAGE[machine], "", reverse(OWN_PAGE[machine], args=[record.pk]), state)
    if isinstance(record, Project):
        yield from of_project(record, state)


def of_setup(round_: Round, state: str) -> Iterator[Address]:
    """The pages on which a round is set up."""
    for name in ("round_setup", "round_questions", "round_versions", "round_preview", "round_rehearsal", "round_call"):
        yield Address(name, "", reverse(name, args=[round_.pk]), state)
    for about in ("name=need", "page=served"):
        yield Address("round_question", about, f"{reverse('round_question', args=[round_.pk])}?{about}", state)
    yield Address("round_question_page", "", reverse("round_question_page", args=[round_.pk]), state)
    for part in BY_CODE:
        yield Address("setup_part", part, reverse("setup_part", args=[round_.pk, part]), state)


def of_project(project: Project, state: str) -> Iterator[Address]:
    """The pages of one project beside its own."""
    for name in (*OF_PROJECT, *OF_MONEY, *OF_AGREEMENT):
        yield Address(name, "", reverse(name, args=[project.pk]), state)
    for part in PARTS:
        yield Address("project_part", part, reverse("project_part", args=[project.pk, part]), state)
    for slot in SLOTS:
        for name in ("project_slot", "project_photos"):
            yield Address(name, slot, reverse(name, args=[project.pk, slot]), state)
    for paper in attachments_of(project).order_by("attached_at", "pk")[:2]:
        yield Address("ask_retake", paper.slot, reverse("ask_retake", args=[paper.pk]), state)
        for wish in paper.retakes.order_by("pk"):
            yield Address("retake", "open", reverse("retake", args=[wish.pk]), state)
    for step in steps_of(project).filter(move__in=HANDING_IN):
        yield Address("project_receipt", "", reverse("project_receipt", args=[project.pk, step.seq]), state)
    for paper in attachments_of(project).filter(slot__in=hidden_slots(project.round)).order_by("pk"):
        yield Address("cover", "", reverse("cover", args=[paper.pk]), state)
    yield from of_vouchers(project, state)
    for kind in ("", *ChangeKind.values):
        yield Address("new_change", kind, reverse("new_change", args=[project.pk]) + f"?kind={kind}")


def of_vouchers(project: Project, state: str) -> Iterator[Address]:
    """The vouchers of a project."""
    for number in project.vouchers.filter(withdrawn_at__isnull=True).values_list("number", flat=True):
        yield Address("voucher", "", reverse("voucher", args=[project.pk, number]), state)


def of_lists(round_: Round, state: str) -> Iterator[Address]:
    """The lists of a round and its money: recommending, checking, payments, batches, decisions of meetings."""
    for name in (
        "round_payments",
        "round_money",
        "round_bank",
        "bank_queue",
        "decision_table",
        "publicity",
        "agreements",
        "may_apply",
        "recommending",
        "recommending_compare",
        "eligibility",
        "score_sheet",
        "sample",
        "round_sample",
        "signed_scores",
        "signed_print",
        "round_signed",
        "round_covers",
        "round_checks",
        "round_assigning",
        "reviewer_pool",
        "may_review",
        "round_results",
        "what_if",
        "round_opinions",
        "refusal_letters",
        "round_panels",
    ):
        yield Address(name, "", reverse(name, args=[round_.pk]), state)
    for sheet in SignedSheet.objects.filter(round=round_.pk).order_by("pk"):
        yield Address("signed_check", "", reverse("signed_check", args=[sheet.pk]), state)
    for person in reviewers_of(round_.pk)[:1]:
        yield Address("review_pass", "", reverse("review_pass", args=[round_.pk, person.pk]), state)
    for run in round_.assignment_runs.order_by("pk"):
        for want in Problem.parse(run.problem).wants[:2]:
            place = [round_.pk, run.pk, want.project]
            yield Address("assigning_project", "", reverse("assigning_project", args=place), state)
            query = f"?project={want.project}"
            yield Address("may_review", "one project", reverse("may_review", args=[round_.pk]) + query, state)
    for paper in round_.decision_papers.order_by("pk"):
        yield Address("decision_paper", "", reverse("decision_paper", args=[round_.pk, paper.number]), state)
    yield from of_panels(round_, state)
    for meeting in round_.meetings.order_by("pk"):
        yield Address("meeting_decisions", "", reverse("meeting_decisions", args=[round_.pk, meeting.pk]), state)
    for batch in round_.batches.order_by("pk"):
        about = "returned" if batch.returned_at else "frozen" if batch.frozen_at else "open"
        for name in ("batch", "batch_sheet", "batch_letters"):
            yield Address(name, about, reverse(name, args=[batch.pk]), state)


def of_panels(round_: Round, state: str) -> Iterator[Address]:
    """The panels of a round, with what is on their agenda."""
    for session in round_.panels.order_by("pk"):
        for name in ("panel", "panel_mine", "panel_screen", "panel_minutes"):
            yield Address(name, "", reverse(name, args=[round_.pk, session.number]), state)
        for item in session.items.order_by("pk")[:2]:
            for name in ("panel_item", "panel_names"):
                yield Address(name, "", reverse(name, args=[round_.pk, session.number, item.pk]), state)


def _a_prefecture() -> int:
    return Organisation.objects.filter(level=Level.PREFECTURE).earliest("pk").pk
