"""Nobody who must not know can tell from any page who reviews a project, what marks it got or what was said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse

from grants.applications.models import Comment, CommentSettled, Project
from grants.desk.commands import act
from grants.desk.domain import readable, slot_opens
from grants.people.models import User
from grants.reviews.assigning.inviting import save_expert
from grants.reviews.commands import save_sheet
from grants.reviews.signing.commands import bring_signed, check_signed
from grants.reviews.signing.queries import signing_of
from storage.commands import attach
from tests.cast import Cast, holding
from tests.factories import a_document, on
from tests.grants.desk.addresses import addresses, no_pages
from tests.grants.desk.leaks import leaks
from tests.journey_steps import COMMENT, marks, projects_in, scores, starting
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

SECRET = COMMENT + "暗记甲乙丙丁。"
OF_REVIEWERS = ("finish_review", "finish_with_fewer", "settle_divergence", "open_rescoring", "recuse", "score")
ANEW = {"mfa_activate_totp", "mfa_add_webauthn"}  # every opening draws another secret


def two(cast: Cast) -> None:
    holding(Role.REVIEWER, "闲云", login="idle", organisation=cast.places["330000"])
    save_expert(cast.reviewers[4], actor=SYSTEM, kind="university", levels={"FIRST_AID": 3})
    projects_in(cast, S.UNDER_REVIEW, 2)


pytestmark = [starting(two), pytest.mark.pages]


@pytest.fixture(autouse=True)
def in_review_time(cast: Cast) -> Iterator[None]:
    """Half of the review is over."""
    with on(2026, 5, 25):
        yield


def assigned(cast: Cast, project: Project) -> None:
    act(project, "assign_reviewers", actor=cast.officer, given={"reviewers": [str(cast.reviewers[3].pk)]})


def scored_again(cast: Cast, project: Project) -> None:
    scores(cast, project, cast.reviewers[0], 70)
    given = marks(cast, 95, comment=SECRET, change_reason="看漏了附件")
    act(project, "score", actor=cast.reviewers[0], given=given)


def recused(cast: Cast, project: Project) -> None:
    act(project, "recuse", actor=cast.reviewers[2], given={"reason": "曾任该团队顾问"})


def doubted(cast: Cast, project: Project) -> None:
    act(project, "report_concern", actor=cast.reviewers[0], given={"reason": "登记证书已过期"})
    act(project, "answer_concern", actor=cast.officer, given={"reason": "已核"})


def among_peers(cast: Cast, project: Project) -> None:
    """What one reviewer does, and what is done with the seats of others; nothing that all are told of."""
    assigned(cast, project)
    act(project, "declare_no_conflict", actor=cast.reviewers[3])
    save_sheet(project, {"need": 40}, SECRET, actor=cast.reviewers[3])
    scored_again(cast, project)
    recused(cast, project)
    doubted(cast, project)


def signed(cast: Cast, project: Project) -> None:
    """A reviewer's paper comes back, and the officer finds that it says something else."""
    sheet = bring_signed(project.round, a_document(cast.reviewers[0], "签字"), actor=cast.reviewers[0])
    score = signing_of(project.round, cast.reviewers[0]).scores[0]
    paper = {score.pk: dict.fromkeys(score.halves, 1)}
    check_signed(sheet, actor=cast.officer, paper=paper, signed=True, note="纸上是别的分数")


def everything(cast: Cast, project: Project) -> None:
    """All of it, one after the other; the review goes on."""
    assigned(cast, project)
    scored_again(cast, project)
    recused(cast, project)
    doubted(cast, project)
    scores(cast, project, cast.reviewers[3], 60)
    signed(cast, project)
    given = {"due_on": "2026-05-29", "reason": "分歧较大，请再看"}
    act(project, "open_rescoring", actor=cast.chair, given=given)
    assert project.assignments.filter(reviewer=cast.reviewers[4]).exists()


Hidden = Callable[[Cast, Project], object]


def outsiders(cast: Cast) -> list[User | None]:
    """The team, those who recommended it, whoever keeps its money, the public."""
    return [cast.team_leader, cast.county_leader, cast.city_officer, cast.payee_officer, None]


def others(cast: Cast) -> list[User | None]:
    """Reviewers who must not know of each other: one on the same project, one who has no seat."""
    return [cast.reviewers[1], cast.reviewers[4]]


def main_pages(project: Project) -> list[str]:
    of_project = ("project", "project_text", "project_reader", "scoring", "score_history", "project_papers")
    of_round = ("round", "round_board", "score_file", "score_word", "score_sheet", "recommending")
    on_paper = ("signed_scores", "signed_print", "round_signed")
    return [
        *(reverse(name) for name in ("home", "projects", "notices", "rounds", "reviews")),
        *(reverse(name, args=[project.pk]) for name in of_project),
        *(reverse(name, args=[project.round_id]) for name in (*of_round, *on_paper)),
        *(reverse("projects") + query for query in ("?sort=-due", "?q=救&stage=review")),
        reverse("projects_export", args=["csv"]),
        *(reverse("move", args=["project", project.pk, deed]) for deed in ("withdraw", *OF_REVIEWERS)),
        reverse("search") + "?q=救",
        reverse("team", args=[project.team_id]),
        reverse("organisation", args=[project.team.guided_by_id]),
        reverse("public_home"),
    ]


def telling(who: Callable[[Cast], list[User | None]], cast: Cast, urls: list[str], hidden: Hidden) -> list[str]:
    project = Project.objects.order_by("number")[0]

    def done() -> None:
        hidden(cast, project)

    with on(2026, 5, 26):
        return list(leaks(who(cast), urls, lambda: _at(done)))


def _at(done: Callable[[], Any]) -> None:
    with on(2026, 5, 25, hour=11):
        done()


def test_team_recommenders_the_public_and_a_reviewer_without_a_seat_cannot_tell(cast: Cast, projects: list[Project]):
    idle = User.objects.get(username="idle")

    def people(cast: Cast) -> list[User | None]:
        return [cast.team_leader, cast.county_leader, cast.city_officer, idle, None]

    assert telling(people, cast, main_pages(projects[0]), everything) == []


def test_a_reviewer_on_the_same_project_cannot_tell_what_the_others_do(cast: Cast, projects: list[Project]):
    assert telling(others, cast, main_pages(projects[0]), among_peers) == []


def test_the_officer_can_tell_so_the_comparison_sees_something(cast: Cast, projects: list[Project]):
    assert telling(lambda cast: [cast.officer], cast, [reverse("project", args=[projects[0].pk])], scored_again)


def test_what_the_recommenders_signed_is_no_reading_for_judges(cast: Cast, projects: list[Project]):
    paper = a_document(cast.county_officer, "推荐意见表")
    kept = attach(projects[0], "signed_opinion", paper, actor=cast.county_officer, now=clock.now())
    roles = {"reviewer": False, "review_chair": False, "programme_officer": True, "team_leader": True}
    assert {role: slot_opens(kept, {role}) for role in roles} == roles
    assert readable([kept], projects[0], {"reviewer"}, cast.reviewers[0]) == []


@pytest.mark.pages
@pytest.mark.parametrize(
    ("who", "hidden"), [(outsiders, everything), (others, among_peers)], ids=["outsiders", "other reviewers"]
)
def test_on_no_page_at_all(cast: Cast, who: Callable[[Cast], list[User | None]], hidden: Hidden):
    first = Project.objects.order_by("number")[0].pk
    pages = (one for one in (*addresses(), *no_pages()) if one.name not in ANEW)
    urls = [page.url for page in pages if page.project in {0, first}]
    told = telling(who, cast, urls, hidden)
    assert not told, "\n".join(told)


def commented(cast: Cast, project: Project) -> None:
    """What was said while it was written, answered and settled."""
    facts = {"project": project, "page": "need", "field": "need", "by": cast.team_leader, "at": clock.now()}
    first = Comment.objects.create(voice="team", text=SECRET, **facts)
    Comment.objects.create(voice="team", text=SECRET, thread=first, **facts)
    CommentSettled.objects.create(comment=first, by=cast.team_leader, at=clock.now())


def test_nobody_but_the_team_can_tell_what_was_said_while_it_was_written(cast: Cast, projects: list[Project]):
    def people(cast: Cast) -> list[User | None]:
        return [cast.reviewers[0], cast.county_officer, None]

    project = projects[0]
    of_project = ("project", "project_text", "project_reader", "scoring", "project_comments", "project_form")
    urls = [*(reverse(name) for name in ("home", "projects", "notices", "reviews", "public_home"))]
    urls += [reverse(name, args=[project.pk]) for name in of_project]
    assert telling(people, cast, urls, commented) == []
    own = [reverse("project_comments", args=[project.pk])]
    assert telling(lambda cast: [cast.team_leader], cast, own, commented)
    paper = [reverse(name, args=[project.pk]) for name in ("project_text", "project_pdf")]
    assert telling(lambda cast: [cast.team_leader], cast, paper, commented) == []
