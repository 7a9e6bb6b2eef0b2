"""Why a running project's step is refused: periods, activities, checks and changes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.budget_checks import budget_problems
from grants.applications.models import Project
from grants.applications.queries import activity_names
from grants.awards.queries import meeting_of, meetings_of, upheld_objections
from grants.implementation.changing import fault_of
from grants.implementation.enums import ChangeKind
from grants.implementation.models import Activity, ChangeRequest, Check
from grants.implementation.queries import (
    RUNNING,
    approved_changes,
    as_line,
    budget_agreed,
    budget_now,
    by_category,
    lines_of,
    log_of,
    shifted_percent,
    unaccounted_activities,
)
from grants.implementation.visits import to_visit
from grants.kernel.given import Given, day, ticked, whole, words
from grants.kernel.money import format_fen
from grants.kernel.periods import period_end
from grants.people.rules import same_hand
from grants.programmes.asking import no_document, no_text, shown
from grants.programmes.queries import rules_of
from workflow import clock, trail
from workflow.phrases import listed
from workflow.refusals import Refusal
from workflow.rules import Ask, rule

MAX_MINUTES = 16 * 60
GROUNDS = {
    "agreed": _("团队申请提前终止，已经批准"),
    "unable": _("团队无法继续实施"),
    "force_majeure": _("不可抗力"),
    "silent": _("多次催办没有回应"),
    "breach": _("违反协议"),
    "objection_upheld": _("异议核查成立"),
}


@rule
def start_date_reached(project: Project, actor: Any) -> Refusal | None:
    """The agreed first day has come."""
    if project.start_date is None or project.end_date is None:
        return Refusal("no_period", gettext("还没有约定实施的起止日期。"))
    if clock.today() < project.start_date:
        return Refusal("too_early", gettext("约定%(day)s开始实施，还没有到。") % {"day": shown(project.start_date)})
    return None


@rule
def back_where_it_came_from(project: Project, actor: Any) -> Refusal | None:
    """A suspended project knows the state it was suspended from."""
    if not project.suspended_from:
        return Refusal("origin_unknown", gettext("没有记下暂停前的状态，无法恢复，请联系管理员。"))
    return None


@rule
def suspended_by_another(project: Project, actor: Any) -> Refusal | None:
    """Whoever suspended the project does not resume it."""
    last = trail.steps_of(project).filter(move="suspend").last()
    made = {last.actor_id, last.behalf_id} - {None} if last else set()
    return same_hand(actor, made, Refusal("own_suspension", gettext("项目是您自己暂停的，须由另一个人恢复。")))


def _grounds(project: Any, actor: Any) -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in GROUNDS.items()]


@rule(asks=(Ask("ground", _("终止的依据"), "choice", choices=_grounds),))
def ground_for_termination(project: Project, actor: Any, given: Given) -> Refusal | None:
    """A termination names its ground, and a ground that rests on another decision can show it."""
    ground = words(given, "ground")
    if ground not in GROUNDS:
        return Refusal("no_ground", gettext("请选择终止的依据。"), at="ground")
    if ground == "agreed" and not approved_changes(project, ChangeKind.TERMINATION).exists():
        return Refusal("not_agreed", gettext("还没有批准过本项目的提前终止申请。"), at="ground")
    if ground == "objection_upheld" and not upheld_objections(project).exists():
        return Refusal("not_upheld", gettext("本项目没有核查成立的异议。"), at="ground")
    return None


@rule
def activities_done_or_cancelled(project: Project, actor: Any) -> Refusal | None:
    """Every planned activity was held as often as planned or is cancelled in the log, and at least one was held."""
    missing = unaccounted_activities(project)
    if missing:
        facts = {"n": len(missing), "names": listed(missing[:3])}
        return Refusal(
            "activities_open", gettext("还有 %(n)s 项活动没有做满计划的次数，也没有登记取消：%(names)s。") % facts
        )
    if not Activity.objects.filter(project=project.pk, cancelled=False).exists():
        return Refusal("no_activity", gettext("还没有记录过任何一次活动。"))
    return None


PHOTOS = ("activity_record", "photo_2", "photo_3")


def _logged(project: Any, actor: Any) -> list[tuple[str, str]]:
    return [(str(row.number), f"{row.number} · {row.name}") for row in log_of(project)]


ACTIVITY = (
    Ask("name", _("活动名称")),
    Ask("cancelled", _("这项活动取消了"), "yes", required=False),
    Ask("held_on", _("日期"), "date", required=False),
    Ask("place", _("地点"), required=False),
    Ask("volunteers", _("志愿者人数"), "number", required=False),
    Ask("minutes_each", _("人均服务分钟"), "number", _("不含路途"), required=False),
    Ask("served", _("服务人次"), "number", required=False),
    Ask("text", _("做了什么"), "longtext", required=False),
    *(Ask(name, _("照片"), "document", required=False, alone=True) for name in PHOTOS),
    Ask("corrects", _("更正哪一次"), "choice", required=False, choices=_logged),
)
LONGEST = 500


@rule(asks=ACTIVITY)
def activity_complete(project: Project, actor: Any, given: Given) -> Refusal | None:
    """A logged activity says when, where, with whom and for whom; a cancelled one only which."""
    if not 0 < len(words(given, "name")) <= 80:
        return Refusal("activity_name", gettext("请填写活动名称，不超过 80 个字。"), at="name")
    if fault := _words_and_correction(project, given):
        return fault
    if ticked(given, "cancelled"):
        return None
    held = day(given, "held_on")
    if held is None or held > clock.today() or (project.start_date and held < project.start_date):
        return Refusal("activity_day", gettext("活动日期应在实施开始以后、今天以前。"), at="held_on")
    if not 0 < len(words(given, "place")) <= 80:
        return Refusal("activity_place", gettext("请填写活动地点，不超过 80 个字。"), at="place")
    return _people_and_time(given)


def _words_and_correction(project: Project, given: Given) -> Refusal | None:
    if len(words(given, "text")) > LONGEST:
        return Refusal("activity_text", gettext("请不要超过 %(n)s 个字。") % {"n": LONGEST}, at="text")
    if words(given, "corrects") and words(given, "corrects") not in dict(_logged(project, None)):
        return Refusal("activity_corrected", gettext("这一次已经更正过，请更正最新的那一条。"), at="corrects")
    return None


def _people_and_time(given: Given) -> Refusal | None:
    if (whole(given, "volunteers") or 0) < 1:
        return Refusal("activity_volunteers", gettext("请填写到场的志愿者人数。"), at="volunteers")
    if not 0 < (whole(given, "minutes_each") or 0) <= MAX_MINUTES:
        return Refusal("activity_minutes", gettext("人均服务时间应在 1 分钟到 16 小时之间。"), at="minutes_each")
    if (served := whole(given, "served")) is None or served < 0:
        return Refusal("activity_served", gettext("请填写服务人次，没有就填 0。"), at="served")
    return None


@rule
def change_request_approved(project: Project, actor: Any) -> Refusal | None:
    """The period was extended by an approved change and has not ended."""
    extended = approved_changes(project, ChangeKind.PERIOD).exists()
    if not extended or project.end_date is None or project.end_date <= clock.today():
        return Refusal("not_extended", gettext("没有批准过延期，或者延期后的日期也已经过了。"))
    return None


CHECK_PHOTOS = ("midterm_report", "check_photo_2", "check_photo_3")
PAGE = (
    Ask("progress", _("进展情况"), "longtext", _("每项活动做了几次、来了多少志愿者、服务了多少人次")),
    Ask("activities_done", _("已完成的活动次数"), "number"),
    Ask("spent_fen", _("已支出"), "money"),
    Ask("problems", _("偏差、风险和需要的帮助"), "longtext", required=False),
    Ask("outlook", _("下一步打算"), "longtext", required=False),
    *(Ask(name, _("照片"), "document", required=False, alone=True) for name in CHECK_PHOTOS),
)


@rule(asks=PAGE)
def one_page_complete(check: Check, actor: Any, given: Given) -> Refusal | None:
    """The one page of a check tells the progress, the activities done and the money spent so far."""
    if not words(given, "progress"):
        return Refusal("page_progress", gettext("请写明进展情况。"), at="progress")
    if (done := whole(given, "activities_done")) is None or done < 0:
        return Refusal("page_activities", gettext("请填写已完成的活动次数。"), at="activities_done")
    if (spent := whole(given, "spent_fen")) is None or spent < 0:
        return Refusal("page_spent", gettext("请填写已支出的金额，没有就填 0。"), at="spent_fen")
    return None


OPINION = Ask("opinion", _("检查了什么，结论是什么"), "longtext")


@rule(asks=(OPINION,))
def check_form(check: Check, actor: Any, given: Given) -> Refusal | None:
    """Whoever passes a check says what was looked at."""
    return no_text(given, OPINION)


VISITED = Ask("visited_on", _("哪一天到的现场"), "date")


def _visit(check: Any) -> tuple[Ask, ...]:
    return (VISITED,) if isinstance(check, Check) and to_visit(check) else ()


@rule(asks=_visit)
def seen_on_site(check: Check, actor: Any, given: Given) -> Refusal | None:
    """A mid-term check that is made on site passes with the day of the visit, or after a check on site that passed."""
    why = to_visit(check)
    if not why:
        return None
    on, begun = day(given, "visited_on"), check.project.start_date
    if on is None:
        told = gettext("这次中期检查要到现场（%(why)s），请写明哪一天到的现场。") % {"why": listed(why)}
        return Refusal("not_visited", told, at="visited_on")
    if on > clock.today() or (begun and on < begun):
        return Refusal("visit_day", gettext("到现场的日期应在实施开始以后、今天以前。"), at="visited_on")
    return None


EVIDENCE = Ask("evidence", _("证明材料（照片或扫描件）"), "document")


@rule(asks=(EVIDENCE,))
def evidence_complete(record: Any, actor: Any, given: Given) -> Refusal | None:
    """Evidence is attached: of what was put right, or of what the project achieved."""
    return no_document(given, EVIDENCE)


def _not_possible(change: ChangeRequest) -> Refusal | None:
    if str(change.project.state) not in RUNNING:
        facts = {"state": change.project.label}
        return Refusal("not_running", gettext("项目现在是“%(state)s”，不能再变更。") % facts)
    fault = fault_of(change)
    return Refusal("change_incomplete", fault) if fault else None


@rule
def before_and_after_complete(change: ChangeRequest, actor: Any) -> Refusal | None:
    """A change request says fully what it would change, why, and comes while the project runs."""
    return _not_possible(change)


def _meetings(change: Any, actor: Any) -> list[tuple[str, str]]:
    found = meetings_of(change.project.round)
    return [(str(meeting.pk), f"{meeting.number} · {shown(meeting.held_on)}") for meeting in found]


@rule(
    asks=(Ask("meeting", _("会议纪要"), "choice", _("超出限度的变更须经会议研究"), required=False, choices=_meetings),)
)
def tolerance_or_endorsed(change: ChangeRequest, actor: Any, given: Given) -> Refusal | None:
    """A change beyond what the officer may allow rests on the minutes of a meeting."""
    if fault_of(change):
        return None
    why = _needs_meeting(change)
    return Refusal("needs_meeting", why, at="meeting") if why and not meeting_of(change.project.round, given) else None


def _needs_meeting(change: ChangeRequest) -> str:
    """Why the officer alone may not approve it; empty when the officer may."""
    project, profile = change.project, rules_of(change.project.round)
    if change.kind == ChangeKind.BUDGET:
        limit = profile.budget.adjust.officer_pct
        moved = shifted_percent(by_category(lines_of(budget_now(project))), by_category(change.after["lines"]))
        facts = {"moved": moved, "limit": limit}
        return gettext("有科目调整了 %(moved)s%%，超过 %(limit)s%%，须经会议研究。") % facts if moved > limit else ""
    if change.kind == ChangeKind.PERIOD and project.start_date:
        months = profile.round.implementation_months.max
        last, asked = period_end(project.start_date, months), day(change.after, "end_date")
        return gettext("延期后超过 %(n)s 个月，须经会议研究。") % {"n": months} if asked and asked > last else ""
    if change.kind in {ChangeKind.GRANT_REDUCTION, ChangeKind.RE_SOURCE}:
        return gettext("动用资助金额或资金来源的变更须经会议研究。")
    return ""


@rule
def within_free_share(change: ChangeRequest, actor: Any) -> Refusal | None:
    """A team moves money between categories by itself within the round's share and the rules of its budgets."""
    if change.kind != ChangeKind.BUDGET:
        return Refusal("not_a_budget", gettext("只有预算可以自行调剂，别的变更要提交审批。"))
    if fault_of(change):
        return None
    project, rules = change.project, rules_of(change.project.round)
    asked, limit = [as_line(row) for row in change.after["lines"]], rules.budget.adjust.free_pct
    moved = shifted_percent(by_category(lines_of(budget_agreed(project))), by_category(change.after["lines"]))
    if moved > limit:
        facts = {"moved": moved, "limit": limit}
        message = gettext("有科目一共调整了 %(moved)s%%，超过团队自行调剂的 %(limit)s%%，请提交审批。") % facts
        return Refusal("over_free_share", message)
    wrong = budget_problems(asked, rules, hazardous=project.hazardous, activities=activity_names(project))
    told = gettext("这样调整不能自行决定，请提交审批：%(why)s。")
    return Refusal("budget_rules", told % {"why": wrong[0]}) if wrong else None


@rule
def total_not_up(change: ChangeRequest, actor: Any) -> Refusal | None:
    """What was asked can still be done, and a budget never asks for more than the grant that stands."""
    if refusal := _not_possible(change):
        return refusal
    if change.kind != ChangeKind.BUDGET:
        return None
    project = change.project
    asked, granted = sum(by_category(change.after["lines"]).values()), project.granted_fen - project.released_fen
    if asked <= granted:
        return None
    facts = {"asked": format_fen(asked), "granted": format_fen(granted)}
    return Refusal("total_up", gettext("调整后由资助支出 %(asked)s 元，超过资助金额 %(granted)s 元。") % facts)
