"""Where to begin in the demonstration: stage by stage, who has something to do, and on whose behalf to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.demo.roster import PEOPLE, Person
from grants.desk.words import DUTIES, PURPOSES
from workflow.lifecycle import MACHINES, Role, Stage

SAYS = {
    Stage.APPLICATION: _("团队填申报书；县级和市级红十字会审阅、推荐、排序。"),
    Stage.REVIEW: _("省级审查资格，专家打分，评审组确认结果。"),
    Stage.AWARD: _("会议审定，向社会公示，签订协议。"),
    Stage.IMPLEMENTATION: _("团队开展活动，财务分期拨款，中期检查。"),
    Stage.CLOSEOUT: _("团队写结题报告，省级验收。"),
    Stage.SETTLEMENT: _("核对每张凭证，结清余款，整卷归档。"),
}
BESIDE = {
    "objection": Stage.AWARD,
    "payment": Stage.IMPLEMENTATION,
    "check": Stage.IMPLEMENTATION,
    "change_request": Stage.IMPLEMENTATION,
}
"""The stage at which what goes on beside a project's own course is shown."""


@dataclass
class Guest:
    """A person of the demonstration in one stage: what they have to do there, and how much of it."""

    person: Person
    duties: Counter[str] = field(default_factory=Counter)

    @property
    def role(self) -> str:
        """The role in words."""
        return str(Role(self.person.role).label)

    @property
    def works(self) -> str:
        """What there is to do, most of it first: 审阅并推荐（3）、补正材料."""
        return gettext("、").join(
            gettext("%(duty)s（%(n)s）") % {"duty": duty, "n": n} if n > 1 else duty
            for duty, n in self.duties.most_common()
        )


@dataclass(frozen=True)
class Chapter:
    """One stage of the tour."""

    number: int
    label: str
    says: str
    guests: list[Guest]


def chapters(states: Mapping[tuple[str, str], int], persons: Mapping[str, int]) -> list[Chapter]:
    """The six stages, each with everybody who has something to do in it.

    `states` counts records by machine and state, `persons` what waits for one person by user name.
    """
    guests: dict[Stage, dict[str, Guest]] = {stage: {} for stage in Stage}
    for (name, state), count in states.items():
        machine = MACHINES[name]
        stage = BESIDE.get(name) or machine.stage_of(state)
        duty = str(DUTIES.get(name, {}).get(state, ""))
        for role in machine.waits.get(state, ()) if stage and duty else ():
            guests[Stage(stage)].setdefault(role, Guest(_played(role))).duties[duty] += count
    for person in PEOPLE:
        if person.role == Role.REVIEWER and persons.get(person.login):
            guests[Stage.REVIEW][person.role] = Guest(person, Counter({gettext("打分"): persons[person.login]}))
    return [
        Chapter(number, str(stage.label), str(SAYS[stage]), list(guests[stage].values()))
        for number, stage in enumerate(Stage, 1)
    ]


def _played(role: str) -> Person:
    return next(person for person in PEOPLE if person.role == role)


def onlookers(seen: list[Chapter]) -> list[tuple[Person, str, str]]:
    """Everybody else of the demonstration: the person, the role in words, what the role is for."""
    busy = {guest.person.login for chapter in seen for guest in chapter.guests}
    return [
        (person, str(Role(person.role).label), str(PURPOSES[person.role]))
        for person in PEOPLE
        if person.login not in busy
    ]
