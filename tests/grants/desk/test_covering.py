"""What hides names reaches judges only blackened, or as the officer opened it; the original never, by no way."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from PIL import Image, ImageDraw

from grants.applications.models import Project
from grants.programmes.profile import profile_text
from grants.reviews.covering.commands import blacken, bring, open_as_it_is, uncover
from grants.reviews.covering.models import Cover, How
from grants.reviews.covering.queries import coverings, to_cover
from storage.backends import store
from storage.commands import attach, keep, replace
from storage.covering import covered
from storage.models import Attachment, Document
from storage.refusal import Refused as NotTaken
from tests.cast import Cast
from tests.factories import an_open_round, on
from tests.grants.desk.budgets import BUDGETS
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import projects_in
from tests.storage.files import pdf, stream
from workflow import clock
from workflow.actions import Refused
from workflow.lifecycle import ProjectState as S

HIDING = (
    profile_text("qingnuan")
    .replace("per_county: 1", "per_county: 9")
    .replace("{slot: past_results,", "{slot: past_results, seen_by: covered,")
)
NAME = "Zhou Chenguang 13800000000"
WORDS = pdf(
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    stream(f"BT /F1 24 Tf 60 780 Td ({NAME}) Tj ET"),
    catalog="",
    page="/Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R",
)
HEAD = (1, 0, 0, 1000, 200)
"""The upper fifth of the first page, where the name stands."""


@pytest.fixture
def project(cast: Cast) -> Iterator[Project]:
    an_open_round(cast, text=HIDING)
    project = projects_in(cast, S.UNDER_REVIEW, 1)[0]
    with on(2026, 5, 25):
        yield project


def lay(cast: Cast, project: Project, content: bytes = WORDS, name: str = "晨光队成果.pdf") -> Attachment:
    document = keep(ContentFile(content, name=name), actor=cast.team_leader, now=clock.now())
    return attach(project, "past_results", document, actor=cast.team_leader, now=clock.now())


def content_of(document: Document) -> bytes:
    with store().open(document.key) as file:
        return file.read()


def words_in(content: bytes) -> str:
    document: Any = pypdfium2.PdfDocument(content)
    return "".join(page.get_textpage().get_text_range() for page in document)


def drawn(content: bytes) -> Image.Image:
    image: Image.Image = pypdfium2.PdfDocument(content)[0].render(scale=1).to_pil().convert("RGB")
    return image


def test_nothing_lies_beneath_a_box_and_nothing_of_the_file_comes_along(cast: Cast, project: Project):
    paper = lay(cast, project)
    assert NAME in words_in(content_of(paper.document))
    made = blacken(paper, [HEAD], actor=cast.officer)
    assert made.copy
    content = content_of(made.copy.document)
    assert words_in(content) == ""
    assert NAME.encode() not in content
    with pikepdf.open(io.BytesIO(content)) as seen:
        assert not seen.docinfo
    image = drawn(content).convert("L")
    assert [image.getpixel((297, height)) for height in (60, 120, 400, 700)] == [0, 0, 255, 255]
    assert "晨光" not in made.copy.document.name


def test_a_bar_drawn_elsewhere_over_living_words_is_taken_in_without_the_words(cast: Cast, project: Project):
    paper = lay(cast, project)
    barred = keep(ContentFile(WORDS, name="遮好.pdf"), actor=cast.officer, now=clock.now())
    made = bring(paper, barred, actor=cast.officer)
    assert made.how == How.UPLOAD
    assert made.copy
    assert made.copy.document != barred
    assert words_in(content_of(made.copy.document)) == ""
    with pytest.raises(Refused):
        bring(paper, paper.document, actor=cast.officer)


def test_of_a_photo_neither_place_nor_pixels_beneath_remain(cast: Cast, project: Project):
    photo = Image.new("RGB", (1200, 900), "white")
    ImageDraw.Draw(photo).rectangle((100, 100, 300, 200), fill="red")
    exif = Image.Exif()
    exif[0x010F] = "Zhou"
    out = io.BytesIO()
    photo.save(out, "JPEG", exif=exif)
    made = blacken(lay(cast, project, out.getvalue(), "队旗.jpg"), [(1, 50, 50, 300, 300)], actor=cast.officer)
    assert made.copy
    content = content_of(made.copy.document)
    assert b"Zhou" not in content
    colours = [colour for _count, colour in drawn(content).getcolors(1 << 24) or []]
    assert not [one for one in colours if isinstance(one, tuple) and one[0] > 150 and one[1] < 90]


def every_way(paper: Attachment) -> list[str]:
    return [
        reverse("document", args=[paper.pk]),
        reverse("storage:download", args=[paper.pk]),
        reverse("storage:page", args=[paper.pk, 1]),
        reverse("storage:thumbnail", args=[paper.pk]),
        reverse("ask_retake", args=[paper.pk]),
        reverse("cover", args=[paper.pk]),
    ]


def test_a_judge_gets_the_version_for_judges_and_the_original_by_no_way(cast: Cast, project: Project):
    paper, judge = lay(cast, project), Visitor(cast.reviewers[0])
    page = judge.open("project_reader", project.pk)
    assert "还有1份材料看得出是谁" in page
    made = blacken(paper, [HEAD], actor=cast.officer)
    assert made.copy
    page = judge.open("project_reader", project.pk)
    assert "看得出是谁" not in page
    assert str(made.copy.pk) in page
    pages = [page, *(judge.open(name, project.pk) for name in ("project", "project_papers", "scoring"))]
    assert not [1 for one in pages if "晨光队成果" in one or str(paper.pk) in one]
    assert {judge.client.get(url).status_code for url in every_way(paper)} == {404}
    page = judge.open("document", made.copy.pk)
    assert str(paper.pk) not in page
    assert judge.client.get(reverse("storage:page", args=[made.copy.pk, 1])).status_code == 200


def test_judges_of_another_project_teams_and_recommenders_do_not_get_what_is_for_judges(cast: Cast, project: Project):
    made = blacken(lay(cast, project), [HEAD], actor=cast.officer)
    assert made.copy
    for person in (cast.reviewers[4], cast.team_leader, cast.county_leader):
        Visitor(person).open("document", made.copy.pk, status=404)
    for person in (cast.officer, cast.auditor):
        Visitor(person).open("document", made.copy.pk)


def test_a_newer_original_voids_what_judges_had(cast: Cast, project: Project):
    paper = lay(cast, project)
    made = blacken(paper, [HEAD], actor=cast.officer)
    newer = keep(ContentFile(WORDS + b"%", name="新的成果.pdf"), actor=cast.team_leader, now=clock.now())
    replace(paper, newer, actor=cast.team_leader, now=clock.now(), reason="换一份清楚的")
    judge = Visitor(cast.reviewers[0])
    assert made.copy
    judge.open("document", made.copy.pk, status=404)
    assert "还有1份材料看得出是谁" in judge.open("project_reader", project.pk)
    assert [one.left for one in coverings(project.round, to_cover(project.round))] == [1]


def test_what_names_nobody_is_opened_as_it_is_and_closed_again(cast: Cast, project: Project):
    paper, judge = lay(cast, project), Visitor(cast.reviewers[0])
    open_as_it_is(paper, actor=cast.officer)
    judge.open("document", paper.pk)
    uncover(paper, actor=cast.officer)
    judge.open("document", paper.pk, status=404)


def test_pressing_corners_makes_boxes_and_one_press_more_gives_them_to_judges(cast: Cast, project: Project):
    paper, officer = lay(cast, project), Visitor(cast.officer)
    assert "还没有遮盖，专家看不到" in officer.open("cover", paper.pk)
    url = reverse("cover", args=[paper.pk])
    first = officer.client.get(f"{url}?sheet=1&w=320&at.x=0&at.y=0", follow=True)
    assert "再点对角" in text(first)
    corner = first.redirect_chain[-1][0]
    second = officer.client.get(f"{corner}&at.x=320&at.y=90", follow=True)
    assert "涂黑1处" in text(second)
    sent = {name: values for name, values in officer.fields(text(second)).items() if name in {"sheet", "w", "b"}}
    assert sent["b"][0] == "1.0.0.1000.198"
    given = {"sheet": "1", "w": "320", "b": [sent["b"][0]], "do": "blacken"}
    for _press in range(2):
        assert officer.client.post(url, given).status_code == 302
    made = Cover.objects.get()
    assert (made.how, made.boxes, made.made_by) == (How.BOXES, [[1, 0, 0, 1000, 198]], cast.officer)
    assert "M0 0H1000V198H0z" in officer.open("cover", paper.pk)
    assert "都办好了" in officer.open("round_covers", project.round_id)


def test_percents_typed_and_a_whole_page_do_the_same_without_a_pointer(cast: Cast, project: Project):
    paper, officer = lay(cast, project), Visitor(cast.officer)
    url = reverse("cover", args=[paper.pk])
    typed = officer.client.get(f"{url}?sheet=1&w=320&left=10&top=5&right=90&bottom=20&add=1", follow=True)
    assert 'value="1.100.50.900.200"' in text(typed)
    whole = officer.client.get(f"{url}?sheet=1&w=320&all=1", follow=True)
    assert 'value="1.0.0.1000.1000"' in text(whole)
    for nonsense in ("b=1.2.3", "b=9.0.0.10.10", "b=1.0.0.0.0", "c=5000.1", "at.x=a&at.y=b", "sheet=99", "add=1"):
        officer.open("cover", paper.pk, query=f"?w=1&{nonsense}")


def test_a_file_blackened_elsewhere_is_brought_and_words_are_not(cast: Cast, project: Project):
    paper, officer = lay(cast, project), Visitor(cast.officer)
    file = SimpleUploadedFile("遮好.pdf", WORDS)
    officer.post("cover", paper.pk, do="bring", file=file)
    assert Cover.objects.get().how == How.UPLOAD
    wrongs: list[Any] = [SimpleUploadedFile("遮好.csv", b"a,b\n"), ""]
    for wrong in wrongs:
        assert "errsum" in text(officer.post("cover", paper.pk, status=422, do="bring", file=wrong))
    assert "errsum" in text(officer.post("cover", paper.pk, status=422, do="blacken"))


def test_what_still_lies_uncovered_is_counted_in_few_questions(
    cast: Cast, project: Project, django_assert_max_num_queries: Any
):
    papers = [lay(cast, project, WORDS + b"%" * n, f"成果{n}.pdf") for n in range(3)]
    blacken(papers[0], [HEAD], actor=cast.officer)
    officer = Visitor(cast.officer)
    assert "还有2份没有遮盖" in officer.open("round_covers", project.round_id)
    with django_assert_max_num_queries(BUDGETS["list"]):
        officer.open("round_covers", project.round_id)
    with django_assert_max_num_queries(BUDGETS["form"]):
        officer.open("cover", papers[0].pk)


def test_only_the_officer_covers_and_only_what_hides_names(cast: Cast, project: Project):
    paper = lay(cast, project)
    for person in (cast.team_leader, cast.reviewers[0], cast.auditor):
        Visitor(person).open("cover", paper.pk, status=404)
        Visitor(person).open("round_covers", project.round_id, status=404)
        with pytest.raises(Refused):
            blacken(paper, [HEAD], actor=person)
    other = attach(project, "partnership", paper.document, actor=cast.team_leader, now=clock.now())
    with pytest.raises(Refused):
        open_as_it_is(other, actor=cast.officer)
    with pytest.raises(Refused):
        blacken(paper, [], actor=cast.officer)
    with pytest.raises(Refused):
        blacken(paper, [(2, 0, 0, 10, 10)], actor=cast.officer)


def test_a_file_of_words_is_not_blackened_but_may_be_opened(cast: Cast, project: Project):
    paper = lay(cast, project, b"a,b\n1,2\n", "成果.csv")
    assert "只有照片和 PDF 能直接涂黑" in Visitor(cast.officer).open("cover", paper.pk)
    with pytest.raises(NotTaken):
        covered(paper.document, [HEAD], actor=cast.officer, name="x", now=clock.now(), ident=paper.pk)
    open_as_it_is(paper, actor=cast.officer)


def test_the_database_keeps_a_cover_on_its_own_project_and_as_it_was(cast: Cast, project: Project):
    paper = lay(cast, project)
    made = blacken(paper, [HEAD], actor=cast.officer)
    facts: dict[str, Any] = {"project": project, "original": paper, "made_by": cast.officer, "at": clock.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Cover.objects.create(**facts, how=How.CLEAR)
    other = lay(cast, project, WORDS + b"%", "别的.pdf")
    with pytest.raises(DatabaseError), transaction.atomic():
        Cover.objects.create(**facts | {"original": other}, how=How.UPLOAD, copy=paper)
    with pytest.raises(DatabaseError), transaction.atomic():
        Cover.objects.filter(pk=made.pk).update(how=How.UPLOAD)
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()
    uncover(paper, actor=cast.officer)
    with pytest.raises(DatabaseError), transaction.atomic():
        Cover.objects.filter(pk=made.pk).update(ended_at=clock.now())
