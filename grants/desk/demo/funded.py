"""The first round of the demonstration, from the call to projects at every turn of their way."""

from __future__ import annotations

from grants.awards.commands import receive_objection, save_decision_paper
from grants.awards.enums import ObjectionKind
from grants.awards.letters import save_letter, send_letter
from grants.closeout.commands import save_report
from grants.desk.banking.commands import carry_on as confirm
from grants.desk.banking.commands import start_matching
from grants.desk.banking.queries import reconciling
from grants.desk.commands import carry_on, start_bulk
from grants.desk.demo import scenes
from grants.desk.demo.panel import with_panels
from grants.desk.demo.plans import FUNDED
from grants.desk.demo.stage import Stage
from grants.desk.queries.results import results
from grants.desk.queries.what_if import Wishes
from grants.desk.rehearsal import paying
from grants.desk.rehearsal.awarding import sign_one
from grants.desk.rehearsal.closing import GOOD
from grants.desk.rehearsal.opening import meeting
from grants.desk.rehearsal.running import change
from grants.desk.rehearsal.world import Case, World
from grants.desk.retaking.commands import answer_retake, ask_retake
from grants.desk.views.what_if import text_of
from grants.funds.banking.reading import Line
from grants.funds.models import Batch, FundingSource, Payment
from grants.funds.queries import standing
from grants.implementation.models import Check
from grants.implementation.visits import to_visit
from grants.programmes.models import Round
from grants.reviews.assigning.rating import rate_reviewer
from grants.settlement.archive import missing_papers
from grants.settlement.models import Voucher
from storage.models import Document
from storage.queries import attachments_of
from workflow.lifecycle import ProjectState, Role

LETTER = {
    "strongest": "需求写得实：站台上出过的事、候车的人有多少，都有数。",
    "weakest": "怎么做还不够清楚：急救包谁来检查、过期了谁来换，没有写。",
    "advice": "下次申报，请写清谁在什么时候做什么，和公交公司先签一份合作协议；可以请上城区红十字会看一遍。",
}
"""What the team that was not funded is told."""
RATINGS = ((4, "评语具体，按时交。"), (3, "按时，评语可以再细一些。"), (5, "意见有见地，发现了两处预算问题。"))
"""How the officer found the three reviewers of the first round."""
S = ProjectState
REMINDED = ("running", "closeout_due", "accepted", "suspended")
LATE_PAYMENTS = ("payment_requested", "payment_verified", "payment_batched", "payment_paid")


def first_call(stage: Stage) -> None:
    """Seventeen teams apply."""
    world = stage.new_round(stage.today.year - 1, "实施和结题中", with_panels(stage.text))
    stage.worlds["first"] = world
    for plan in FUNDED:
        case = scenes.write(world, plan)
        world.do(case, "submit", case.leader)


def first_recommendations(stage: Stage) -> None:
    """All of them are recommended."""
    world = stage.worlds["first"]
    for case in world.cases:
        scenes.recommend(world, case)
    stage.play.do(world.round, "close_recommending", world.officer)


def first_review(stage: Stage) -> None:
    """All of them are eligible and scored, the last score ends each review."""
    world = stage.worlds["first"]
    for case in world.cases:
        scenes.admit(world, case)
    stage.play.do(world.round, "start_review", world.officer)
    for case in world.cases:
        for place, reviewer in enumerate(scenes.seat(world, case)):
            low = {"reserve": 62, "declined": 57}.get(case.lot)
            best = 12 if case.lot == "declined" else 0
            scenes.score(world, case, reviewer, low or _percent(case.number, place), best)
    stage.play.do(world.round, "start_deliberation", world.officer)


def _percent(number: int, place: int) -> int:
    """Better the earlier; the second reviewer is lenient, the third strict, and nobody is quite of one mind."""
    return max(66, 86 - number + (0, 2, -3)[place] + (number * 7 + place * 5) % 7 - 3)


def first_decision(stage: Stage) -> None:
    """A paper says what floors would cost; the meeting decides and the list goes public."""
    first = stage.worlds["first"]
    with stage.play.moment():
        found = results(Round.objects.get(pk=first.round.pk))
        wishes = Wishes(budget_fen=20_000_000, most=10, per_city=3)
        paper = save_decision_paper(found.round, text_of(found, wishes), actor=first.officer)
    scenes.decide(first, first.cases, paper.number)


def first_letters(stage: Stage) -> None:
    """The team that was not funded reads why; the officer says how the reviewers worked."""
    world = stage.worlds["first"]
    case = stage.case("first", "declined")
    with stage.play.moment():
        save_letter(case.project, LETTER, actor=world.officer)
    with stage.play.moment():
        send_letter(case.project, actor=world.officer)
    for reviewer, (points, words) in zip(world.cast.reviewers, RATINGS, strict=False):
        with stage.play.moment():
            rate_reviewer(world.round, reviewer, points, words, actor=world.officer)


def first_approval(stage: Stage) -> None:
    """The list stands."""
    scenes.approve(stage.worlds["first"], stage.worlds["first"].cases)


def signing(stage: Stage) -> None:
    """Everybody who is approved signs."""
    world = stage.worlds["first"]
    for case, plan in zip(world.cases, FUNDED, strict=True):
        if case.state == S.APPROVED:
            sign_one(world, case, stage.day(plan.starts), stage.day(plan.ends))


def first_payments(stage: Stage) -> None:
    """The grant is paid out, in one batch, to all but four whose papers came late."""
    world = stage.worlds["first"]
    paying.pay_first(world, [case for case in world.where(S.AGREEMENT_SIGNED) if case.lot not in LATE_PAYMENTS])


def month_closed(stage: Stage) -> None:
    """The books of the first months are closed by two people."""
    paying.close_month(stage.worlds["first"])


def carried_on(stage: Stage) -> None:
    """What the donor's money of last year has left goes on to this year; the lottery gives for the elderly alone."""
    first, second = stage.worlds["first"], stage.worlds["second"]
    given = {"kind": "lottery", "name": "福彩公益金（养老服务）", "amount_fen": 5_000_000, "most_pct": 50}
    given |= {"only_fields": ["ELDERLY"], "intent": "用于养老服务，标明福彩公益金资助"}
    stage.play.do(second.round, "add_source", stage.cast.finance_officer, **given)
    donor = FundingSource.objects.get(round=first.round, kind="donation")
    minutes = meeting(first, "上年结余资金结转会议纪要")
    asked = {"source": str(donor.pk), "into": str(second.round.pk), "amount_fen": 1_000_000, "meeting": str(minutes)}
    asked["reason"] = "上年捐赠没有用完，征得捐赠人同意，转到本年继续使用"
    stage.play.together(first.round, "carry_over", stage.cast.finance_officer, stage.cast.finance_approver, **asked)


def work_of_all(stage: Stage) -> None:
    """Activities and expenses; projects that end before today pass their mid-term check."""
    world = stage.worlds["first"]
    for case in world.where(S.IN_PROGRESS):
        if case.lot in LATE_PAYMENTS:
            continue
        over = bool(case.project.end_date and case.project.end_date < stage.today)
        scenes.work(world, case, 6 if over else 2)
        if over:
            check = Check.objects.get(project=case.project.pk)
            stage.play.do(check, "file", case.leader, **scenes.PAGE)
            officer = world.city(case, Role.CITY_OFFICER)
            visited = {"visited_on": stage.play.today.isoformat()} if to_visit(check) else {}
            stage.play.do(check, "pass_check", officer, opinion="活动扎实，资金使用规范。", **visited)


def reports(stage: Stage) -> None:
    """Those whose period is over spend the rest and report."""
    world = stage.worlds["first"]
    for case in world.where(S.CLOSEOUT_DUE):
        scenes.spend(world, case, 50 if case.lot == "refund_due" else 60)
        with stage.play.moment():
            save_report(case.project, actor=case.leader, **scenes.REPORT)
        photos = stage.play.document("活动照片", case.leader)
        world.do(case, "submit_closeout", case.leader, evidence=photos)
        if case.lot != "closeout_submitted":
            world.together(case, "accept", **GOOD)


def accounts(stage: Stage) -> None:
    """Final accounts: some filed, some confirmed, one with a surplus to return."""
    world = stage.worlds["first"]
    for case in world.where(S.ACCEPTED):
        if case.lot != "accepted":
            world.do(case, "submit_final_accounts", world.payee(case))
    for case in world.where(S.FINAL_ACCOUNTS):
        if case.lot in {"refund_due", "archived"}:
            _confirm(stage, world, case)


def _confirm(stage: Stage, world: World, case: Case) -> None:
    finance = world.cast.finance_officer
    for voucher in Voucher.objects.filter(project=case.project.pk, accepted_fen__isnull=True).order_by("number"):
        given = {"voucher": str(voucher.number), "accepted_fen": voucher.claimed_fen}
        world.do(case, "decide_voucher", finance, **given)
    stage.play.together(case.project, "confirm_accounts", world.cast.finance_approver, finance)


def surplus(stage: Stage) -> None:
    """What one project did not spend is asked back."""
    world = stage.worlds["first"]
    world.do(stage.case("first", "refund_due"), "ask_refund", world.cast.finance_officer)


def one_to_the_archive(stage: Stage) -> None:
    """One project has come the whole way."""
    world, case = stage.worlds["first"], stage.case("first", "archived")
    if standing(case.project).held:
        message = f"{case.project} should have spent its grant."
        raise RuntimeError(message)
    world.do(case, "close", world.cast.finance_officer)
    papers = {ask.name: stage.play.document(str(ask.label), world.officer) for ask in missing_papers(case.project)}
    world.do(case, "archive", world.officer, **papers)


def suspension(stage: Stage) -> None:
    """One project is stopped for a complaint."""
    world, case = stage.worlds["first"], stage.case("first", "suspended")
    world.do(case, "suspend", world.cast.business_lead, reason="接到反映，先行核查。")


def check(stage: Stage) -> None:
    """One mid-term check is filed; a later end and other activities are asked for."""
    world, case = stage.worlds["first"], stage.case("first", "check_filed")
    stage.play.do(Check.objects.get(project=case.project.pk), "file", case.leader, **scenes.PAGE)
    changing = stage.case("first", "changing")
    change(world, changing, "period", {"end_date": stage.day(-110).isoformat()})
    first, *others = changing.project.form["activities"]
    plan = [first | {"times": first["times"] + 2, "place": "运河中心广场"}, *others]
    change(world, changing, "activities", {"activities": plan})


def retaking(stage: Stage) -> None:
    """Finance cannot read a voucher, the officer a commitment; the one is asked for again, the other has come."""
    world, case = stage.worlds["first"], stage.case("first", "running")
    with stage.play.moment():
        paper = attachments_of(case.project, "commitment").get()
        ask_retake(paper, actor=world.officer, why="glare", words="右下角的公章看不清")
    answered = stage.case("first", "closeout_due")
    better = Document.objects.get(pk=stage.play.document("承诺书（重拍）", answered.leader))
    with stage.play.moment():
        wish = ask_retake(attachments_of(answered.project, "commitment").get(), actor=world.officer, why="cut_off")
        answer_retake(wish, better, actor=answered.leader)


def payments_on_their_way(stage: Stage) -> None:
    """Four first payments, each at another desk."""
    world = stage.worlds["first"]
    on_the_way: dict[str, Payment] = {}
    for fate in LATE_PAYMENTS:
        on_the_way[fate] = paying.request(world, stage.case("first", fate), 1)
    paid, sealed = on_the_way["payment_paid"], on_the_way["payment_batched"]
    paying.approve(world, paid)
    paying.batch(world, [paid])
    paying.line(world, "paid", paid)
    with stage.play.moment():
        press = start_matching(
            world.round, seen=reconciling(world.round).seen, actor=world.cast.cashier, key="demo:bank"
        )
        confirm(press, actor=world.cast.cashier)
    _odd_lines(stage, world, paid)
    paying.approve(world, sealed)
    _seal(stage, world, sealed)
    stage.play.do(on_the_way["payment_verified"], "verify_request", world.cast.finance_officer)


def _odd_lines(stage: Stage, world: World, paid: Payment) -> None:
    """The bank's last statement: told twice, a gift, and interest, each for a person to look at."""
    day, to = stage.play.today.isoformat(), paid.account
    if to is None:
        return
    twice = Line("", "paid", day, paid.amount_fen, to.holder, to.account_no[-4:], "项目资助款", undone=False)
    gift = Line("", "refund", day, 500_000, "丽水市爱心企业联合会", "3391", "捐款", undone=False)
    interest = Line("", "refund", day, 12_807, "", "", "活期存款利息", undone=False)
    paying.statement(world, [twice, gift, interest])


def _seal(stage: Stage, world: World, payment: Payment) -> None:
    finance = world.cast.finance_officer
    stage.play.do(world.round, "open_batch", finance)
    number = str(Batch.objects.filter(round=world.round).latest("pk").number)
    stage.play.do(payment, "put_in_batch", finance, batch=number)
    stage.play.do(world.round, "freeze_batch", finance, batch=number)


def promotion(stage: Stage) -> None:
    """The reserve takes the place that became free; somebody objects."""
    world, case = stage.worlds["first"], stage.case("first", "reserve")
    notice = scenes.notice_of_publicity(world, "关于递补项目的公示")
    minutes = meeting(world, "递补会议纪要")
    world.together(case, "promote", meeting=minutes, notice=notice, amount_fen=case.project.requested_fen)
    stage.play.wait(1)
    with stage.play.moment():
        receive_objection(
            case.project,
            actor=world.cast.discipline,
            kind=ObjectionKind.OBJECTION,
            text="反映团队人数与实际不符。",
            objector="一位居民",
            contact="街道转来",
            received_on=stage.play.today,
        )


def reminders(stage: Stage) -> None:
    """The officer reminds several teams at once; the one whose project is suspended cannot be reminded."""
    world = stage.worlds["first"]
    chosen = {case.project.pk: case.project.version for fate in REMINDED for case in [stage.case("first", fate)]}
    with stage.play.moment():
        run = start_bulk("send_reminder", chosen, actor=world.officer, key="demo:reminders", given={})
        carry_on(run, actor=world.officer)
