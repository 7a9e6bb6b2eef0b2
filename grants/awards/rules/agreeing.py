"""What stands between an approval and an agreement in force: final plan, budget of the grant, three signatures."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.budget_checks import budget_problems
from grants.applications.models import Project
from grants.applications.queries import activity_names, budget_lines, current_budget, granted_lines
from grants.awards import queries
from grants.awards.enums import Party
from grants.kernel.given import day
from grants.kernel.money import format_fen
from grants.kernel.periods import period_end
from grants.people.rules import same_hand
from grants.programmes.asking import no_document, shown
from grants.programmes.queries import rules_of
from workflow import clock
from workflow.deadlines import deadline, is_due
from workflow.phrases import listed, one_after_another
from workflow.ports import Given, domain
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

# Plan and budget --------------------------------------------------------------------------------------------


PLAN = (Ask("start_date", _("实施开始日期"), "date"), Ask("end_date", _("实施结束日期"), "date"))


@rule(asks=PLAN)
def final_plan_complete(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """The team agrees to a period the round allows and to a budget of exactly the grant, before anybody signs."""
    agreement = queries.agreement_of(project)
    if agreement and agreement.signatures.exists():
        return Refusal("signed", gettext("已有一方签署协议，方案和预算不能再改。"))
    return _wrong_period(project, given) or _wrong_budget(project)


def _wrong_period(project: Project, given: Given) -> Refusal | None:
    start, end = day(given, "start_date"), day(given, "end_date")
    if start is None or start < clock.today():
        return Refusal("start_date", gettext("实施开始日期请选今天或以后的一天。"), at="start_date")
    months = rules_of(project.round).round.implementation_months
    first, last = period_end(start, months.min), period_end(start, months.max)
    if end and first <= end <= last:
        return None
    facts = {"min": months.min, "max": months.max, "first": shown(first), "last": shown(last)}
    message = gettext("实施期应为 %(min)s 到 %(max)s 个月，结束日期在%(first)s到%(last)s之间。") % facts
    return Refusal("end_date", message, at="end_date")


def _wrong_budget(project: Project) -> Refusal | None:
    """Why the newest budget is not the agreement's: it does not add up to the grant to the fen, or breaks a rule."""
    agreement, planned = queries.agreement_of(project), sum(line.amount_fen for line in granted_lines(project))
    granted = agreement.amount_fen if agreement else project.granted_fen
    if planned != granted:
        sums = {"planned": format_fen(planned), "granted": format_fen(granted)}
        message = gettext("预算由资助支出 %(planned)s 元，须等于资助金额 %(granted)s 元，请先修改预算。") % sums
        return Refusal("budget_sum", message, at="budget")
    plan = activity_names(project)
    wrong = budget_problems(
        budget_lines(project), rules_of(project.round), hazardous=project.hazardous, activities=plan
    )
    facts = {"n": len(wrong), "first": one_after_another(wrong[:3])}
    return Refusal("budget", gettext("预算有 %(n)s 处须修改：%(first)s。") % facts, at="budget") if wrong else None


@rule
def final_plan_filed(project: Project, _actor: Any) -> Refusal | None:
    """The team has agreed to the final plan, the province has not answered yet, and the budget still adds up."""
    agreement = queries.agreement_of(project)
    if agreement is None or agreement.plan_agreed_at is None:
        return Refusal("plan_not_agreed", gettext("团队还没有确认最终方案与预算。"))
    if agreement.plan_confirmed_at:
        return Refusal("plan_confirmed", gettext("最终方案与预算已经同意过了。"))
    return _wrong_budget(project)


@rule
def plan_confirmed(project: Project, _actor: Any) -> Refusal | None:
    """Nobody signs before the province has agreed to the final plan and budget."""
    agreement = queries.agreement_of(project)
    if agreement and agreement.plan_confirmed_at:
        return None
    return Refusal("plan_open", gettext("最终方案与预算还没有经省红十字会同意，暂不能签署。"))


@rule
def final_plan_agreed(project: Project, _actor: Any) -> Refusal | None:
    """Team and province stand behind the same plan."""
    agreement = queries.agreement_of(project)
    if agreement and agreement.plan_agreed_at and agreement.plan_confirmed_at:
        return None
    return Refusal("plan_open", gettext("最终方案与预算须团队确认、省红十字会同意。"))


@rule
def budget_final(project: Project, _actor: Any) -> Refusal | None:
    """The agreement's budget is locked, is the newest one, and adds up to the grant."""
    agreement = queries.agreement_of(project)
    budget = agreement.budget if agreement else None
    if budget is None or budget.locked_at is None or budget != current_budget(project):
        return Refusal("budget_open", gettext("最终预算还没有锁定，请先确认并同意最终方案与预算。"))
    return _wrong_budget(project)


# Signing ----------------------------------------------------------------------------------------------------


def _party(project: Project, actor: Any) -> Party | None:
    """For whom this person would sign: the first party in whose role they stand."""
    held = domain().roles(actor, project)
    return next((party for role, party in queries.PARTY_OF.items() if role in held), None)


@rule
def not_signed_before(project: Project, actor: Any) -> Refusal | None:
    """Every party signs once, and nobody signs for two of them."""
    agreement, party = queries.agreement_of(project), _party(project, actor)
    if agreement is None or party is None:
        return None
    if agreement.signatures.filter(party=party).exists():
        return Refusal("party_signed", gettext("%(party)s已经签署。") % {"party": str(party.label)})
    signed = {pk for pair in agreement.signatures.values_list("person", "behalf") for pk in pair}
    own = Refusal("person_signed", gettext("您已代表另一方签署，这一方须由另一个人签署。"))
    return same_hand(actor, signed - {None}, own)


PAGE = (Ask("signed_page", _("协议签署页（照片或扫描件）"), "document"),)


@rule(asks=PAGE)
def signed_page(_project: Project, _actor: Any, given: Given) -> Refusal | None:
    """A signature is the signed page itself."""
    return no_document(given, PAGE[0])


@rule
def all_parties_signed(project: Project, _actor: Any) -> Refusal | None:
    """Province, payee and team have signed."""
    agreement = queries.agreement_of(project)
    missing = queries.missing_parties(agreement) if agreement else list(Party)
    if not missing:
        return None
    facts = {"names": listed(party.label for party in missing)}
    return Refusal("not_all_signed", gettext("%(names)s还没有签署协议。") % facts)


# Without an agreement ---------------------------------------------------------------------------------------


LETTER = (Ask("letter", _("团队来函（签字盖章）"), "document"),)


@rule(asks=LETTER)
def letter_from_team(_project: Project, _actor: Any, given: Given) -> Refusal | None:
    """A team that gives up says so in a letter."""
    return no_document(given, LETTER[0])


@rule
def sign_due_passed(project: Project, _actor: Any) -> Refusal | None:
    """A grant is forfeited only after the deadline for signing."""
    if is_due(project, "sign_due"):
        return None
    due = deadline(project, "sign_due")
    facts = {"day": shown(due.due_at.astimezone(clock.SHANGHAI).date()) if due else "—"}
    return Refusal("sign_open", gettext("签订协议的期限是%(day)s，还没有过。") % facts)
