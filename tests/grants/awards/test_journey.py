"""The straight way from the province's desk to an agreement in force, with everything each step leaves behind."""

from __future__ import annotations

from grants.applications.models import Project
from tests.cast import Cast
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S


@starting(S.AGREEMENT_SIGNED)
def test_a_project_goes_from_its_receipt_to_an_agreement_in_force(cast: Cast, project: Project):
    assert project.state == S.AGREEMENT_SIGNED
