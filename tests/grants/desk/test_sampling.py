"""A sample that every reviewer scores first: then its own marks and why; never among the scores that count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from grants.applications.models import Project
from grants.desk.commands import act
from grants.people.models import User
from grants.programmes.profile import Profile, load_profile, profile_text
from grants.programmes.queries import rules_of
from grants.reviews.models import Score
from grants.reviews.queries import official_score, ranking
from grants.reviews.sampling.commands import score_sample, set_sample
from grants.reviews.sampling.models import Sample, SampleScore
from grants.reviews.sampling.queries import owed, panel_marks, progress
from tests.cast import Cast
from tests.factories import an_open_round, on, reasons
from tests.grants.desk.budgets import BUDGETS
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import marks, projects_in, scores
from workflow import clock
from workflow.actions import Refused
from workflow.lifecycle import ProjectState as S

SAMPLED = (
    profile_text("qingnuan")
    .replace("per_county: 1", "per_county: 9")
    .replace("    straddle_trigger: 8", "    sample: true\n    straddle_trigger: 8")
)


@pytest.fixture
def project(cast: Cast) -> Iterator[Project]:
    an_open_round(cast, text=SAMPLED)
    project = projects_in(cast, S.UNDER_REVIEW, 1)[0]
    with on(2026, 5, 25):
        yield project


@pytest.fixture
def me(cast: Cast) -> User:
    return cast.reviewers[0]


def reference(project: Project, percent: int = 80) -> dict[str, int]:
    return {one.code: 2 * one.weight * percent // 100 for one in rules_of(project.round).rubric.criteria}


def why(project: Project) -> dict[str, str]:
    return {one.code: f"{one.label}写得清楚" for one in rules_of(project.round).rubric.criteria}


def a_sample(cast: Cast, project: Project) -> Sample:
    words = {"title": "社区救护示例", "text": "在三个社区开展救护培训，每月一次。"}
    return set_sample(
        project.round, actor=cast.officer, project=None, halves=reference(project), why=why(project), **words
    )


def declared(project: Project, person: User) -> None:
    act(project, "declare_no_conflict", actor=person)


def test_nobody_hands_in_a_score_before_the_sample_and_is_led_there(cast: Cast, project: Project, me: User):
    declared(project, me)
    assert set(reasons(project, "score", me, **marks(cast, 70))) == {"sample_first"}
    assert "项目管理员还没有放样题" in Visitor(me).open("sample", project.round_id)
    a_sample(cast, project)
    for page in (Visitor(me).open("scoring", project.pk), Visitor(me).open("reviews")):
        assert "去评样题" in page
    score_sample(project.round, reference(project, 60), "", actor=me)
    act(project, "score", actor=me, given=marks(cast, 70))
    assert "去评样题" not in Visitor(me).open("reviews")


def test_the_marks_it_is_measured_by_are_seen_only_after_one_s_own(cast: Cast, project: Project, me: User):
    a_sample(cast, project)
    visitor = Visitor(me)
    page = visitor.open("sample", project.round_id)
    assert "在三个社区开展救护培训" in page
    assert "写得清楚" not in page
    typed: dict[str, Any] = {one.code: str(one.weight // 2) for one in rules_of(project.round).rubric.criteria}
    visitor.post("sample", project.round_id, **typed, comment="中规中矩")
    page = visitor.open("sample", project.round_id)
    assert "写得清楚" in page
    assert "−" in page
    assert "您的和参考得分" in page
    assert not Score.objects.exists()
    visitor.post("sample", project.round_id, **typed | {"comment": "再来"})
    assert SampleScore.objects.get().comment == "中规中矩"


def test_every_mark_of_the_sample_is_asked_for(cast: Cast, project: Project, me: User):
    a_sample(cast, project)
    assert "errsum" in text(Visitor(me).post("sample", project.round_id, status=422, comment="空"))
    with pytest.raises(Refused):
        score_sample(project.round, reference(project) | {next(iter(reference(project))): 999}, "", actor=me)
    with pytest.raises(Refused):
        score_sample(project.round, reference(project), "", actor=cast.team_leader)


def test_the_officer_sets_it_on_a_page_and_sees_who_has_scored_it(cast: Cast, project: Project, me: User):
    officer = Visitor(cast.officer)
    assert "专家现在评不了项目" in officer.open("round_sample", project.round_id)
    assert "errsum" in text(officer.post("round_sample", project.round_id, status=422, title="示例"))
    typed: dict[str, Any] = {"title": "社区救护示例", "text": "每月一次。"}
    for one in rules_of(project.round).rubric.criteria:
        typed |= {one.code: str(one.weight // 2), f"why-{one.code}": "有依据"}
    officer.post("round_sample", project.round_id, **typed)
    score_sample(project.round, reference(project, 60), "", actor=me)
    page = officer.open("round_sample", project.round_id)
    assert "评过1 / 3位" in page
    assert "不能再换" in page
    officer.post("round_sample", project.round_id, status=422, **typed)
    assert Sample.objects.count() == 1
    assert [row.score is None for row in progress(project.round, Sample.objects.get())] == [True, True, False]


def test_an_application_of_the_same_round_is_no_sample_and_the_panel_s_marks_are_known(
    cast: Cast, project: Project, me: User
):
    sample = a_sample(cast, project)
    for person in cast.reviewers[:3]:
        score_sample(project.round, reference(project), "", actor=person)
        scores(cast, project, person, 70)
    project.refresh_from_db()
    assert project.state == S.REVIEWED
    assert set(panel_marks(project).values()) != set()
    round_ = project.round
    with pytest.raises(Refused):
        set_sample(round_, actor=cast.officer, project=project, halves=reference(project), why=why(project))
    assert sample.project is None


def test_no_figure_knows_the_sample(cast: Cast, project: Project):
    a_sample(cast, project)
    for person in cast.reviewers[:3]:
        score_sample(project.round, reference(project, 10), "", actor=person)
        scores(cast, project, person, 70)
    project.refresh_from_db()
    assert official_score(project) == 7000
    assert [one.project for one in ranking(project.round)] == [project]
    assert project.figures.mean == 7000


def test_only_the_officer_sets_it_and_only_where_the_round_says_so(cast: Cast, project: Project, me: User):
    for person in (me, cast.team_leader, cast.chair):
        Visitor(person).open("round_sample", project.round_id, status=404)
        with pytest.raises(Refused):
            set_sample(project.round, actor=person, project=None, halves={}, why={}, title="a", text="b")
    Visitor(cast.reviewers[4]).open("sample", project.round_id, status=404)


def test_without_the_setting_there_is_no_sample_and_older_rounds_keep_their_digest():
    said = profile_text("qingnuan").replace("    straddle_trigger: 8", "    sample: false\n    straddle_trigger: 8")
    assert Profile.parse(said).digest() == load_profile("qingnuan").digest()
    assert Profile.parse(SAMPLED).rubric.method.sample


def test_the_pages_keep_their_budgets(cast: Cast, project: Project, me: User, django_assert_max_num_queries: Any):
    a_sample(cast, project)
    for name, person in (("sample", me), ("round_sample", cast.officer)):
        visitor = Visitor(person)
        visitor.open(name, project.round_id)
        with django_assert_max_num_queries(BUDGETS["form"]):
            visitor.open(name, project.round_id)
    declared(project, me)
    visitor = Visitor(me)
    visitor.open("scoring", project.pk)
    with django_assert_max_num_queries(BUDGETS["form"]):
        visitor.open("scoring", project.pk)


def test_the_database_takes_one_answer_a_reviewer_and_a_sample_that_is_one(cast: Cast, project: Project, me: User):
    sample = a_sample(cast, project)
    score_sample(project.round, reference(project), "", actor=me)
    assert not owed(project.round, me)
    with pytest.raises(IntegrityError), transaction.atomic():
        SampleScore.objects.create(sample=sample, reviewer=me, halves={}, at=clock.now())
    facts = {"round": project.round, "halves": {}, "why": {}, "made_by": cast.officer, "at": clock.now()}
    for wrong in ({"title": "空"}, {"title": "", "text": "有"}, {"title": "两样", "text": "有", "project": project}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Sample.objects.create(**facts | wrong)
