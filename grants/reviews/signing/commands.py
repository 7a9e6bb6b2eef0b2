"""A signed sheet comes back; somebody else compares it with what was entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from grants.people.queries import holds
from grants.programmes.models import Round
from grants.programmes.queries import rules_of
from grants.reviews.models import Score
from grants.reviews.queries import open_rescoring
from grants.reviews.signing.models import SheetCheck, SignedScore, SignedSheet
from grants.reviews.signing.queries import CHECKERS, SLOT, Stand, code_of, signing_of
from grants.reviews.signing.reading import Page, against_pages, as_kept
from storage import commands as files
from storage.kinds import PDF, PHOTOS
from storage.models import Document
from workflow import clock, inbox
from workflow.actions import command, lock
from workflow.lifecycle import ProjectState
from workflow.refusals import Refusal, Refused

MOST, REASON = 400, 300
SCORE = "score"
"""The kind of a reviewer's item."""


@command
def bring_signed(round_: Round, document: Document, *, actor: Any, pages: Sequence[Page | None] = ()) -> SignedSheet:
    """The actor's signed sheet lies on the round and stands behind each of their scores as they are now.

    `pages` is what was recognised on it. The same file once more is the same sheet. Raises Refused: nothing handed in
    in this round, not the actor's own file, neither photo nor PDF, a page of other scores, a page lacking.
    """
    locked = lock(round_)
    if document.uploaded_by_id != actor.pk or document.media_type not in PHOTOS | {PDF}:
        raise Refused([Refusal("not_paper", gettext("请交签字评分表的照片或 PDF。"), at="file")])
    found = signing_of(locked, actor)
    if not found.scores:
        raise Refused([Refusal("nothing_given", gettext("您在这一轮还没有提交过评分。"))])
    if reasons := list(against_pages(pages, found, locked)):
        raise Refused(reasons)
    if found.sheet and found.sheet.paper.document.sha256 == document.sha256 and found.stand != Stand.OUTDATED:
        return found.sheet
    now = clock.now()
    paper = files.attach(locked, SLOT, document, actor=actor, now=now)
    sheet = SignedSheet.objects.create(
        round=locked, reviewer=actor, paper=paper, digest=found.digest, read=as_kept(pages) if pages else {}, at=now
    )
    SignedScore.objects.bulk_create(SignedScore(sheet=sheet, score=score) for score in found.scores)
    return sheet


@command
def take_back_signed(sheet: SignedSheet, reason: str, *, actor: Any) -> None:
    """The reviewer's paper counts no longer, with the reason; another may be brought. Taken back already, it stays so.

    Raises Refused: not the reviewer's own, compared already, no reason.
    """
    lock(sheet.round)
    now = SignedSheet.objects.select_related("paper", "check_made").get(pk=sheet.pk)
    if now.reviewer_id != actor.pk:
        raise Refused([Refusal("not_yours", gettext("只能撤回自己交的签字评分表。"))])
    if hasattr(now, "check_made"):
        raise Refused([Refusal("checked", gettext("这一份已经核对过了，不能撤回；要改的，请重新签一份交来。"))])
    if not reason.strip():
        raise Refused([Refusal("reason", gettext("请写明原因。"), at="reason")])
    if now.paper.ended_at is None:
        files.withdraw(now.paper, actor=actor, now=clock.now(), reason=reason.strip()[:REASON])


@command
def check_signed(
    sheet: SignedSheet,
    *,
    actor: Any,
    paper: Mapping[int, Mapping[str, int]],
    code: str = "",
    signed: bool = False,
    note: str = "",
) -> SheetCheck:
    """It is on record whether the paper says what was entered; where it does not, the reviewer scores anew.

    `paper` are half points on the paper by score and criterion; `code` what is printed on it. In order: what differs
    is found by the product · the comparison is kept · each differing project that is still under review is the
    reviewer's turn again, where a change needs its reason as ever. Scores stay as they are. Raises Refused: not who
    compares, one's own paper, compared already, scores changed since, a mark out of bounds, something missing or
    differing without a word of explanation.
    """
    lock(sheet.round)
    now: Any = SignedSheet.objects.select_related("round__configuration", "reviewer").get(pk=sheet.pk)
    standing = signing_of(now.round, now.reviewer)
    reasons = list(_against(standing, now, actor))
    if reasons:
        raise Refused(reasons)
    differs = _differing(standing, paper)
    same_code = not code.strip() or _plain(code) == _plain(code_of(now.digest))
    agrees = signed and not differs and same_code
    if not agrees and not note.strip():
        said = gettext("没有签字、核对码不对或者分数不一致，请写一句说明。")
        raise Refused([Refusal("unexplained", said, at="note")])
    made = SheetCheck.objects.create(
        sheet=now,
        by=actor,
        code=code.strip()[:20],
        differs=differs,
        signed=signed,
        agrees=agrees,
        note=note.strip()[:MOST],
        at=clock.now(),
    )
    for score in standing.scores:
        project = score.assignment.project
        if str(score.pk) in differs and project.state == ProjectState.UNDER_REVIEW:
            inbox.hand_to(project, SCORE, [now.reviewer])
        elif agrees and open_rescoring(project) is None:
            _settled(score, now.reviewer)
    return made


def _settled(score: Score, reviewer: Any) -> None:
    """What an earlier comparison made the reviewer's turn is over: the paper was wrong, not the score."""
    asked = SheetCheck.objects.filter(sheet__scores__score=score.pk, agrees=False)
    if any(str(score.pk) in one.differs for one in asked):
        inbox.done_by(score.assignment.project, SCORE, reviewer)


def _against(standing: Any, sheet: SignedSheet, actor: Any) -> list[Refusal]:
    if not holds(actor, *CHECKERS) or actor.pk == sheet.reviewer_id:
        return [Refusal("not_yours", gettext("签字评分表由省级的工作人员核对，不能核对自己的。"))]
    if standing.sheet is None or standing.sheet.pk != sheet.pk or standing.stand == Stand.OUTDATED:
        return [Refusal("sheet_stale", gettext("专家后来又改了评分或者交了新的一份，请核对新的。"))]
    if standing.stand != Stand.WAITING:
        return [Refusal("checked", gettext("这一份已经核对过了。"))]
    return []


def _differing(standing: Any, paper: Mapping[int, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """The half points on the paper that are others than those entered. Raises Refused: out of bounds, or not read."""
    found: dict[str, dict[str, int]] = {}
    most = {one.code: 2 * one.weight for one in rules_of(standing.sheet.round).rubric.scored}
    for score in standing.scores:
        read = paper.get(score.pk, {})
        for code in (*most, *(code for code in read if code not in most)):
            mark = read.get(code)
            if mark is None or code not in most or not 0 <= mark <= most[code]:
                raise Refused([Refusal("mark", gettext("纸上的分数请写0到满分。"), at=f"s{score.pk}-{code}")])
            if score.halves.get(code) != mark:
                found.setdefault(str(score.pk), {})[code] = mark
    return found


def _plain(code: str) -> str:
    return "".join(code.split()).upper()
