"""The second and third round of the demonstration: one in review, one with its call open."""

from __future__ import annotations

from grants.desk.demo import scenes
from grants.desk.demo.plans import APPLYING, IN_REVIEW
from grants.desk.demo.stage import Stage
from grants.desk.rehearsal.recommending import OPINION
from grants.funds.models import Payment
from workflow.lifecycle import Role


def second_call(stage: Stage) -> None:
    """Seven teams apply."""
    world = stage.new_round(stage.today.year, "评审中")
    stage.worlds["second"] = world
    for plan in IN_REVIEW:
        case = scenes.write(world, plan)
        world.do(case, "submit", case.leader)


def second_recommendations(stage: Stage) -> None:
    """All of them are recommended."""
    world = stage.worlds["second"]
    for case in world.cases:
        scenes.recommend(world, case)
    stage.play.do(world.round, "close_recommending", world.officer)


def eligibility(stage: Stage) -> None:
    """Some are received, some in review, one has been scored."""
    world = stage.worlds["second"]
    for fate in ("scoring", "diverging", "reviewed"):
        scenes.admit(world, stage.case("second", fate))
        seated = scenes.seat(world, stage.case("second", fate))
        for place, reviewer in enumerate(seated):
            if fate != "scoring" or place:
                low = 58 if fate == "diverging" and place == 2 else 84
                scenes.score(world, stage.case("second", fate), reviewer, low)
    for fate in ("supplement", "ineligible", "eligibility"):
        world.do(stage.case("second", fate), "receive", world.officer)


def third_call(stage: Stage) -> None:
    """The call is out."""
    stage.worlds["third"] = stage.new_round(stage.today.year + 1, "正在申报")


def applications(stage: Stage) -> None:
    """Five teams write; one is recommended by its county, one is sent back."""
    world = stage.worlds["third"]
    for plan in APPLYING:
        case = scenes.write(world, plan)
        if plan.fate != "draft":
            world.do(case, "submit", case.leader)
    forwarded = stage.case("third", "county_recommended")
    leader = world.county(forwarded, Role.COUNTY_LEADER)
    world.do(forwarded, "county_recommend", leader, opinion=OPINION, rank=1)


def waiting_for_others(stage: Stage) -> None:
    """Returned, supplemented, put before others: what is on the desks this morning."""
    due = stage.day(-6).isoformat()
    third, second = stage.worlds["third"], stage.worlds["second"]
    returned, paper = stage.case("third", "returned"), stage.case("third", "by_paper")
    officer = third.county(returned, Role.COUNTY_OFFICER)
    given = {"reason": "请写清两场活动的时间，预算依据再具体一些。", "sections": ["design", "budget"]}
    third.do(returned, "county_return", officer, due_on=due, **given)
    facts = {"opinion": OPINION, "rank": 2, "signer": "张志强"}
    page = stage.play.document("推荐意见表", officer)
    scenes.waits_for(third, paper.project, "county_recommend", officer, signed_opinion=page, **facts)
    missing = {"reason": "缺少登记证明。", "items": "志愿服务平台登记证明", "sections": ["files"], "due_on": due}
    second.do(stage.case("second", "supplement"), "request_supplement", second.officer, **missing)
    payment = Payment.objects.get(project=stage.case("first", "payment_verified").project.pk)
    scenes.waits_for(stage.worlds["first"], payment, "approve_payment", stage.cast.finance_approver)
    ineligible = stage.case("second", "ineligible").project
    scenes.waits_for(second, ineligible, "fail_eligibility", second.officer, reason="服务内容与红十字主责主业无关。")
