"""Who sees what of a review: the one question that every page asks. Source: the round's configuration, REVIEW 1.

Teams, recommenders and the public never see reviewers, their scores or their comments: no configuration opens that.
Those who run the review see all of it. Between the two stand reviewers, who see their own and of the others what the
configuration opens and from when, and the chair, who sees all scores but not always the recommenders' words.
"""

from __future__ import annotations

from collections.abc import Collection

from grants.applications.models import Project
from grants.programmes.profile.scoring import From, Sight
from grants.reviews.enums import Shown
from grants.reviews.queries import OVERSEERS, open_rescoring, rubric_of
from workflow.lifecycle import ProjectState, Role

OF_RECOMMENDERS = frozenset({Shown.OPINIONS, Shown.RANKS})
OF_OTHERS = (Shown.PEERS.value, Shown.SCORES.value, Shown.COMMENTS.value)
"""What nobody sees who has not handed in a score of their own."""
BEFORE = (
    *(ProjectState.DRAFT, ProjectState.SUBMITTED, ProjectState.RETURNED),
    *(ProjectState.COUNTY_RECOMMENDED, ProjectState.CITY_RECOMMENDED),
    *(ProjectState.ELIGIBILITY_CHECK, ProjectState.SUPPLEMENT),
)


def sees(what: Shown, project: Project, roles: Collection[str]) -> bool:
    """Whether somebody with these roles over the project sees this of its review now, beside what is their own.

    Whoever has a seat on the project is as blind as a reviewer, whatever other role they hold. Asks the database only
    where the answer hangs on whether scores are being looked at again.
    """
    if Role.REVIEWER in roles:
        return _since(_cell(rubric_of(project).sight, "reviewer", what), project)
    if set(roles) & (set(OVERSEERS) - {Role.REVIEW_CHAIR}):
        return True
    if Role.REVIEW_CHAIR in roles:
        return what not in OF_RECOMMENDERS or _since(_cell(rubric_of(project).sight, "chair", what), project)
    return what in OF_RECOMMENDERS


def _cell(sight: Sight, who: str, what: Shown) -> From:
    found: From = getattr(getattr(sight, who), what)
    return found


def _since(first: From, project: Project) -> bool:
    """Whether the project has come to the phase from which something is seen."""
    if first == "never" or project.state in BEFORE:
        return False
    if project.state == ProjectState.UNDER_REVIEW:
        return first == "scoring" or (first == "rescoring" and open_rescoring(project) is not None)
    return first != "decided" or project.state != ProjectState.REVIEWED


def seen_now(project: Project) -> dict[str, bool]:
    """What a reviewer of the project can see of the others now, for the ledger of scores."""
    return {what.value: sees(what, project, {Role.REVIEWER}) for what in Shown}
