"""What changed between two versions of an application: everybody who judges again reads it, whatever form asked."""

from __future__ import annotations

from typing import Any

from grants.applications.commands import attach_file, save_budget, save_form
from grants.applications.form_definition import asked
from grants.applications.form_kept import keep_form
from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.queries.versions import versions_of
from grants.desk.setup.questions import changed, put, removed
from grants.desk.tables.versions import what_changed
from grants.programmes.queries import parsed
from tests.cast import Cast
from tests.factories import a_complete_draft, a_document, answers, budget_lines, on
from tests.grants.applications.test_form_definition import TEXT
from tests.grants.applications.test_returning import BACK, returned
from tests.grants.desk.budgets import BUDGETS, KINDS
from tests.grants.desk.visiting import Visitor
from tests.grants.desk.visiting import asked as counted
from tests.journey_steps import a_submitted_project
from workflow.lifecycle import Role


def corrected(cast: Cast) -> Project:
    """Sent back for design and budget, and handed in again with both changed."""
    project = returned(cast)
    plan = project.form["activities"]
    report = {"name": "汇报会", "month": "2026-12", "times": 1, "volunteers": 6}
    activities = [plan[0] | {"times": 9, "place": "老年活动中心"}, report]
    save_form(project, actor=cast.applicant, need=project.form["need"] + "走访了八十七户。", activities=activities)
    save_budget(project, budget_lines(2_400_000), actor=cast.applicant)
    resubmit(cast, project)
    return project


def resubmit(cast: Cast, project: Project) -> None:
    """Two days later."""
    with on(2026, 3, 6):
        act(project, "resubmit", actor=cast.team_leader)


def test_everybody_who_judges_again_reads_what_was_changed_and_what_was_asked(cast: Cast):
    project = corrected(cast)
    for person in (cast.county_officer, cast.county_leader, cast.officer, cast.team_leader):
        page = Visitor(person).open("project_versions", project.pk)
        assert "第2版和第1版比" in page
        assert "<ins>走访了八十七户。</ins>" in page
        assert "汇报会" in page
        assert "<del>" in page
        assert str(BACK["reason"]) in page
        assert "项目名称" not in page


def test_the_way_there_is_beside_the_application_and_in_the_trail(cast: Cast):
    project = corrected(cast)
    officer = Visitor(cast.county_officer)
    path = f"/projects/{project.pk}/versions/"
    for page in ("project_reader", "project_text", "project"):
        assert path in officer.open(page, project.pk), page


def test_every_version_is_there_as_it_was_handed_in(cast: Cast):
    project = corrected(cast)
    first = Visitor(cast.county_officer).open("project_versions", project.pk, query="?version=1")
    assert "申报书第1版" in first
    assert "走访了八十七户" not in first
    assert "走访了八十七户" in Visitor(cast.county_officer).open("project_versions", project.pk, query="?whole=1")
    for query in ("?version=3", "?version=2&with=2", "?version=2&with=7"):
        Visitor(cast.county_officer).open("project_versions", project.pk, query=query, status=404)


def test_a_document_that_was_exchanged_is_told(cast: Cast):
    project = a_submitted_project(cast)
    act(project, "county_return", actor=cast.county_officer, given=BACK | {"sections": ["files"]})
    with on(2026, 3, 5):
        attach_file(project, "team_proof", a_document(cast.applicant, "新证明"), actor=cast.applicant)
    resubmit(cast, project)
    page = Visitor(cast.county_officer).open("project_versions", project.pk)
    assert "新证明.pdf" in page


def test_a_draft_has_no_versions_and_others_no_page(cast: Cast):
    project = a_complete_draft(cast)
    assert "还没有提交过" in Visitor(cast.team_leader).open("project_versions", project.pk)
    Visitor(cast.reviewers[0]).open("project_versions", project.pk, status=404)


def test_answers_given_under_another_form_are_compared_by_their_questions(cast: Cast):
    project = returned(cast)
    more = put({"name": "own_more", "zh": "还有什么", "kind": "text", "required": False}, "need")
    reworded = put({"name": "need", "zh": "为什么要做", "kind": "longtext", "most": 900}, "need", "need")
    text = changed(changed(changed(TEXT, removed("feature"))[0], more)[0], reworded)[0]
    Project.objects.filter(pk=project.pk).update(asked=keep_form(asked(parsed(text))))
    project.refresh_from_db()
    save_form(project, actor=cast.applicant, need="家家有人会救。", own_more="有一间教室。")
    resubmit(cast, project)

    page = Visitor(cast.county_officer).open("project_versions", project.pk)
    for words in ("不再问这一项", "没有问这一项", "<ins>有一间教室。</ins>", f"<del>{answers()['feature']}</del>"):
        assert words in page, words
    assert "上一版问的是“要解决什么问题" in page or "上一版问的是“" in page
    assert answers()["feature"] in Visitor(cast.county_officer).open("project_versions", project.pk, query="?version=1")


def test_reviewers_read_of_it_no_telephone_number(cast: Cast):
    project = a_submitted_project(cast)
    act(project, "county_return", actor=cast.county_officer, given=BACK | {"sections": ["team", "design"]})
    told: dict[str, Any] = {"contact_mobile": "13900000002", "need": "有事请打 13700000003。"}
    save_form(project, actor=cast.applicant, **told)
    resubmit(cast, project)
    old, new = versions_of(project, cast.officer, frozenset({Role.PROGRAMME_OFFICER})).handed_in
    openly, closed = (repr(what_changed(project, old, new, cast.officer, closed=hide)) for hide in (False, True))
    for number in ("13900000002", "13700000003"):
        assert number in openly
        assert number[3:] not in closed


def test_more_versions_ask_no_more_questions(cast: Cast):
    project = corrected(cast)
    officer = Visitor(cast.county_officer)
    officer.open("project_versions", project.pk)
    with counted() as few:
        officer.open("project_versions", project.pk)
    act(project, "county_return", actor=cast.county_officer, given=BACK | {"due_on": "2026-03-20"})
    save_form(project, actor=cast.applicant, need="又核对了一遍。")
    with on(2026, 3, 9):
        act(project, "resubmit", actor=cast.team_leader)
    with counted() as many:
        page = officer.open("project_versions", project.pk)
    assert "这一版和更早的比" in page
    assert len(few) == len(many) <= BUDGETS[KINDS["project_versions"]]
