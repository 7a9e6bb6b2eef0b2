"""Setting the sample of a round, and scoring it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.kernel.scoring import format_points
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.sampling.models import Sample, SampleScore
from grants.reviews.sampling.queries import answer_of, earlier, sample_of, seated_in, wanted
from workflow import clock
from workflow.actions import command, lock
from workflow.lifecycle import Role
from workflow.refusals import Refusal, Refused

LONGEST = 5000
MOST_WORDS = 500
"""Letters of the reason for one mark."""


@command
def set_sample(
    round_: Round,
    *,
    actor: Any,
    project: Project | None,
    halves: Mapping[str, int],
    why: Mapping[str, str],
    title: str = "",
    text: str = "",
) -> Sample:
    """Reviewers of the round score this sample first: an earlier application, or the text under that title.

    `halves` are the half points it is measured by, `why` the reason for each. Raises Refused: not the officer's, no
    sample in this round, somebody has scored the one there is, no such application, marks out of bounds or missing.
    """
    locked = lock(round_)
    if not holds(actor, Role.PROGRAMME_OFFICER) or not wanted(locked):
        raise Refused([Refusal("not_yours", gettext("这一轮没有设“先评样题”，或者不由您办理。"))])
    before = sample_of(locked)
    if before is not None and before.scores.exists():
        raise Refused([Refusal("sample_begun", gettext("已经有专家评过样题，不能再换。"))])
    reasons = [*_wrong_marks(locked, halves), *_wrong_words(locked, why)]
    if project is None and not (title.strip() and text.strip()):
        reasons.append(Refusal("no_sample", gettext("请选一份以往的申报书，或者写样题的名称和内容。"), at="text"))
    if project is not None and not earlier(locked, actor).filter(pk=project.pk).exists():
        reasons.append(Refusal("not_earlier", gettext("请选以往轮次评过分的申报书。"), at="project"))
    if reasons:
        raise Refused(reasons)
    return Sample.objects.create(
        round=locked,
        project=project,
        title=(project.title if project else title.strip())[:60],
        text="" if project else text.strip()[:LONGEST],
        halves={item.code: halves[item.code] for item in rules_of(locked).rubric.scored},
        why={item.code: why[item.code].strip()[:MOST_WORDS] for item in rules_of(locked).rubric.scored},
        made_by=actor,
        at=clock.now(),
    )


@command
def score_sample(round_: Round, halves: Mapping[str, int], comment: str, *, actor: Any) -> SampleScore:
    """What the actor gives the sample is kept, once; the marks it is measured by are theirs to see from now on.

    It is no score and enters no figure. A second time nothing happens. Raises Refused: no seat in the round, no sample,
    marks out of bounds or missing.
    """
    locked = lock(round_)
    sample = sample_of(locked)
    if sample is None or not seated_in(locked, actor):
        raise Refused([Refusal("no_seat", gettext("这一轮没有要您评的样题。"))])
    if there := answer_of(sample, actor):
        return there
    if reasons := _wrong_marks(locked, halves):
        raise Refused(reasons)
    return SampleScore.objects.create(
        sample=sample,
        reviewer=actor,
        halves={code: halves[code] for code in sample.halves},
        comment=comment.strip()[:LONGEST],
        at=clock.now(),
    )


def _wrong_marks(round_: Round, halves: Mapping[str, int]) -> list[Refusal]:
    rubric = rules_of(round_).rubric
    step = 1 if rubric.method.step == "0.5" else 2
    message = gettext("“%(name)s”请打0到%(weight)s分，以%(step)s分为一档。")
    return [
        Refusal("mark", message % {"name": one.label, "weight": one.weight, "step": format_points(step)}, at=one.code)
        for one in rubric.scored
        if type(mark := halves.get(one.code)) is not int or not 0 <= mark <= 2 * one.weight or mark % step
    ]


def _wrong_words(round_: Round, why: Mapping[str, str]) -> list[Refusal]:
    message = gettext("“%(name)s”请写为什么这样打。")
    return [
        Refusal("why", message % {"name": one.label}, at=f"why-{one.code}")
        for one in rules_of(round_).rubric.scored
        if not why.get(one.code, "").strip()
    ]
