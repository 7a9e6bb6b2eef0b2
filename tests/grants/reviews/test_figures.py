"""What scores add up to is kept when a review ends, goes when it is opened again, and is proven from the scores."""

from __future__ import annotations

import pytest
from django.apps import apps

from grants.applications.models import Project
from grants.desk.commands import act
from grants.reviews.figures import faults, fill
from grants.reviews.models import Figures
from tests.cast import Cast
from tests.factories import on
from tests.journey_steps import marks, starting
from workflow.lifecycle import ProjectState as S

pytestmark = starting(S.REVIEWED)


def test_the_figures_are_those_of_the_scores_that_count(project: Project):
    kept = Figures.objects.get(project=project)
    totals = [sum(halves.values()) for _reviewer, halves in kept.given]
    assert kept.scores == len(totals) == 3
    assert kept.mean == project.score_hundredths
    assert kept.trimmed is None
    assert (kept.lowest, kept.highest) == (min(totals) * 50, max(totals) * 50)
    assert set(kept.means) == {one for _reviewer, halves in kept.given for one in halves}
    assert list(faults()) == []


def test_with_five_scores_the_official_one_is_without_highest_and_lowest(cast: Cast, project: Project):
    with on(2026, 5, 27):
        act(project, "reopen_review", actor=cast.chair, given={"reason": "补足五位专家"})
        assert not Figures.objects.exists()
    with on(2026, 5, 28):
        more = [str(person.pk) for person in cast.reviewers[3:5]]
        act(project, "assign_reviewers", actor=cast.officer, given={"reviewers": more})
        for place, person in enumerate(cast.reviewers[:5]):
            if place > 2:
                act(project, "declare_no_conflict", actor=person)
            given = {**marks(cast, 76 + 2 * place), "change_reason": "评审重新开启，再评一次。"}
            act(project, "score", actor=person, given=given)
    project.refresh_from_db()
    kept = Figures.objects.get(project=project)
    assert (kept.scores, kept.trimmed) == (5, project.score_hundredths)
    assert kept.lowest < kept.mean < kept.highest
    assert kept.spread
    assert list(faults()) == []


@pytest.mark.parametrize("changed", [{"mean": 1}, {"spread": 999}, {"means": {}}, {"digest": "0" * 64}, {"given": []}])
def test_figures_that_are_not_those_of_the_scores_are_named(project: Project, changed):
    lowest = {"lowest": 0} if "mean" in changed else {}
    Figures.objects.filter(project=project).update(**changed, **lowest)
    assert [fault.row for fault in faults()] == [f"grants.Project {project.pk}"]


def test_a_scored_project_without_figures_is_named_and_figures_without_a_score_are(cast: Cast, project: Project):
    kept = Figures.objects.get(project=project)
    Figures.objects.all().delete()
    assert [fault.what for fault in faults()] == ["评分统计与有效评分不符"]
    with on(2026, 5, 27):
        act(project, "reopen_review", actor=cast.chair, given={"reason": "评分表有误"})
    kept.pk = None
    kept.save()
    assert [fault.what for fault in faults()] == ["评审没有完成，却有评分统计"]


def test_reviews_that_ended_before_figures_were_kept_get_theirs(project: Project):
    before = Figures.objects.values().get()
    Figures.objects.all().delete()
    fill(apps, None)
    assert Figures.objects.values().get() | {"id": before["id"]} == before
    assert list(faults()) == []
