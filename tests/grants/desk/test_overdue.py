"""What others do in the place of a level, or a team, that let its time pass: it is the first thing they see."""

from __future__ import annotations

import re

import pytest

from grants.applications.models import Project
from tests.cast import Cast
from tests.factories import on
from tests.grants.desk.visiting import Visitor
from tests.journey_steps import county_recommends, starting
from workflow.lifecycle import ProjectState as S

LATE = (2026, 5, 20)


def urgent(page: str) -> str:
    """The red button of a project's page."""
    found = re.search(r'<a class="btn btn-primary" href="[^"]*">([^<]*)</a>', page)
    return found[1] if found else ""


@pytest.mark.parametrize("role", ["city_leader", "city_officer"])
@starting(S.SUBMITTED)
def test_what_the_county_let_pass_waits_for_the_prefecture(cast: Cast, project: Project, role: str):
    above = Visitor(getattr(cast, role))
    assert "市级代行县级推荐" not in above.open("home")
    assert urgent(above.open("project", project.pk)) == ""
    with on(*LATE):
        page = above.open("home")
        assert "已经过期" in page
        assert "市级代行县级推荐：救在身边进社区" in page
        assert urgent(above.open("project", project.pk)) == "市级代行县级推荐"
        assert "市级代行县级推荐" in above.open("round_board", project.round_id)
        assert "下级已过推荐期限" in above.open("recommending", project.round_id)


@starting(S.SUBMITTED)
def test_those_who_have_it_themselves_are_not_shown_it_twice(cast: Cast, project: Project):
    with on(*LATE):
        for person in (cast.county_leader, cast.officer, cast.team_leader):
            assert "市级代行县级推荐" not in Visitor(person).open("home")


@starting(S.SUBMITTED)
def test_what_the_prefecture_let_pass_waits_for_the_province(cast: Cast, project: Project):
    county_recommends(cast, project)
    with on(*LATE):
        officer = Visitor(cast.officer)
        assert "省级代行市级推荐：救在身边进社区" in officer.open("home")
        assert urgent(officer.open("project", project.pk)) == "省级代行市级推荐"
        assert "省级代行市级推荐" not in Visitor(cast.city_leader).open("home")
