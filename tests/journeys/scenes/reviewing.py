"""The province checks who may take part and gives out seats; three reviewers score beside the application."""

from __future__ import annotations

from grants.applications.models import Project
from tests.journey_steps import COMMENT
from tests.journeys.crew import Crew

MARKS = {"need": 17, "design": 16, "team": 12.5, "outcome": 12, "innovation": 8, "sustain": 8, "budget": 8.5}


def passes_eligibility(crew: Crew, project: Project) -> None:
    """Received and passed on the list of the check; between the two the reviewers have been chosen."""
    officer, experts = crew.cast.officer, [person.name for person in crew.cast.reviewers[:3]]
    crew.at(officer, "等推荐截止", project.round, "推荐截止").hands_in()
    crew.at(officer, "受理申报", project, "资格审查清单").hands_in("受理勾选的")
    page = crew.at(officer, "审查资格和预算", project, "分配评审专家")
    page.picks("reviewers", *experts)
    page.hands_in()
    page = crew.at(officer, "审查资格和预算", project, "资格审查清单")
    page.types(project=str(project.pk), confirmed=True)
    page.hands_in("勾选的审查通过")
    page.sees("1个都已办理")


def is_scored(crew: Crew, project: Project) -> None:
    """Each reviewer declares, marks and comments on the page of the scores."""
    crew.at(crew.cast.officer, "完成资格审查，进入评审", project.round, "进入评审").hands_in()
    for person in crew.cast.reviewers[:3]:
        page = crew.at(person, "评分", project)
        page.hands_in("我没有利益冲突，开始评分")
        page.types(comment=COMMENT, **MARKS)
        page.hands_in("提交")
        page.sees("的评分已提交")
