"""The story of the demonstration, scene by scene in the order of days, up to yesterday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from grants.desk.demo import coming, funded, panel
from grants.desk.demo.stage import Stage
from workflow.models import Proposal

BEGAN = 300
SCHEDULE: tuple[tuple[int, Callable[[Stage], None]], ...] = (
    (BEGAN, funded.first_call),
    (268, funded.first_recommendations),
    (262, funded.first_review),
    (261, panel.held),
    (260, funded.first_decision),
    (258, funded.first_letters),
    (249, funded.first_approval),
    (247, funded.signing),
    (245, funded.first_payments),
    (100, funded.work_of_all),
    (62, coming.second_call),
    (40, funded.month_closed),
    (35, funded.carried_on),
    (30, coming.second_recommendations),
    (29, funded.reports),
    (22, funded.suspension),
    (20, funded.accounts),
    (16, funded.one_to_the_archive),
    (14, funded.check),
    (12, coming.third_call),
    (10, coming.eligibility),
    (9, coming.applications),
    (9, coming.filled_in_together),
    (9, coming.opinions),
    (8, coming.invitations),
    (8, coming.on_paper),
    (7, funded.retaking),
    (6, funded.payments_on_their_way),
    (5, funded.surplus),
    (4, funded.promotion),
    (4, coming.leave),
    (4, coming.register),
    (4, funded.reminders),
    (3, coming.moving_house),
    (3, coming.waiting_for_others),
)
"""What happens how many days before today."""
LAST = "fail_eligibility"
"""What the last scene does last, and no other does at all."""


def tell(today: dt.date) -> None:
    """Play every scene on its day; afterwards it is yesterday morning and everybody has something on the desk."""
    stage = Stage(today, BEGAN)
    with stage.play.running():
        stage.set_up()
        for before, scene in SCHEDULE:
            stage.until(before)
            scene(stage)
        stage.until(1)


def told() -> bool:
    """Whether the last scene has been played here."""
    return Proposal.objects.filter(move=LAST).exists()
