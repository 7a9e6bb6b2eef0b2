"""The straight way to the province, with the trail, the places and the deadlines it leaves."""

from __future__ import annotations

from grants.applications.models import Project
from tests.cast import Cast
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S


@starting(S.CITY_RECOMMENDED)
def test_a_project_goes_from_the_team_by_county_and_city_to_the_province(cast: Cast, project: Project):
    assert project.number == "QNZJ-2026-0001"
    assert project.state == S.CITY_RECOMMENDED
