"""The page of a document: looked at page by page, leafed through, who has read it shown to whoever answers for it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from grants.applications.models import Project
from storage.commands import attach, keep
from storage.models import Access, Attachment
from tests.cast import Cast
from tests.factories import on
from tests.grants.desk.budgets import BUDGETS
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import a_submitted_project
from tests.storage.files import PDF, picture
from tests.storage.good import SAMPLES
from workflow import clock

TABLE = "姓名,电话\n张三,13800000000\n".encode()


@pytest.fixture
def project(cast: Cast) -> Project:
    with on(2026, 3, 2):
        return a_submitted_project(cast)


def lay(cast: Cast, project: Project, slot: str, name: str, content: bytes) -> Attachment:
    document = keep(ContentFile(content, name=name), actor=cast.team_leader, now=clock.now())
    return attach(project, slot, document, actor=cast.team_leader, now=clock.now())


def test_a_paper_with_personal_data_is_drawn_and_the_reader_is_told_that_it_is_logged(cast: Cast, project: Project):
    paper = lay(cast, project, "hours_proof", "服务时长.csv", TABLE)
    county = Visitor(cast.county_officer)
    page = county.open("document", paper.pk)
    assert "含个人信息" in page
    assert "每下载一次都有登记" in page
    assert "13800000000" not in page
    picture_url = reverse("storage:page", args=[paper.pk, 1])
    assert f'src="{picture_url}"' in page
    assert "服务时长.csv，第1页，共1页" in page
    answer = county.client.get(picture_url)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "image/webp",
        "private, no-store",
    )
    assert Access.objects.get().reader == cast.county_officer


def test_a_paper_costs_no_more_than_other_pages_of_one_thing(
    cast: Cast, project: Project, django_assert_max_num_queries: Any
):
    paper = lay(cast, project, "hours_proof", "服务时长.csv", TABLE)
    reader = Visitor(cast.officer)
    reader.open("document", paper.pk)
    with django_assert_max_num_queries(BUDGETS["detail"]):
        reader.open("document", paper.pk)


def test_the_words_of_an_open_table_stand_in_the_page(cast: Cast, project: Project):
    paper = lay(cast, project, "results", "成果.csv", "课程,人数\n救护课,40\n".encode())
    page = Visitor(cast.county_officer).open("document", paper.pk)
    assert "<td>救护课</td><td>40</td>" in page
    assert "密级" in page
    assert not Access.objects.exists()


def test_the_words_of_word_and_excel_stand_in_the_page(cast: Cast, project: Project):
    for name, words in (("python-docx.docx", "一、项目背景"), ("xlsxwriter.xlsx", "训练耗材")):
        paper = lay(cast, project, "results", name, (SAMPLES / name).read_bytes())
        assert words in Visitor(cast.county_officer).open("document", paper.pk)


def test_a_document_is_leafed_through_by_links(cast: Cast, project: Project):
    paper = lay(cast, project, "hours_proof", "名单.csv", b"a,b\n" * 100)
    reader = Visitor(cast.county_officer)
    first, second = reader.open("document", paper.pk), reader.open("document", paper.pk, query="?sheet=2")
    assert re.findall(r'data-leaf="(\w+)" rel="\w+" href="([^"]+)"', first) == [("later", "?sheet=2")]
    assert re.findall(r'data-leaf="(\w+)" rel="\w+" href="([^"]+)"', second) == [
        ("earlier", "?sheet=1"),
        ("later", "?sheet=3"),
    ]
    for wrong in ("0", "99"):
        reader.open("document", paper.pk, query=f"?sheet={wrong}", status=404)
    assert reader.open("document", paper.pk, query="?sheet=x")


def test_papers_of_one_record_are_leafed_through_too(cast: Cast, project: Project):
    papers = [lay(cast, project, "results", f"{n}.pdf", PDF + b" " * n) for n in range(3)]
    reader, seen = Visitor(cast.county_officer), []
    url = reverse("document", args=[papers[0].pk])
    for _ in papers:
        seen.append(url)
        page = reader.client.get(url).content.decode()
        onward = re.search(r'data-leaf="after" href="([^"]+)"', page)
        url = onward.group(1) if onward else ""
    assert seen == [reverse("document", args=[paper.pk]) for paper in papers]


def test_a_foreign_paper_is_a_missing_one_with_its_pages_and_its_link(cast: Cast, project: Project):
    paper = lay(cast, project, "hours_proof", "服务时长.csv", TABLE)
    own = Visitor(cast.county_officer)
    with on(2026, 3, 3):
        link = own.client.get(reverse("storage:download", args=[paper.pk]))["Location"]
    stranger = Visitor(cast.stranger)
    missing = stranger.client.get(reverse("document", args=["00000000-0000-4000-8000-000000000000"]))
    with on(2026, 3, 3):
        for url in (
            link,
            reverse("document", args=[paper.pk]),
            reverse("storage:download", args=[paper.pk]),
            reverse("storage:page", args=[paper.pk, 1]),
            reverse("storage:thumbnail", args=[paper.pk]),
        ):
            answer = stranger.client.get(url)
            assert (answer.status_code, len(answer.content)) == (404, len(missing.content)), url
    assert not Access.objects.exists()
    with on(2026, 3, 3) as now, clock.held(now + dt.timedelta(seconds=61)):
        assert own.client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("role", "sees"),
    [("auditor", True), ("officer", True), ("county_leader", True), ("county_officer", False), ("team_leader", False)],
)
def test_who_answers_for_a_paper_sees_who_has_read_it(cast: Cast, project: Project, role: str, sees: bool):
    paper = lay(cast, project, "hours_proof", "服务时长.csv", TABLE)
    Visitor(cast.city_officer).client.get(reverse("storage:page", args=[paper.pk, 1]))
    page = Visitor(getattr(cast, role)).open("document", paper.pk)
    assert ('id="readers"' in page) == sees
    assert (f"<span>{cast.city_officer}</span>" in page) == sees


def test_lists_lead_to_the_page_and_show_small_pictures_of_what_is_open(cast: Cast, project: Project, settings: Any):
    shown = lay(cast, project, "results", "现场.png", picture("PNG", (60, 40)))
    hidden = lay(cast, project, "hours_proof", "签到.png", picture("PNG", (61, 40)))
    reader = Visitor(cast.county_officer)
    page = reader.open("project", project.pk)
    for paper in (shown, hidden):
        assert f'href="{reverse("document", args=[paper.pk])}"' in page
        assert f'href="{reverse("storage:download", args=[paper.pk])}"' in page
    assert reverse("storage:thumbnail", args=[shown.pk]) in page
    assert reverse("storage:thumbnail", args=[hidden.pk]) not in page
    answer = reader.client.get(reverse("storage:thumbnail", args=[shown.pk]))
    assert b"".join(answer)
    assert answer.status_code == 200
