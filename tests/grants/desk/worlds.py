"""Small worlds that hold as many rows as one asks for, each with the pages on which those rows stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.urls import reverse

from grants.applications.commands import add_paper, save_form
from grants.applications.commenting import say, settle
from grants.applications.inviting import join, share_pages
from grants.applications.models import Project
from grants.awards.letters import save_letter
from grants.awards.models import OfficialNotice
from grants.closeout.models import Acceptance
from grants.desk.banking.commands import carry_on as carry_on_lines
from grants.desk.banking.commands import start_matching
from grants.desk.banking.queries import reconciling
from grants.desk.commands import act, carry_on, note_export, offer_team, put_forward, start_bulk
from grants.desk.models import Rehearsal
from grants.desk.retaking.commands import ask_retake
from grants.desk.tables.books import title_of
from grants.funds.banking.reading import Line
from grants.funds.models import Account, BankLine, Payment
from grants.implementation.enums import CheckKind
from grants.implementation.reactions import new_check
from grants.people.commands import create_team, grant_role
from grants.people.commands.importing import File, import_teams
from grants.people.commands.register import register_organisation
from grants.people.commands.sanctions import enter_sanction
from grants.people.enums import Level
from grants.people.importing.teams import COLUMNS
from grants.people.models import Lending, User
from grants.programmes.commands import create_round
from grants.programmes.models import Programme, Round
from grants.programmes.profile import profile_text
from grants.programmes.queries import rules_of
from grants.reviews.assigning.building import Asked
from grants.reviews.assigning.commands import ask_for_run
from grants.reviews.assigning.enums import Reply
from grants.reviews.assigning.inviting import answer_invitation, invite_reviewers
from grants.reviews.assigning.models import ReviewInvitation
from grants.reviews.assigning.running import solve_now
from grants.reviews.commands import save_sheet
from grants.reviews.opinions.commands import ask_opinion, give_opinion
from grants.reviews.panel.commands import finish
from grants.reviews.panel.queries import panel
from grants.reviews.sampling.commands import score_sample, set_sample
from grants.reviews.signing.commands import bring_signed
from grants.settlement.keeping import keep_finished
from storage.access import note
from storage.commands import attach
from storage.enums import Way
from tests.cast import HANGZHOU, SHANGCHENG, XIHU, a_cast, a_team, holding
from tests.factories import (
    a_complete_draft,
    a_document,
    a_draft,
    a_meeting,
    a_notice,
    a_planned_round,
    an_open_round,
    on,
    rehearse,
    together,
)
from tests.grants.desk.test_lending import lent
from tests.grants.funds import builders
from tests.grants.reviews.panel_steps import a_panel, came, drawn, reviewed, whole
from tests.grants.running import build
from tests.grants.settlement.acts import decide, file
from tests.journey_steps import (
    a_publicity,
    decided,
    deliberating,
    go_on,
    passes_eligibility,
    projects_in,
    round_on,
    scores,
    seat,
)
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role, RoundState
from workflow.models import Outbox
from workflow.outbox import relay
from workflow.ports import SYSTEM


@dataclass(frozen=True)
class Shelf:
    """A page, who opens it (nobody: the public), and for each row what shows that it is there: any of these words."""

    name: str
    who: User | None
    url: str
    rows: tuple[tuple[str, ...], ...]


World = Callable[[int], list[Shelf]]
WORLDS: dict[World, tuple[str, ...]] = {}


def world(*pages: str) -> Callable[[World], World]:
    """The function makes a world of so many rows, for these pages."""

    def known(made: World) -> World:
        WORLDS[made] = pages
        return made

    return known


def shelf(name: str, who: User | None, rows: Iterable[tuple[str, ...]], *args: Any, query: str = "") -> Shelf:
    """The page of that name."""
    return Shelf(name, who, reverse(name, args=args) + query, tuple(rows))


def by_team(projects: Iterable[Project]) -> list[tuple[str, ...]]:
    """A project is there where its number, its team or a link to it is."""
    return [(one.number, f">{one.team.name}<", f"/projects/{one.pk}/", f'value="{one.pk}:') for one in projects]


@world(
    *("home", "projects", "bulk", "bulk_run", "recommending", "recommending_compare"),
    *("round_board", "search", "notices", "round"),
)
def recommended(n: int) -> list[Shelf]:
    """Projects that wait for their county."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = projects_in(cast, S.SUBMITTED, n)
        relay()
    rows, county, round_ = by_team(found), cast.county_officer, found[0].round_id
    run = start_bulk("open_file", {one.pk: one.version for one in found}, actor=county, key="k", given={})
    carry_on(run, actor=county)
    return [
        shelf("home", county, rows),
        shelf("projects", cast.officer, rows),
        shelf("bulk", county, rows, query="?all=1&move=county_return"),
        shelf("bulk", cast.officer, [(f"您选了{n}个项目",)], query="?all=1"),
        shelf("bulk_run", county, rows, run.pk),
        shelf("recommending", county, rows, round_),
        shelf("recommending_compare", county, rows, round_, query="?" + "&".join(f"pick={one.pk}" for one in found)),
        shelf("round_board", cast.officer, [(f'stage=applications">{n}<', f">{n}<")], round_),
        shelf("search", cast.officer, rows, query="?q=社区"),
        shelf("notices", county, rows),
        shelf("round", cast.officer, [(f">{n}<",)], round_),
    ]


@world(
    *("round_versions", "round_setup", "round_rehearsal", "round_call", "setup_part"),
    *("round_questions", "round_question", "round_question_page"),
)
def set_up(n: int) -> list[Shelf]:
    """A round whose configuration was changed and rehearsed so many times, with as many calls on record."""
    cast = a_cast()
    round_ = a_planned_round(cast)
    for each in range(n):
        text = profile_text("qingnuan").replace("planned_projects: 24", f"planned_projects: {20 - each}")
        act(round_, "configure", actor=cast.officer, given={"text": text, "reason": f"第{each}次会上定的"})
        assert round_.configuration
        Rehearsal.objects.create(
            configuration=round_.configuration,
            projects=60 + each,
            seed=1,
            asked_by=cast.officer,
            asked_at=clock.now(),
            finished_at=clock.now(),
            failure="名额不够。",
        )
        a_notice(cast, round_, title=f"关于申报的第{each}份通知")
    tries = [(f"{60 + each}个项目",) for each in range(n)]
    return [
        shelf("round_versions", cast.officer, [(f"第{each}次会上定的",) for each in range(n)], round_.pk),
        shelf("round_setup", cast.officer, [("第",)], round_.pk),
        shelf("round_rehearsal", cast.officer, tries, round_.pk),
        shelf("round_call", cast.officer, [(f"第{each}份通知",) for each in range(n)], round_.pk),
        shelf("setup_part", cast.officer, [("单个项目最多",)], round_.pk, "money"),
        shelf("round_questions", cast.officer, [("项目名称",)], round_.pk),
        shelf("round_question", cast.officer, [("问什么",)], round_.pk, query="?name=need"),
        shelf("round_question_page", cast.officer, [("这一页叫什么",)], round_.pk),
    ]


@world("rounds", "public_home", "public_call")
def called(n: int) -> list[Shelf]:
    """Rounds whose calls are out."""
    cast = a_cast()
    found = []
    for year in range(2026, 2026 + n):
        programme = Programme.objects.get_or_create(code="QNZJ", defaults={"name": "情暖浙江"})[0]
        round_ = create_round(programme, f"QNZJ-{year}", year, profile_text("qingnuan"), actor=cast.officer)
        rehearse(cast, round_)
        notice = str(a_notice(cast, round_).pk)
        together(round_, "publish_call", by=cast.officer, endorsed_by=cast.business_lead, notice=notice)
        found.append(Round.objects.get(pk=round_.pk))
    rows = [(f"/rounds/{one.pk}/", f"/public/calls/{one.pk}/") for one in found]
    return [shelf("rounds", cast.officer, rows), shelf("public_home", None, rows), _with_papers(cast, found[0], n)]


def _with_papers(cast: Any, round_: Round, n: int) -> Shelf:
    """A call that was put off so many times, each time by a paper."""
    for day in range(n):
        given = {"meeting": str(a_meeting(cast, round_).pk), "call_closes_on": f"2026-04-{day + 10}"}
        given["notice"] = str(a_notice(cast, round_, "extension", title=f"关于延长申报的通知{day}").pk)
        together(round_, "extend_call", by=cast.officer, endorsed_by=cast.business_lead, **given)
    return shelf("public_call", None, [(f"关于延长申报的通知{day}",) for day in range(n)], round_.pk)


@world("eligibility")
def checked(n: int) -> list[Shelf]:
    """Projects that the province checks."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = projects_in(cast, S.ELIGIBILITY_CHECK, n)
    return [shelf("eligibility", cast.officer, by_team(found), found[0].round_id)]


@world("reviews")
def to_be_reviewed(n: int) -> list[Shelf]:
    """Projects before a reviewer: scored, some of them in a draft again."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = projects_in(cast, S.UNDER_REVIEW, n)
    reviewer = cast.reviewers[0]
    with on(2026, 5, 25):
        for project in found:
            scores(cast, project, reviewer)
            save_sheet(project, {"need": 20}, "再看", actor=reviewer)
    return [shelf("reviews", reviewer, [(str(one),) for one in found])]


@world("score_history")
def scored_by_many(n: int) -> list[Shelf]:
    """Seats on a project, each with two versions of a score."""
    with on(2026, 3, 2):
        cast = a_cast()
        (project,) = projects_in(cast, S.ELIGIBILITY_CHECK, 1)
        seat(cast, project, 2 + n)
        passes_eligibility(cast, project)
    people = cast.reviewers[:n]
    for person in people:
        scores(cast, project, person, 70)
        scores(cast, project, person, 75)
    return [shelf("score_history", cast.officer, [(person.name,) for person in people], project.pk)]


@world("round_signed", "round_covers", "round_sample")
def on_paper(n: int) -> list[Shelf]:
    """Reviewers who have signed and scored the sample; one project more than rows with a paper that hides names."""
    text = profile_text("qingnuan").replace("per_county: 1", "per_county: 9")
    text = text.replace("{slot: past_results,", "{slot: past_results, seen_by: covered,")
    text = text.replace("    straddle_trigger: 8", "    sample: true\n    straddle_trigger: 8")
    with on(2026, 3, 2):
        cast = a_cast()
        an_open_round(cast, text=text)
        found = projects_in(cast, S.UNDER_REVIEW, n + 1)
    with on(2026, 5, 25):
        items = rules_of(found[0].round).rubric.scored
        marks_, why = {one.code: one.weight for one in items}, {one.code: "有依据" for one in items}
        words = {"title": "示例", "text": "每月一次。"}
        set_sample(found[0].round, actor=cast.officer, project=None, halves=marks_, why=why, **words)
        for project in found:
            paper = a_document(cast.team_leader, f"成果{project.number}")
            attach(project, "past_results", paper, actor=cast.team_leader, now=clock.now())
        for person in cast.reviewers[:n]:
            score_sample(found[0].round, marks_, "", actor=person)
            scores(cast, found[0], person, 80)
            bring_signed(found[0].round, a_document(person, f"签字{person}"), actor=person)
    people, round_ = [(one.name,) for one in cast.reviewers[:n]], found[0].round_id
    return [
        shelf("round_signed", cast.officer, people, round_),
        shelf("round_covers", cast.officer, by_team(found[1:]), round_),
        shelf("round_sample", cast.officer, people, round_),
    ]


@world("round_assigning", "assigning_project", "reviewer_pool", "may_review", "invitations")
def assigned(n: int) -> list[Shelf]:
    """Projects that are about to be assigned; reviewers who were invited, one of them before as well."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = projects_in(cast, S.ELIGIBILITY_CHECK, n)
    people, round_ = cast.reviewers[2 - n % 3 :], found[0].round
    for day in range(1, n + 1):
        with on(2026, 5, day):
            asked = [one.pk for one in people]
            invite_reviewers(round_, asked, 3 + n, dt.date(2026, 5, day), f"第{day}次", actor=cast.officer)
    with on(2026, 5, n):
        for one in ReviewInvitation.objects.filter(note=f"第{n}次"):
            answer_invitation(one, Reply.ACCEPTED, actor=one.reviewer, pledged=True)
        run = solve_now(ask_for_run(round_, "builtin", Asked(seats=2), actor=cast.officer))
    names, who = [(one.name,) for one in people[:n]], people[0]
    project = found[0].pk
    return [
        shelf("round_assigning", cast.officer, by_team(found), round_.pk),
        shelf("assigning_project", cast.officer, names, round_.pk, run.pk, project),
        shelf("reviewer_pool", cast.officer, names, round_.pk),
        shelf("may_review", cast.officer, names, round_.pk, query=f"?project={project}"),
        shelf("invitations", who, [(f"第{day}次",) for day in range(1, n + 1)]),
    ]


@world("reviewers", "foretelling", "round_opinions", "opinions")
def remembered(n: int) -> list[Shelf]:
    """Projects that reviewers have scored and departments were asked about, each accepted in the end."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = projects_in(cast, S.UNDER_REVIEW, n)
        place = register_organisation("救护培训处", "救护处", Level.DEPARTMENT, cast.places["330000"], actor=SYSTEM)
        asked_one = holding(Role.DEPARTMENT_OFFICER, "顾明华", login="gu", organisation=place)
    with on(2026, 5, 25):
        for project in found:
            asked = ask_opinion(project, place, dt.date(2026, 6, 5), actor=cast.officer)
            give_opinion(asked, "advice", "可行。", actor=asked_one)
            for person in cast.reviewers[:3]:
                scores(cast, project, person, 80)
            facts = {"number": 1, "parts": {}, "opinion": "好", "judged_by": cast.officer, "at": clock.now()}
            Acceptance.objects.create(project=project, total=80, **facts)
    names = [(one.name,) for one in cast.reviewers[:n]]
    return [
        shelf("reviewers", cast.officer, names),
        shelf("foretelling", cast.officer, [(f"{n}个结题验收过的项目",)]),
        shelf("round_opinions", cast.officer, by_team(found), found[0].round_id),
        shelf("opinions", asked_one, [(one.title,) for one in found]),
    ]


@world("refusal_letters")
def refused(n: int) -> list[Shelf]:
    """Projects that a meeting declined, one of them with a letter."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = deliberating(cast, n)
    with on(2026, 6, 1):
        for project in found:
            project.refresh_from_db()
            decided(cast, project, "decline", reason="排名靠后")
        save_letter(found[0], {"advice": "下次写细一些。"}, actor=cast.officer)
    return [shelf("refusal_letters", cast.officer, by_team(found), found[0].round_id)]


@world("decision_table", "meeting_decisions", "publicity", "round_results")
def decided_on(n: int) -> list[Shelf]:
    """Projects that a meeting is about to decide on, and as many that one has."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = deliberating(cast, n + n)
    after, before = found[:n], found[n:]
    round_ = found[0].round
    with on(2026, 6, 1):
        minutes = a_meeting(cast, round_)
        for project in after:
            project.refresh_from_db()
            decided(cast, project, "shortlist", amount_fen=1_000_000)
        for project in before:
            project.refresh_from_db()
            given = {"meeting": str(minutes.pk), "amount_fen": 1_000_000, "deviation": "一次表决。"}
            put_forward(project, "shortlist", actor=cast.officer, given=given)
    return [
        shelf("decision_table", cast.officer, by_team(before), round_.pk),
        shelf("meeting_decisions", cast.business_lead, by_team(before), round_.pk, minutes.pk),
        shelf("publicity", cast.officer, by_team(after), round_.pk),
        shelf("round_results", cast.officer, by_team(found), round_.pk),
    ]


@world("agreements", "public_notice", "public_projects", "public_home", "public_objection")
def funded(n: int) -> list[Shelf]:
    """Projects that the public has read of, funded and published."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = deliberating(cast, n)
    with on(2026, 6, 1):
        for project in found:
            project.refresh_from_db()
            decided(cast, project, "shortlist", amount_fen=project.requested_fen)
    with on(2026, 6, 8):
        round_ = round_on(cast, RoundState.PUBLICITY)
        notice = a_publicity(cast)
        for project in found:
            act(project, "publish_notice", actor=cast.officer, given={"notice": notice})
    with on(2026, 6, 17):
        for project in found:
            go_on(cast, project, S.APPROVED)
        round_on(cast, RoundState.PUBLISHED)
    rows = by_team(found)
    public = [(one.number,) for one in found]
    return [
        shelf("agreements", cast.officer, rows, round_.pk),
        shelf("public_notice", None, public, OfficialNotice.objects.get(kind="publicity").pk),
        shelf("public_notice", None, public, OfficialNotice.objects.get(kind="result").pk),
        shelf("public_projects", None, public),
        shelf("public_home", None, [(f"{n}个项目",)]),
        shelf("public_objection", None, public, notice),
    ]


@world("payments", "round_payments", "round_money", "batch")
def paid(n: int) -> list[Shelf]:
    """Payments that were asked for, and as many in a batch, on the bank's statement."""
    rounds = [builders.world() for _each in range(n - 1)]
    for other in rounds:
        _asked(other)
    at = builders.world()
    builders.source(at, 100_000_000)
    wait = [_asked(at) for _each in range(n)]
    go = [builders.approved(at, _asked(at)) for _each in range(n)]
    batch = builders.open_batch(at)
    for payment in go:
        act(payment, "put_in_batch", actor=at.finance_officer, given={"batch": str(batch.number)})
    lines = [builders.bank_line(at, "paid", 1_000 + each) for each in range(n)]
    return [
        shelf("payments", at.finance_officer, [(f"/rounds/{one.round.pk}/payments/",) for one in (at, *rounds)]),
        shelf("round_payments", at.finance_officer, [(one.number, str(one.project)) for one in wait], at.round.pk),
        shelf("round_money", at.finance_officer, [(one.reference,) for one in lines], at.round.pk),
        shelf("batch", at.finance_approver, [(one.number, str(one.project)) for one in go], batch.pk),
    ]


@world("round_bank", "bank_queue", "bank_run")
def told(n: int) -> list[Shelf]:
    """Lines of the bank that fit, as many that do not, and as many that were confirmed at one press."""
    at = builders.world()
    builders.source(at, 100_000_000)
    sent = [builders.sent(at, _asked(at)) for _each in range(2 * n)]
    fits = [_line(at, payment) for payment in sent[:n]]
    run = start_matching(at.round, seen=reconciling(at.round).seen, actor=at.cashier, key="k")
    carry_on_lines(run, actor=at.cashier)
    waits = [_line(at, payment) for payment in sent[n:]]
    odd = [builders.bank_line(at, "paid", 1_000 + each) for each in range(n)]
    return [
        shelf("round_bank", at.cashier, [(one.reference,) for one in waits], at.round.pk),
        shelf("bank_queue", at.cashier, [(one.reference,) for one in odd], at.round.pk),
        shelf("bank_run", at.cashier, [(one.reference,) for one in fits], run.pk),
    ]


def _line(at: builders.World, payment: Payment) -> BankLine:
    """What the bank tells of a payment, its number repeated."""
    day, name = clock.today().isoformat(), "莲都区红十字会"
    line = Line(uuid4().hex, "paid", day, payment.amount_fen, name, "4567", payment.number, undone=False)
    builders.statement(at, line)
    return BankLine.objects.get(reference=line.reference)


@world("books", "book_accounts", "book_account", "sources", "audit", "audit_sample", "finance")
def in_the_books(n: int) -> list[Shelf]:
    """Payments that were paid, one a project, of as many sources; as many asked for."""
    at = builders.world()
    grant_role(builders.person("auditor"), Role.AUDITOR, actor=SYSTEM, organisation=at.province)
    for _each in range(n):
        builders.source(at, 100_000_000)
    paid_ = [builders.paid(at, _asked(at)) for _each in range(n)]
    for _each in range(n):
        _asked(at)
    auditor, sources = builders.person("auditor"), list(at.round.sources.all())
    available = Account.objects.get(round=at.round, kind="available")
    held = Account.objects.filter(round=at.round, kind="held")
    numbers = [(one.number,) for one in paid_]
    return [
        shelf("books", auditor, [(f"/books/?round={at.round.pk}", f"?round={at.round.pk}")]),
        shelf("books", auditor, [("借贷两边相等",)], query=f"?round={at.round.pk}"),
        shelf("book_accounts", auditor, [(title_of(one),) for one in held], query=f"?round={at.round.pk}&kind=held"),
        shelf("book_account", auditor, [(one.project.number,) for one in paid_], available.pk),
        shelf("sources", auditor, [(one.name,) for one in sources]),
        shelf("audit", auditor, numbers),
        shelf("audit_sample", auditor, numbers, query=f"?size={2 * n}&method=random"),
        shelf("finance", at.finance_officer, [(one.name,) for one in sources]),
    ]


def _asked(at: builders.World) -> Payment:
    """The first payment of another project of the round, asked for."""
    if not at.round.envelope_fen:
        builders.source(at, 100_000_000)
    project = builders.signed(at, 2_500_000)
    builders.verified_account(at, project)
    return builders.requested(at, project)


@world("round_checks")
def to_check(n: int) -> list[Shelf]:
    """Mid-term checks that are open."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = projects_in(cast, S.SUBMITTED, n)
        for project in found:
            builders.doing(project, lambda it, _done: new_check(it, CheckKind.MIDTERM, SYSTEM), actor=cast.officer)
    return [shelf("round_checks", cast.officer, by_team(found), found[0].round_id)]


@world("activities", "project_money", "project_accounts", "project")
def running(n: int) -> list[Shelf]:
    """A project with activities and vouchers."""
    with on(2026, 7, 20):
        at = build()
    with on(2026, 9, 1):
        at.is_in(S.IN_PROGRESS)
        at.is_paid()
        for each in range(1, n + 1):
            said = {"name": f"社区课堂{each}", "held_on": "2026-08-20", "place": "礼堂", "volunteers": 8}
            at.does(at.team_leader, "log_activity", **said, minutes_each=90, served=30)
            voucher = file(at, content=f"训练耗材{each}")
            at.is_in(S.FINAL_ACCOUNTS)
            decide(at, voucher, 50_000, f"与项目无关{each}")
            at.is_in(S.IN_PROGRESS)
    pk, vouchers = at.project.pk, [(f"训练耗材{each}", f"/vouchers/{each}/") for each in range(1, n + 1)]
    classes = [(f"社区课堂{each}",) for each in range(1, n + 1)]
    return [
        shelf("activities", at.team_leader, classes, pk),
        shelf("project_money", at.payee_officer, vouchers, pk),
        shelf("project_accounts", at.finance_officer, [(f"与项目无关{each}",) for each in range(1, n + 1)], pk),
        shelf("project", at.officer, [("记录活动", "activit")], pk),
    ]


@world("organisations", "organisation", "people", "person", "team", "roles", "lendings", "search", "home")
def peopled(n: int) -> list[Shelf]:
    """Teams with people, somebody with many roles, stand-ins."""
    cast = a_cast()
    county, some = cast.places[SHANGCHENG], range(n)
    teams = [a_team(cast.places, name=f"献血{each}队") for each in some]
    people = [holding(Role.TEAM_LEADER, f"献血{each}长", login=f"t{each}", team=teams[each]) for each in some]
    for team in teams:
        grant_role(cast.applicant, Role.APPLICANT, actor=cast.sysadmin, team=team)
        holding(Role.APPLICANT, f"助手{team.pk}", login=f"h{team.pk}", team=teams[0])
        offer_team(team, cast.places[XIHU], "搬迁", actor=cast.county_officer)
    for person in people:
        holder = holding(Role.COUNTY_OFFICER, f"同事{person.pk}", login=f"c{person.pk}", organisation=county)
        lent(holder, cast.city_officer)
    receiver = holding(Role.COUNTY_OFFICER, "西湖经办", login="xihu", organisation=cast.places[XIHU])
    by_name = [(one.name,) for one in people]
    of_teams = [(one.name,) for one in teams]
    return [
        shelf("organisations", cast.officer, [(f"/organisations/{cast.places[HANGZHOU].pk}/",)]),
        shelf("organisation", cast.officer, of_teams, county.pk),
        shelf("people", cast.officer, by_name, query="?q=献血"),
        shelf("search", cast.officer, by_name, query="?q=献血"),
        shelf("person", cast.officer, of_teams, cast.applicant.pk),
        shelf("team", cast.officer, [(f"助手{one.pk}",) for one in teams], teams[0].pk),
        shelf("roles", cast.officer, [("roles",)], query="?role=team_leader"),
        shelf("lendings", cast.city_officer, [(one.holder.name,) for one in Lending.objects.select_related("holder")]),
        shelf("home", receiver, of_teams),
    ]


@world("mail_undelivered")
def undelivered(n: int) -> list[Shelf]:
    """Letters that nobody could be handed."""
    cast = a_cast()
    now = clock.now()
    some: dict[str, Any] = {"topic": "mail", "payload": "{}", "created_at": now, "not_before": now, "given_up_at": now}
    some["attempts"] = 9
    rows = [Outbox.objects.create(key=f"letter {each}", error="Undeliverable", **some) for each in range(n)]
    return [shelf("mail_undelivered", cast.sysadmin, [(f">{one.pk}<",) for one in rows])]


@world("import_teams")
def imported(n: int) -> list[Shelf]:
    """Lists that came into the register."""
    cast = a_cast()
    heads = [str(column.label) for column in COLUMNS]
    for each in range(n):
        rows = [[f"导入{each}队", SHANGCHENG, "未登记", "", "", "2020-01-05", "45", "12", "", ""]]
        import_teams([heads, *rows], actor=cast.county_officer, file=File(f"名单{each}.xlsx", f"{each:064d}"))
    return [shelf("import_teams", cast.officer, [(f"名单{each}.xlsx",) for each in range(n)])]


@world("exports")
def taken_away(n: int) -> list[Shelf]:
    """Lists that somebody took away as files."""
    cast = a_cast()
    rows = [note_export("csv", "", 7000 + each, actor=cast.officer) for each in range(n)]
    return [shelf("exports", cast.officer, [(f">{one.rows}<",) for one in rows])]


@world("document")
def read_by_many(n: int) -> list[Shelf]:
    """A paper that is not for everybody, read so many times, beside others in the same slot."""
    with on(2026, 3, 2):
        cast = a_cast()
        project = a_draft(cast)
        for each in range(n):
            paper = attach(
                project, "hours_proof", a_document(cast.team_leader), actor=cast.team_leader, now=clock.now()
            )
            for page in range(each + 1):
                note(paper.document, cast.county_officer, Way.PREVIEW, now=clock.now(), page=page + 1)
    rows = [(f"第{page}页",) for page in range(1, n + 1)]
    return [shelf("document", cast.auditor, rows, paper.pk)]


@world("project_papers", "project_slot")
def laid_out(n: int) -> list[Shelf]:
    """The checklist of a project sent back: papers with better ones in their place, each asked for again."""
    with on(2026, 3, 2):
        cast = a_cast()
        project = a_complete_draft(cast)
        act(project, "submit", actor=cast.team_leader)
        given = {"reason": "照片看不清。", "sections": ["files"], "due_on": "2026-03-13"}
        act(project, "county_return", actor=cast.county_officer, given=given)
        papers = []
        for each in range(n):
            first = attach(
                project, "partnership", a_document(cast.team_leader), actor=cast.team_leader, now=clock.now()
            )
            better = a_document(cast.team_leader, name=f"协议{each}")
            papers.append(
                add_paper(project, "partnership", better, actor=cast.team_leader, instead=first, why="更清楚")
            )
        for paper in papers:
            ask_retake(paper, actor=cast.county_officer, why="blurred", words="")
    rows = [(paper.document.name,) for paper in papers]
    return [
        shelf("project_papers", cast.county_officer, rows, project.pk),
        shelf("project_slot", cast.team_leader, rows, project.pk, "partnership"),
    ]


@world("terms")
def kept_for_years(n: int) -> list[Shelf]:
    """Applications that were withdrawn, whose papers are kept for some years."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = projects_in(cast, S.SUBMITTED, n)
        for project in found:
            act(project, "withdraw", actor=project.leader, given={"reason": "今年不报了。"})
        keep_finished(actor=SYSTEM)
    return [shelf("terms", cast.officer, by_team(found), query="?all=1")]


@world("project_sharing", "project_comments", "project_form", "project_part", "home", "projects")
def filled_in_together(n: int) -> list[Shelf]:
    """An application with so many people invited and so many things said; somebody invited to so many of them."""
    with on(2026, 3, 2):
        cast = a_cast()
        found = [a_draft(cast)]
        for each in range(n - 1):
            team = a_team(cast.places, name=f"河畔守望{each}队")
            leader = holding(Role.TEAM_LEADER, f"周{each}", login=f"leader{each}", team=team)
            found.append(a_draft(cast, team=team, leader=leader))
        friends = [User.objects.create(username=f"mei{each}", name=f"李梅{each}号") for each in range(n)]
        project, leader, words = found[0], cast.team_leader, [f"第{each}句话" for each in range(n)]
        for friend in friends:
            join(share_pages(project, friend.name, {"need": "write"}, actor=leader).token, actor=friend)
            save_form(project, actor=friend, need=f"{friend.name}写的")
        for other in found[1:]:
            join(share_pages(other, "李梅", {"need": "write"}, actor=other.leader).token, actor=friends[0])
        for each, said in enumerate(words):
            settle(say(project, "need", said, actor=friends[each], field="need"), actor=leader)
            say(project, "need", f"再说{each}", actor=friends[each], field="need")
    names, said_ = [(friend.name,) for friend in friends], [(word,) for word in words]
    return [
        shelf("project_sharing", leader, names, project.pk),
        shelf("project_form", leader, names, project.pk),
        shelf("project_comments", leader, said_, project.pk),
        shelf("project_part", leader, said_, project.pk, "need"),
        shelf("home", friends[0], [(f"/projects/{one.pk}/form/",) for one in found]),
        shelf("projects", friends[0], [(f"/projects/{one.pk}/form/",) for one in found]),
    ]


@world("sanctions")
def barred(n: int) -> list[Shelf]:
    """Those who may not apply."""
    cast = a_cast()
    names = [f"河畔{'甲乙丙丁'[each]}队" for each in range(n)]
    for name in names:
        enter_sanction(name, "民政部失信名单", dt.date(2026, 3, 1), actor=cast.officer)
    return [shelf("sanctions", cast.business_lead, [(name,) for name in names])]


@world("teams_alike")
def entered_twice(n: int) -> list[Shelf]:
    """Teams that are in the register twice, each with a leader."""
    cast = a_cast()
    facts: dict[str, Any] = {
        "founded_on": dt.date(2019, 5, 1),
        "members": 20,
        "core_members": 6,
        "guided_by": cast.team.guided_by,
    }
    names = [f"河畔守望{'甲乙丙丁'[each]}组志愿队" for each in range(n)]
    for name in names:
        for again in (name, f"{name[:-3]}服务队"):
            team = create_team(actor=SYSTEM, name=again, **facts)
            grant_role(cast.team_leader, Role.TEAM_LEADER, actor=SYSTEM, team=team)
    return [shelf("teams_alike", cast.county_officer, [(name,) for name in names])]


@world("round_panels", "panel", "panel_mine", "panel_screen", "panel_minutes")
def on_a_panel(n: int) -> list[Shelf]:
    """A panel that has been through so many projects, and a second one that begins with as many."""
    with on(2026, 3, 2):
        cast = a_cast()
        reviewed(cast)
    projects = list(Project.objects.order_by("number")[:n])
    with on(2026, 5, 27):
        before = a_panel(cast, projects)
        came(cast, before)
        drawn(cast, before)
        whole(cast, before)
        finish(before, actor=cast.officer)
        session = a_panel(cast, projects)
        came(cast, session)
        drawn(cast, session)
    rows, round_ = [(one.title,) for one in projects], session.round_id
    following = panel(session).following
    assert following
    return [
        shelf("round_panels", cast.officer, [(before.place,)], round_),
        shelf("panel", cast.officer, rows, round_, session.number),
        shelf(
            "panel_mine", cast.reviewers[0], [(following.project.title,)] if following else [], round_, session.number
        ),
        shelf("panel_screen", cast.officer, rows, round_, session.number),
        shelf("panel_minutes", cast.officer, rows, round_, before.number),
    ]
