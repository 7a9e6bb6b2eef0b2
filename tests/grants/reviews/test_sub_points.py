"""Where a round has sub-points scored, each gets a mark of its own, and every figure is of criteria all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grants.applications.models import Project
from grants.desk.commands import act
from grants.programmes.profile import Profile, profile_text
from grants.programmes.queries import rules_of
from grants.reviews.models import Figures, Score
from grants.reviews.queries import ranking
from grants.reviews.score_sheet import Held, columns_of, read_scores
from tests.cast import Cast
from tests.factories import an_open_round, on, reasons
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import marks, projects_in, round_on, scores
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState
from workflow.verify import faults

APART = (
    profile_text("qingnuan")
    .replace("per_county: 1", "per_county: 9")
    .replace("    step: 0.5", "    step: 0.5\n    by_sub: true")
)


@pytest.fixture
def two(cast: Cast) -> Iterator[list[Project]]:
    """Two projects under review in a round that has its sub-points scored."""
    an_open_round(cast, text=APART)
    found = projects_in(cast, S.UNDER_REVIEW, 2)
    with on(2026, 5, 25):
        yield found


def test_each_sub_point_gets_a_mark_within_its_own_points(cast: Cast, two: list[Project]):
    person, project = cast.reviewers[0], two[0]
    rubric = rules_of(project.round).rubric
    assert [item.code for item in rubric.scored[:3]] == ["need_1", "need_2", "need_3"]
    assert len(rubric.scored) == sum(len(one.sub) for one in rubric.criteria)
    assert sum(item.weight for item in rubric.scored) == 100

    refused = reasons(project, "score", actor=person, **marks(cast, 80, need_3=9))
    assert "服务对象明确" in refused["mark"]
    scores(cast, project, person, 80)
    assert set(Score.objects.get().halves) == {item.code for item in rubric.scored}


def test_figures_ties_and_the_need_for_words_are_those_of_the_criteria(cast: Cast, two: list[Project]):
    first, second = two
    rubric = rules_of(first.round).rubric
    for person in cast.reviewers[:3]:
        for project, changed in ((first, {"need_1": 14, "sustain_1": 6}), (second, {"need_1": 12, "sustain_1": 8})):
            act(project, "declare_no_conflict", actor=person)
            act(project, "score", actor=person, given=marks(cast, 80, **changed))

    with on(2026, 5, 26):
        found = ranking(round_on(cast, RoundState.ELIGIBILITY))
    assert [one.project for one in found] == [first, second]
    assert found[0].decided_by == "need"
    kept = {one.project_id: one for one in Figures.objects.all()}
    assert set(kept[first.pk].means) == {one.code for one in rubric.criteria}
    assert kept[first.pk].means["need"] == kept[second.pk].means["need"] + 100
    assert not list(faults())


def test_one_full_sub_point_asks_for_no_longer_comment_but_a_full_criterion_does(cast: Cast, two: list[Project]):
    person, project = cast.reviewers[0], two[0]
    short = {"comment": "写得清楚，可以做，建议资助。"}
    full = {
        item.code: 2 * item.weight for item in rules_of(project.round).rubric.scored if item.criterion.code == "need"
    }
    act(project, "declare_no_conflict", actor=person)
    with_all = reasons(project, "score", actor=person, **marks(cast, 80, **full, **short))
    assert "需求与红十字辨识度" in with_all["comment_too_short"]
    act(project, "score", actor=person, given=marks(cast, 80, need_3=8, **short))
    assert Score.objects.count() == 1


def test_the_sheet_groups_sub_points_under_their_criterion(cast: Cast, two: list[Project]):
    scores(cast, two[0], cast.reviewers[0], 80)
    visitor = Visitor(cast.reviewers[0])
    page = visitor.open("scoring", two[0].pk)
    assert page.count("data-score") == 17
    assert page.count("crit-under") == 7
    assert "<legend>3. 服务对象明确 " in page
    assert "需求与红十字辨识度：" in Visitor(cast.officer).open("score_history", two[0].pk)


def test_the_sheet_that_is_filled_in_offline_has_a_column_for_each_sub_point(two: list[Project]):
    rubric, number = rules_of(two[0].round).rubric, two[0].number
    heads = [str(column.label) for column in columns_of(rubric)]
    assert "需求与红十字辨识度：服务对象明确（满分4）" in heads
    row = [number, "", "", *("4" for _item in rubric.scored), "", "", ""]
    found = read_scores([heads, row], rubric, {number: Held()})
    assert found.faults == []
    assert {change.name: change.new for change in found.changes[number]} == {item.code: 8 for item in rubric.scored}


def test_a_round_without_sub_points_cannot_have_them_scored_and_silence_means_hints():
    whole = profile_text("qingnuan")
    assert (
        Profile.parse(whole).digest()
        == Profile.parse(whole.replace("    step: 0.5", "    step: 0.5\n    by_sub: false")).digest()
    )
    rubric = Profile.parse(whole).rubric
    assert [item.code for item in rubric.scored] == [one.code for one in rubric.criteria]
    assert rubric.by_criterion({"need": 20}) == {"need": 20}
