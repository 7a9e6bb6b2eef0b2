"""Scene 3: the province receives, checks, seats reviewers; they declare, recuse, score; the chair finishes."""

from __future__ import annotations

from typing import Any

from grants.awards.commands import receive_objection
from grants.awards.enums import ObjectionKind
from grants.awards.models import Objection
from grants.desk.rehearsal.fates import FAVOURED
from grants.desk.rehearsal.world import Case, World
from grants.people.models import User
from grants.reviews.conflicts import conflicts
from grants.reviews.queries import divergence_open, seats
from workflow.lifecycle import ProjectState

S = ProjectState
SEATS = 3
COMMENT = "需求清楚，安排合理，团队有经验，预算依据较充分，建议写明今后如何延续。"


def receive(world: World) -> None:
    """The recommendation closes; every forwarded case is received, checked and, if it passes, goes to review."""
    world.play.do(world.round, "close_recommending", world.officer)
    for case in world.where(S.CITY_RECOMMENDED):
        world.do(case, "receive", world.officer)
    for case in world.where(S.ELIGIBILITY_CHECK):
        _check(world, case)
    world.play.wait(10)
    for case in world.where(S.SUPPLEMENT):
        case.project.refresh_from_db()
    for case in world.where(S.ELIGIBILITY_CHECK, lot="never_supplied"):
        world.together(case, "fail_eligibility", reason="逾期未补正")
    for case in world.where(S.ELIGIBILITY_CHECK):
        _pass(world, case)
    world.play.do(world.round, "start_review", world.officer)


def _check(world: World, case: Case) -> None:
    if case.lot in {"supplement", "never_supplied"}:
        due = world.in_days(7)
        asked = {"reason": "缺少登记证明", "items": "团队登记证明", "sections": ["files"], "due_on": due}
        world.do(case, "request_supplement", world.officer, **asked)
        if case.lot == "supplement":
            world.do(case, "supply", case.leader)
    elif case.lot in {"ineligible", "appeal"}:
        world.together(case, "fail_eligibility", reason="成立不满一年")
        if case.lot == "appeal":
            appeal(world, case)
            world.together(case, "readmit")


def appeal(world: World, case: Case) -> None:
    """The team appeals, the appeal is looked into and upheld."""
    decide(world, complaint(world, case, "成立时间应以批复日期为准。"), "uphold")


def complaint(world: World, case: Case, text: str, objector: str = "") -> Objection:
    """Somebody from the public objects, which holds the project; without a name it is the team that appeals."""
    with world.play.moment():
        return receive_objection(
            case.project,
            actor=world.officer,
            kind=ObjectionKind.OBJECTION if objector else ObjectionKind.APPEAL,
            text=text,
            objector=objector or case.leader.name,
            contact="13800000000",
            holds=bool(objector),
            received_on=world.play.today,
        )


def decide(world: World, objection: Any, verdict: str) -> None:
    """Discipline takes an objection up and finds; the business lead endorses."""
    discipline, play = world.cast.discipline, world.play
    play.do(objection, "take_up", discipline)
    finding = {"finding": "经核查，材料属实。", "finding_document": play.document("核查结论", discipline)}
    play.together(objection, verdict, discipline, world.cast.business_lead, **finding)


def _pass(world: World, case: Case) -> None:
    keys = [item.key for item in world.rules.eligibility.conditions]
    world.do(case, "pass_eligibility", world.officer, passed=keys, budget_checked=True)
    if case.lot == "recheck":
        world.do(case, "recheck_eligibility", world.officer, reason="收到补充材料，再核一次")
        world.do(case, "pass_eligibility", world.officer, passed=keys, budget_checked=True)


def review(world: World) -> None:
    """Three seats a project, dealt in turn; the last score finishes the review by itself."""
    again = False
    for turn, case in enumerate(world.where(S.UNDER_REVIEW)):
        if case.lot == "letter_in_review":
            letter = world.play.document("撤回函", world.officer)
            world.do(case, "withdraw_by_letter", world.officer, letter=letter)
            continue
        seated = _seat(world, case, turn)
        _score_all(world, case, seated)
        again = again or (case.lot == "plain" and _once_more(world, case, seated))
    world.play.do(world.round, "start_deliberation", world.officer)


def _seat(world: World, case: Case, turn: int) -> list[User]:
    pool = world.cast.reviewers
    against = conflicts(case.project, pool)
    free = [pool[(turn * SEATS + shift) % len(pool)] for shift in range(len(pool))]
    chosen = [person for person in free if person.pk not in against][:SEATS]
    world.do(case, "assign_reviewers", world.officer, reviewers=[str(person.pk) for person in chosen])
    if case.lot == "reviewer_recuses":
        world.do(case, "recuse", chosen[0], reason="曾任该团队顾问")
        spare = next(person for person in free if person not in chosen and person.pk not in against)
        world.do(case, "assign_reviewers", world.officer, reviewers=[str(spare.pk)])
        chosen = [*chosen[1:], spare]
    if case.lot == "reviewer_replaced":
        spare = next(person for person in free if person not in chosen and person.pk not in against)
        given = {"leaving": str(chosen[0].pk), "reviewer": str(spare.pk), "reason": "专家出差，不能按时评分"}
        world.do(case, "replace_reviewer", world.officer, **given)
        chosen = [*chosen[1:], spare]
    return chosen


def _score_all(world: World, case: Case, seated: list[User]) -> None:
    silent = seated[-1] if case.lot == "reviewer_silent" else None
    if case.lot == "recheck":
        world.do(case, "report_concern", seated[0], reason="登记证书看不清有效期")
        world.do(case, "answer_concern", world.officer, reason="已看原件，在有效期内")
    for place, reviewer in enumerate(seated):
        world.do(case, "declare_no_conflict", reviewer)
        if reviewer is not silent:
            world.do(case, "score", reviewer, **_marks(world, case, place))
    if silent:
        _settle(world, case)
        world.play.together(
            case.project,
            "finish_with_fewer",
            world.cast.review_chair,
            world.cast.business_lead,
            reason="一位专家因病未能评分",
        )
    _finish(world, case)


def _once_more(world: World, case: Case, seated: list[User]) -> bool:
    """One reviewer asks to correct a score: the review is opened again and finished again. -> True."""
    world.do(case, "reopen_review", world.cast.review_chair, reason="一位专家申请更正评分")
    world.do(case, "score", seated[0], change_reason="看漏了附件里的安全预案", **_marks(world, case, 0))
    _finish(world, case)
    return True


def _finish(world: World, case: Case) -> None:
    """What the last score did not finish by itself, the chair settles and finishes."""
    if case.state == S.UNDER_REVIEW and case.lot == "diverging" and divergence_open(case.project):
        _look_again(world, case)
    _settle(world, case)
    if case.state == S.UNDER_REVIEW:
        world.do(case, "finish_review", world.cast.review_chair)


def _settle(world: World, case: Case) -> None:
    """Scores that lie far apart are talked over."""
    if case.state == S.UNDER_REVIEW and divergence_open(case.project):
        world.do(case, "settle_divergence", world.cast.review_chair, reason="合议后各自维持评分，分歧在可持续性")


def _look_again(world: World, case: Case) -> None:
    """The chair opens a time in which everybody looks at their score again; all uphold it, the third one scores."""
    given = {"due_on": world.in_days(5), "reason": "分歧较大，请各位再看一遍"}
    world.do(case, "open_rescoring", world.cast.review_chair, **given)
    for seat in seats(case.project):
        given_before = list(seat.scores.all())
        if not given_before:
            world.do(case, "declare_no_conflict", seat.reviewer)
            world.do(case, "score", seat.reviewer, **_marks(world, case, 0))
            continue
        last = given_before[-1]
        again = {**last.halves, "comment": last.comment, "change_reason": "复核以后维持原评分"}
        world.do(case, "score", seat.reviewer, **again)


def _marks(world: World, case: Case, place: int) -> dict[str, Any]:
    """Marks in half points, 62 to 90 of a hundred, more for the favoured, far fewer by the third who diverges."""
    dice, spread = world.play.dice, case.lot == "diverging" and place == SEATS - 1
    percent = dice.randint(52, 54) if spread else dice.randint(68, 88)
    percent = 92 if case.number in FAVOURED else percent
    marks = {
        item.code: item.weight * 2 * min(94, percent + dice.randint(-4, 4)) // 100 for item in world.rules.rubric.scored
    }
    return {**marks, "comment": COMMENT}
