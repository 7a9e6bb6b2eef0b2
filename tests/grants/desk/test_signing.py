"""Scores on paper: printed with a code, signed, brought back, compared with what was entered by somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act
from grants.kernel.qr import codes_of
from grants.people.models import User
from grants.programmes.queries import rules_of
from grants.reviews.models import Score
from grants.reviews.signing.commands import bring_signed, check_signed, take_back_signed
from grants.reviews.signing.models import SheetCheck, SignedScore, SignedSheet
from grants.reviews.signing.queries import Stand, code_of, paperwork, signing_of
from grants.reviews.signing.reading import Page
from storage.commands import keep
from storage.models import Attachment
from tests.cast import Cast
from tests.factories import a_document, on
from tests.grants.desk.budgets import BUDGETS
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import decided, deliberating, marks, projects_in, scores, starting
from tests.storage.files import coded, picture, saying
from workflow import clock
from workflow.actions import Refused
from workflow.inbox import items_for
from workflow.lifecycle import ProjectState as S


def two(cast: Cast) -> None:
    projects_in(cast, S.UNDER_REVIEW, 2)


pytestmark = starting(two)


@pytest.fixture
def me(cast: Cast) -> User:
    return cast.reviewers[0]


@pytest.fixture
def projects(cast: Cast, me: User) -> Iterator[list[Project]]:
    found = list(Project.objects.order_by("number"))
    with on(2026, 5, 25):
        for project in found:
            scores(cast, project, me, 70)
        yield found


def brought(me: User, project: Project, words: str = "已签字") -> SignedSheet:
    document = keep(ContentFile(saying(words.encode().hex()), name="签字.pdf"), actor=me, now=clock.now())
    return bring_signed(project.round, document, actor=me)


def as_entered(me: User, project: Project) -> dict[int, dict[str, int]]:
    return {one.pk: dict(one.halves) for one in signing_of(project.round, me).scores}


def test_the_print_names_the_marks_the_code_and_who_signs(me: User, projects: list[Project]):
    page = Visitor(me).open("signed_print", projects[0].round_id)
    found = signing_of(projects[0].round, me)
    assert found.code in page
    assert all(project.number in page for project in projects)
    assert me.name in page
    assert "校验码" in page


def test_the_code_changes_with_any_mark_or_word(cast: Cast, me: User, projects: list[Project]):
    before = signing_of(projects[0].round, me).digest
    given = marks(cast, 70, comment="换一句评语，同样的分数，理由充分。", change_reason="补充评语")
    act(projects[0], "score", actor=me, given=given)
    assert signing_of(projects[0].round, me).digest != before


def test_a_photo_is_handed_in_and_stands_behind_every_score(me: User, projects: list[Project]):
    visitor, round_ = Visitor(me), projects[0].round_id
    assert "还没有交来" in visitor.open("signed_scores", round_)
    file = SimpleUploadedFile("签字.jpg", picture("JPEG", (400, 300)))
    visitor.post("signed_scores", round_, file=file)
    assert "等核对" in visitor.open("signed_scores", round_)
    sheet = SignedSheet.objects.get()
    assert (sheet.reviewer, sheet.paper.record, sheet.scores.count()) == (me, projects[0].round, 2)
    assert "errsum" in text(visitor.post("signed_scores", round_, status=422))
    wrong = SimpleUploadedFile("签字.csv", b"a,b\n")
    assert "errsum" in text(visitor.post("signed_scores", round_, status=422, file=wrong))


def test_the_same_file_twice_is_one_sheet(me: User, projects: list[Project]):
    assert brought(me, projects[0]) == brought(me, projects[0])
    assert brought(me, projects[0], "再签一次") != SignedSheet.objects.order_by("pk")[0]


def test_somebody_else_compares_and_it_agrees(cast: Cast, me: User, projects: list[Project]):
    sheet, officer = brought(me, projects[0]), Visitor(cast.officer)
    assert "1份等核对" in officer.open("round_signed", projects[0].round_id)
    page = officer.open("signed_check", sheet.pk)
    assert 'value="14"' in page or 'value="14.0"' in page
    sent = entered_fields(me, projects[0]) | {"code": code_of(sheet.digest).lower(), "signed": "on"}
    assert "分数都一样" in text(officer.post("signed_check", sheet.pk, status=200, do="compare", **sent))
    assert not SheetCheck.objects.exists()
    officer.post("signed_check", sheet.pk, do="keep", **sent)
    check = SheetCheck.objects.get()
    assert (check.by, check.agrees, check.differs) == (cast.officer, True, {})
    assert "核对一致" in Visitor(me).open("signed_scores", projects[0].round_id)
    assert "核对一致" in officer.open("signed_check", sheet.pk)
    officer.post("signed_check", sheet.pk, status=404, do="keep", **sent)


def entered_fields(me: User, project: Project) -> dict[str, Any]:
    found = as_entered(me, project)
    return {f"s{pk}-{code}": str(mark / 2) for pk, halves in found.items() for code, mark in halves.items()}


def test_where_paper_and_entry_differ_it_is_said_and_the_reviewer_scores_anew(
    cast: Cast, me: User, projects: list[Project]
):
    sheet, officer = brought(me, projects[0]), Visitor(cast.officer)
    score = signing_of(projects[0].round, me).scores[0]
    item = rules_of(projects[0].round).rubric.criteria[0]
    sent = entered_fields(me, projects[0]) | {f"s{score.pk}-{item.code}": "11.5", "signed": "on"}
    page = text(officer.post("signed_check", sheet.pk, status=200, do="compare", **sent))
    assert "有1处不一致" in page
    assert "11.5" in page
    assert "请写一句说明" in text(officer.post("signed_check", sheet.pk, status=422, do="keep", **sent))
    officer.post("signed_check", sheet.pk, do="keep", **sent, note="第一项纸上是11.5分")
    check = SheetCheck.objects.get()
    assert check.differs == {str(score.pk): {item.code: 23}}
    page = Visitor(me).open("signed_scores", projects[0].round_id)
    assert "纸上和录入的不一致" in page
    assert reverse("scoring", args=[projects[0].pk]) in page
    assert Score.objects.filter(assignment__reviewer=me).count() == 2
    given = marks(cast, 70, change_reason="录入时看错了") | {item.code: 23}
    act(projects[0], "score", actor=me, given=given)
    assert signing_of(projects[0].round, me).stand == Stand.OUTDATED
    assert "要重新签" in Visitor(me).open("signed_scores", projects[0].round_id)


def test_a_paper_that_was_wrong_is_signed_again_and_the_turn_is_over(cast: Cast, me: User, projects: list[Project]):
    paper = as_entered(me, projects[0])
    first, item = next(iter(paper)), rules_of(projects[0].round).rubric.criteria[0]
    wrong = paper | {first: paper[first] | {item.code: 1}}
    sheet = brought(me, projects[0])
    check_signed(sheet, actor=cast.officer, paper=wrong, signed=True, note="第一项写成了0.5分")
    assert items_for(me, []).filter(kind="score").count() == 1
    again = brought(me, projects[0], "改正的一张")
    assert check_signed(again, actor=cast.officer, paper=paper, signed=True).agrees
    assert not items_for(me, []).filter(kind="score").exists()


def test_an_unsigned_paper_or_another_code_does_not_agree(cast: Cast, me: User, projects: list[Project]):
    sheet, paper = brought(me, projects[0]), as_entered(me, projects[0])
    for more in ({"signed": False}, {"signed": True, "code": "0000 0000"}):
        with pytest.raises(Refused):
            check_signed(sheet, actor=cast.officer, paper=paper, **more)
    made = check_signed(sheet, actor=cast.officer, paper=paper, signed=True, code="0000 0000", note="旧的一张")
    assert not made.agrees
    assert signing_of(projects[0].round, me).stand == Stand.DIFFERS


def test_what_is_out_of_bounds_old_one_s_own_or_compared_already_is_refused(
    cast: Cast, me: User, projects: list[Project]
):
    sheet, paper = brought(me, projects[0]), as_entered(me, projects[0])
    for actor in (me, cast.reviewers[1], cast.team_leader, cast.chair):
        with pytest.raises(Refused):
            check_signed(sheet, actor=actor, paper=paper, signed=True)
    first = next(iter(paper))
    item = rules_of(projects[0].round).rubric.criteria[0]
    unread = {code: mark for code, mark in paper[first].items() if code != item.code}
    for wrong in (paper[first] | {item.code: 999}, paper[first] | {"unknown": 1}, unread, {}):
        with pytest.raises(Refused):
            check_signed(sheet, actor=cast.officer, paper=paper | {first: wrong}, signed=True)
    newer = brought(me, projects[0], "第二张")
    with pytest.raises(Refused):
        check_signed(sheet, actor=cast.officer, paper=paper, signed=True)
    check_signed(newer, actor=cast.officer, paper=paper, signed=True)
    with pytest.raises(Refused):
        check_signed(newer, actor=cast.officer, paper=paper, signed=True)
    with pytest.raises(Refused):
        bring_signed(projects[0].round, newer.paper.document, actor=cast.reviewers[1])


def test_nobody_but_who_runs_the_review_sees_the_papers(cast: Cast, me: User, projects: list[Project]):
    sheet = brought(me, projects[0])
    paper = Attachment.objects.get(pk=sheet.paper_id)
    for person in (cast.reviewers[1], cast.team_leader, cast.county_leader, cast.city_officer):
        visitor = Visitor(person)
        visitor.open("document", paper.pk, status=404)
        visitor.open("signed_check", sheet.pk, status=404)
        visitor.open("round_signed", projects[0].round_id, status=404)
    assert "等核对" not in Visitor(cast.reviewers[1]).open("signed_scores", projects[0].round_id)
    assert Visitor(cast.officer).open("document", paper.pk)


def test_the_list_costs_the_same_for_one_and_for_many(
    cast: Cast, me: User, projects: list[Project], django_assert_max_num_queries: Any
):
    sheet = brought(me, projects[0])
    for person in cast.reviewers[1:3]:
        scores(cast, projects[0], person, 72)
        brought(person, projects[0], f"{person}")
    assert len(paperwork(projects[0].round)) == 3
    for name, pk, kind, person in (
        ("round_signed", projects[0].round_id, "list", cast.officer),
        ("signed_check", sheet.pk, "form", cast.officer),
        ("signed_scores", projects[0].round_id, "form", me),
        ("signed_print", projects[0].round_id, "detail", me),
    ):
        visitor = Visitor(person)
        visitor.open(name, pk)
        with django_assert_max_num_queries(BUDGETS[kind]):
            visitor.open(name, pk)


@starting(lambda cast: deliberating(cast, 2))
def test_a_paper_stands_after_its_projects_were_decided_or_withdrawn(cast: Cast, me: User):
    one, other = Project.objects.order_by("number")
    with on(2026, 5, 27):
        sheet = brought(me, one)
        decided(cast, one, "decline", reason="名额所限")
        assert "等核对" in Visitor(cast.officer).open("round_signed", one.round_id)
        letter = str(a_document(cast.officer, "撤回函").pk)
        act(other, "withdraw_by_letter", actor=cast.officer, given={"letter": letter})
        found = signing_of(one.round, me)
    assert [score.assignment.project for score in found.scores] == [one]
    assert (found.sheet, found.stand) == (sheet, Stand.WAITING)


def test_the_database_lets_nobody_compare_their_own_paper_or_sign_for_another(
    cast: Cast, me: User, projects: list[Project]
):
    sheet = brought(me, projects[0])
    scores(cast, projects[0], cast.reviewers[1], 75)
    foreign = Score.objects.filter(assignment__reviewer=cast.reviewers[1]).get()
    with pytest.raises(DatabaseError), transaction.atomic():
        SignedScore.objects.create(sheet=sheet, score=foreign)
    with pytest.raises(DatabaseError), transaction.atomic():
        SheetCheck.objects.create(sheet=sheet, by=me, signed=True, agrees=True, at=clock.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        SheetCheck.objects.create(sheet=sheet, by=cast.officer, signed=False, agrees=True, at=clock.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        SignedSheet.objects.filter(pk=sheet.pk).update(digest="0" * 64)


# What the codes on the paper say --------------------------------------------------------------------------------


def code(round_: int, digest: str, sheet: int = 1, of: int = 1) -> str:
    return f"https://example.org/somewhere{Page(round_, digest, sheet, of).text}"


def sent_in(me: User, round_: int, *texts: str, status: int = 302) -> str:
    """The page after these photographed sheets were handed in as one PDF; nothing on a sheet without text."""
    file = SimpleUploadedFile("签字.pdf", coded(*texts))
    return text(Visitor(me).post("signed_scores", round_, status=status, file=file))


def test_every_sheet_is_printed_with_a_code_of_its_own(cast: Cast, me: User, projects: list[Project]):
    for project in projects:
        given = marks(cast, 70, comment="活动安排具体，经费合理。" * 30, change_reason="补充评语")
        act(project, "score", actor=me, given=given)
    found = signing_of(projects[0].round, me)
    page = Visitor(me).open("signed_print", projects[0].round_id)
    link = f"http://testserver{reverse('signed_scores', args=[projects[0].round_id])}"
    count = page.count('class="a4')
    wholes = [link + Page(projects[0].round_id, found.digest, number, count).text for number in range(1, count + 1)]
    paths = {one.path for one in codes_of(wholes)}
    assert len(paths) == count > 1
    assert all(path in page for path in paths)


def test_sheets_that_are_recognised_say_so_and_the_code_is_not_asked(cast: Cast, me: User, projects: list[Project]):
    round_, digest = projects[0].round_id, signing_of(projects[0].round, me).digest
    sent_in(me, round_, code(round_, digest, 2, 2), code(round_, digest, 1, 2))
    sheet = SignedSheet.objects.get()
    assert (sheet.read, sheet.recognised) == ({"of": 2, "pages": [2, 1]}, True)
    assert "每一页的码都认出来了" in Visitor(me).open("signed_scores", round_)
    page = Visitor(cast.officer).open("signed_check", sheet.pk)
    assert "一张不缺" in page
    assert 'name="code"' not in page
    officer, sent = Visitor(cast.officer), entered_fields(me, projects[0]) | {"signed": "on"}
    officer.post("signed_check", sheet.pk, do="keep", **sent)
    assert SheetCheck.objects.get().agrees


def test_a_page_that_is_not_recognised_is_asked_by_hand(cast: Cast, me: User, projects: list[Project]):
    round_, digest = projects[0].round_id, signing_of(projects[0].round, me).digest
    sent_in(me, round_, code(round_, digest, 1, 2), "")
    sheet = SignedSheet.objects.get()
    assert (sheet.recognised, sheet.unread) == (False, [2])
    assert "第2页的二维码没有认出来" in Visitor(me).open("signed_scores", round_)
    page = Visitor(cast.officer).open("signed_check", sheet.pk)
    assert "第2页的二维码没有认出来" in page
    assert 'name="code"' in page


def test_a_page_of_another_reviewer_another_round_or_an_older_score_is_said_at_once(
    cast: Cast, me: User, projects: list[Project]
):
    round_, before = projects[0].round_id, signing_of(projects[0].round, me).digest
    scores(cast, projects[0], cast.reviewers[1], 75)
    theirs = signing_of(projects[0].round, cast.reviewers[1]).digest
    page = sent_in(me, round_, code(round_, before, 1, 2), code(round_, theirs, 2, 2), status=422)
    assert "第2页的核对码是" in page
    assert cast.reviewers[1].name not in page.split("errsum")[1].split("</div>")[0]
    assert "第1页是另一轮的评分表" in sent_in(me, round_, code(round_ + 1, before), status=422)
    assert not SignedSheet.objects.exists()
    sent_in(me, round_, code(round_, before))
    given = marks(cast, 70, comment="换一句评语，同样的分数，理由充分。", change_reason="补充评语")
    act(projects[0], "score", actor=me, given=given)
    assert "第1页是改分以前的评分表" in sent_in(me, round_, code(round_, before), status=422)
    assert SignedSheet.objects.count() == 1


def test_a_sheet_that_is_lacking_is_named(me: User, projects: list[Project]):
    round_, digest = projects[0].round_id, signing_of(projects[0].round, me).digest
    pages = (code(round_, digest, 1, 3), code(round_, digest, 3, 3))
    assert "共3张，还缺第2张" in sent_in(me, round_, *pages, status=422)
    assert "共4张，只交来2张" in sent_in(me, round_, code(round_, digest, 1, 4), "", status=422)
    assert not SignedSheet.objects.exists()


def test_the_reviewer_takes_a_paper_back_until_somebody_has_compared_it(cast: Cast, me: User, projects: list[Project]):
    visitor, round_ = Visitor(me), projects[0].round_id
    sheet = brought(me, projects[0])
    assert "请写明原因" in text(visitor.post("signed_scores", round_, status=422, do="back", reason=" "))
    visitor.post("signed_scores", round_, do="back", reason="拍糊了")
    page = visitor.open("signed_scores", round_)
    assert "还没有交来" in page
    assert "要撤回" not in page
    assert "拍糊了" in Visitor(cast.officer).open("signed_check", sheet.pk)
    assert "errsum" in text(visitor.post("signed_scores", round_, status=422, do="back", reason="再一次"))
    take_back_signed(sheet, "再一次", actor=me)
    with pytest.raises(Refused):
        check_signed(sheet, actor=cast.officer, paper=as_entered(me, projects[0]), signed=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        SheetCheck.objects.create(sheet=sheet, by=cast.officer, signed=True, agrees=True, at=clock.now())

    again = brought(me, projects[0])
    with pytest.raises(Refused):
        take_back_signed(again, "不是我的", actor=cast.reviewers[1])
    check_signed(again, actor=cast.officer, paper=as_entered(me, projects[0]), signed=True)
    with pytest.raises(Refused):
        take_back_signed(again, "想重签", actor=me)
    with pytest.raises(DatabaseError), transaction.atomic():
        Attachment.objects.filter(pk=again.paper_id).update(
            ending="withdrawn", ended_at=clock.now(), ended_by=me, ended_reason="绕过"
        )
