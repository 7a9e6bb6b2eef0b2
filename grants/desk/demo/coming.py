"""The second and third round of the demonstration: one in review, one with its call open."""

from __future__ import annotations

import datetime as dt
from typing import Any

from grants.applications.commands import save_form
from grants.applications.commenting import say, settle
from grants.applications.inviting import join, share_pages
from grants.desk.commands import note_export, offer_team
from grants.desk.demo import scenes
from grants.desk.demo.panel import with_panels
from grants.desk.demo.plans import APPLYING, IN_REVIEW
from grants.desk.demo.roster import DEPARTMENT, EXPERTS, SHANGCHENG
from grants.desk.demo.stage import Stage
from grants.desk.rehearsal.recommending import OPINION
from grants.desk.rehearsal.world import Case
from grants.desk.setup.questions import changed, put
from grants.funds.models import Payment
from grants.people.commands import create_person, grant_role
from grants.people.commands.closing import close_account
from grants.people.commands.lending import lend
from grants.people.commands.register import correct_team
from grants.people.models import Organisation, Team, User
from grants.reviews.assigning.building import Asked
from grants.reviews.assigning.commands import ask_for_run
from grants.reviews.assigning.enums import Reply
from grants.reviews.assigning.inviting import answer_invitation, invite_reviewers
from grants.reviews.assigning.models import ReviewInvitation
from grants.reviews.assigning.running import solve_now
from grants.reviews.covering.commands import blacken, open_as_it_is
from grants.reviews.opinions.commands import ask_opinion, give_opinion
from grants.reviews.sampling.commands import score_sample, set_sample
from grants.reviews.sampling.queries import earlier, panel_marks
from grants.reviews.signing.commands import bring_signed, check_signed
from grants.reviews.signing.queries import signing_of
from storage.models import Document
from storage.queries import attachments_of
from workflow.lifecycle import Role
from workflow.ports import SYSTEM

NOTE = "外出培训到下周。骑手培训那份申报书我看过初稿，预算表还要核对；有急事打我电话。"
"""What the officer who is away leaves to her stand-in."""

AED: tuple[dict[str, Any], ...] = (
    {
        "name": "aed_near",
        "zh": "活动场所附近有没有自动体外除颤器（AED）",
        "en": "Is there a defibrillator (AED) near the venue?",
        "kind": "yes",
    },
    {
        "name": "aed_place",
        "zh": "AED 放在哪里",
        "en": "Where the AED is",
        "kind": "text",
        "most": 60,
        "when": "aed_near",
        "help": "写到楼层或门口，走过去要几分钟。",
        "help_en": "Down to the floor or the door, and how many minutes it takes.",
    },
)
WHY = "写得实在，依据充分；可以再具体一些。"
"""The reason that the sample gives for each of its marks."""
BEFORE = 280
"""So many days before today somebody who has left meanwhile began."""


def second_call(stage: Stage) -> None:
    """Seven teams apply; reviewers will see their proofs covered only, and score a sample first."""
    hiding = stage.text.replace("{slot: team_proof,", "{slot: team_proof, seen_by: covered,")
    text = hiding.replace("    straddle_trigger:", "    sample: true\n    straddle_trigger:")
    world = stage.new_round(stage.today.year, "评审中", with_panels(text))
    stage.worlds["second"] = world
    for plan in IN_REVIEW:
        case = scenes.write(world, plan)
        world.do(case, "submit", case.leader)


def second_recommendations(stage: Stage) -> None:
    """All of them are recommended, one after it was corrected."""
    world = stage.worlds["second"]
    _corrected(stage, world.cases[0])
    for case in world.cases:
        scenes.recommend(world, case)
    stage.play.do(world.round, "close_recommending", world.officer)


def _corrected(stage: Stage, case: Case) -> None:
    """The county sends back need and plan; the leader adds a sentence and an activity, and submits again."""
    world, officer = stage.worlds["second"], stage.worlds["second"].county(case, Role.COUNTY_OFFICER)
    given = {"reason": "客流数据写上来源；高峰时段再加一场。", "sections": ["design"]}
    world.do(case, "open_file", officer)
    world.do(case, "county_return", officer, due_on=world.in_days(5), **given)
    form = case.project.form
    first, *others = form["activities"]
    more = {"name": "高峰时段值守", "month": first["month"], "times": 2, "volunteers": 6, "hours_each": 2, "served": 30}
    need = f"{form['need']}据地铁集团2025年的统计，这几站早晚高峰每小时过万人。"
    with stage.play.moment():
        plan = [first | {"times": first["times"] + 2}, *others, more]
        save_form(case.project, actor=case.leader, need=need, activities=plan)
    world.do(case, "resubmit", case.leader)


def eligibility(stage: Stage) -> None:
    """Some are received, some in review, one has been scored."""
    world = stage.worlds["second"]
    _sample(stage)
    for fate in ("scoring", "diverging", "reviewed"):
        scenes.admit(world, stage.case("second", fate))
        seated = scenes.seat(world, stage.case("second", fate))
        for place, reviewer in enumerate(seated):
            if fate != "scoring" or place:
                low = 58 if fate == "diverging" and place == 2 else 84
                _first_the_sample(stage, reviewer)
                scenes.score(world, stage.case("second", fate), reviewer, low)
    for fate in ("supplement", "ineligible", "eligibility"):
        world.do(stage.case("second", fate), "receive", world.officer)


def opinions(stage: Stage) -> None:
    """A department is asked about three projects: it answers one, was silent about one, and has one on its desk."""
    world = stage.worlds["second"]
    department = Organisation.objects.get(name=DEPARTMENT)
    question = "这个项目的急救内容合不合规范，器材配得对不对？"
    asked = {}
    for fate, until in (("scoring", -3), ("diverging", 6), ("eligibility", -6)):
        project = stage.case("second", fate).project
        with stage.play.moment():
            asked[fate] = ask_opinion(project, department, stage.day(until), question, actor=world.officer)
    with stage.play.moment():
        words = "课程按红十字救护员标准设计，师资够；AED 训练机要提前借，建议和市红十字会培训中心约定时间。"
        give_opinion(asked["scoring"], "advice", words, actor=User.objects.get(username="gu"))


def _sample(stage: Stage) -> None:
    """An application of the first round is the sample, with the marks of its panel."""
    world = stage.worlds["second"]
    with stage.play.moment():
        older = earlier(world.round, world.officer)[0]
        why = {item.code: WHY for item in world.rules.rubric.scored}
        set_sample(world.round, actor=world.officer, project=older, halves=panel_marks(older), why=why)


def _first_the_sample(stage: Stage, reviewer: User) -> None:
    world = stage.worlds["second"]
    halves = {item.code: 2 * item.weight * 3 // 4 for item in world.rules.rubric.scored}
    with stage.play.moment():
        score_sample(world.round, halves, "", actor=reviewer)


def on_paper(stage: Stage) -> None:
    """One proof is blackened, one opened as it is; two reviewers have signed, and one sheet was compared."""
    world = stage.worlds["second"]
    for fate in ("diverging", "scoring"):
        paper = attachments_of(stage.case("second", fate).project, "team_proof")[0]
        with stage.play.moment():
            if fate == "diverging":
                blacken(paper, [(1, 80, 60, 920, 160)], actor=world.officer)
            else:
                open_as_it_is(paper, actor=world.officer)
    for reviewer in world.cast.reviewers[1:3]:
        page = Document.objects.get(pk=stage.play.document("签字评分表", reviewer))
        with stage.play.moment():
            sheet = bring_signed(world.round, page, actor=reviewer)
    found = signing_of(world.round, sheet.reviewer)
    marks = {one.pk: dict(one.halves) for one in found.scores}
    with stage.play.moment():
        check_signed(sheet, actor=world.officer, paper=marks, code=found.code, signed=True)


def invitations(stage: Stage) -> None:
    """The pool is asked for the review that goes on: two accept, one takes fewer, one declines, 钱佳怡 still thinks.

    What is still empty is solved and waits to be looked at.
    """
    world = stage.worlds["second"]
    note = "请在网上评审，每个项目约二十分钟。"
    with stage.play.moment():
        people = [one.pk for one in world.cast.reviewers]
        invite_reviewers(world.round, people, 12, stage.day(-5), note, actor=world.officer)
    _qian, feng, zheng, chu, wei = sorted(
        ReviewInvitation.objects.filter(round=world.round).select_related("reviewer"), key=_asked_in_turn
    )
    with stage.play.moment():
        for one in (feng, zheng):
            answer_invitation(one, Reply.ACCEPTED, actor=one.reviewer, pledged=True, wishes=["FIRST_AID", "ELDERLY"])
        fewer = "近期有教学任务，先评六个。"
        answer_invitation(chu, Reply.REDUCED, actor=chu.reviewer, load=6, reason=fewer, pledged=True)
        answer_invitation(wei, Reply.DECLINED, actor=wei.reviewer, reason="近期出国，不能参加。")
        run = ask_for_run(world.round, "builtin", Asked(seats=4), actor=world.officer)
    with stage.play.moment():
        solve_now(run)


def _asked_in_turn(one: ReviewInvitation) -> int:
    return list(EXPERTS).index(one.reviewer.username)


def third_call(stage: Stage) -> None:
    """The call is out."""
    text, _done = changed(stage.text, _ask_about_aed)
    stage.worlds["third"] = stage.new_round(stage.today.year + 1, "正在申报", text)


def _ask_about_aed(screens: list[dict[str, Any]]) -> str:
    """This year's form asks two questions of its own."""
    for question in AED:
        put(question, "served")(screens)
    return ""


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


def filled_in_together(stage: Stage) -> None:
    """A leader asks somebody of another team, good at plans, to write one part; both have spoken about it."""
    draft = stage.case("third", "draft").project
    friend = User.objects.get(username="li")
    with stage.play.moment():
        pages = {"need": "write", "activities": "write", "budget": "view"}
        share = join(share_pages(draft, "李婷婷", pages, actor=draft.leader).token, actor=friend)
    with stage.play.moment():
        share_pages(draft, "越剧团王老师", {"activities": "view"}, actor=draft.leader)
    with stage.play.moment():
        first = say(share.project, "need", "演出在哪几个社区，需求里写一下？", actor=draft.leader, field="need")
    with stage.play.moment():
        say(draft, "need", "三个社区都写上了，您看看。", actor=friend, field="need")
    with stage.play.moment():
        settle(first, actor=draft.leader)
    with stage.play.moment():
        say(draft, "budget", "服装租赁能不能算在这里？", actor=friend)


def waiting_for_others(stage: Stage) -> None:
    """Returned, supplemented, put before others: what is on the desks this morning."""
    due = stage.day(-6).isoformat()
    third, second = stage.worlds["third"], stage.worlds["second"]
    returned, paper = stage.case("third", "returned"), stage.case("third", "by_paper")
    officer = third.county(returned, Role.COUNTY_OFFICER)
    given = {"reason": "请写清两场活动的时间，预算依据再具体一些。", "sections": ["design", "budget"]}
    third.do(returned, "county_return", officer, due_on=due, **given)
    with stage.play.moment():
        say(returned.project, "activities", "两场的日期写到月份就行。", actor=officer)
    with stage.play.moment():
        say(returned.project, "budget", "急救包的单价有报价单吗？请在依据里写明。", actor=officer)
    with stage.play.moment():
        say(returned.project, "budget", "有两家的报价，今晚补上。", actor=returned.leader)
    facts = {"opinion": OPINION, "rank": 2, "signer": "张志强"}
    page = stage.play.document("推荐意见表", officer)
    scenes.waits_for(third, paper.project, "county_recommend", officer, signed_opinion=page, **facts)
    missing = {"reason": "缺少登记证明。", "items": "志愿服务平台登记证明", "sections": ["files"], "due_on": due}
    second.do(stage.case("second", "supplement"), "request_supplement", second.officer, **missing)
    payment = Payment.objects.get(project=stage.case("first", "payment_verified").project.pk)
    scenes.waits_for(stage.worlds["first"], payment, "approve_payment", stage.cast.finance_approver)
    ineligible = stage.case("second", "ineligible").project
    scenes.waits_for(second, ineligible, "fail_eligibility", second.officer, reason="服务内容与红十字主责主业无关。")


def leave(stage: Stage) -> None:
    """A second officer of the county is away until next week; the prefecture's officer stands in for her."""
    county = Organisation.objects.get(division=SHANGCHENG, valid_to__isnull=True)
    with stage.play.moment():
        away = create_person("陈晓红", actor=SYSTEM, username="chenxh", email="chenxh@example.org")
        grant = grant_role(away, Role.COUNTY_OFFICER, actor=SYSTEM, organisation=county)
    with stage.play.moment():
        stand_in = User.objects.get(username="xu")
        lend([grant], stand_in, stage.play.today, stage.today + dt.timedelta(days=9), NOTE, actor=away)


def register(stage: Stage) -> None:
    """An officer has left and her account is closed; a team has grown; the province took a list away."""
    county = Organisation.objects.get(division=SHANGCHENG, valid_to__isnull=True)
    with stage.play.moment():
        gone = create_person("沈国芳", actor=SYSTEM, username="shengf", email="shengf@example.org")
        grant_role(gone, Role.COUNTY_OFFICER, actor=SYSTEM, organisation=county, valid_from=stage.day(BEFORE))
    with stage.play.moment():
        close_account(gone, actor=User.objects.get(username="guan"), reason="调到区民政局，不再办理红十字会的事。")
    with stage.play.moment():
        team = Team.objects.filter(guided_by=county).earliest("pk")
        facts = {name: getattr(team, name) for name in ("name", "legal_form", "uscc", "platform_no", "founded_on")}
        facts |= {"members": team.members + 6, "core_members": team.core_members + 1}
        why = "春季招募了六名新队员，其中一名取得救护员证。"
        correct_team(team, facts, actor=User.objects.get(username="zhou"), reason=why)
    with stage.play.moment():
        taken = note_export("xlsx", "stage=reviews&sort=-due", 7, actor=User.objects.get(username="lin"))
        note_export("csv", "", taken.rows * 4, actor=User.objects.get(username="wu"))


def moving_house(stage: Stage) -> None:
    """A team has moved to the neighbours; its Red Cross waits for theirs to take it over."""
    case = stage.case("first", "gives_up")
    officer = stage.worlds["first"].county(case, Role.COUNTY_OFFICER)
    neighbours = Organisation.objects.get(division=SHANGCHENG, valid_to__isnull=True)
    with stage.play.moment():
        offer_team(case.team, neighbours, "团队的服务点和成员都已搬到上城区。", actor=officer)
