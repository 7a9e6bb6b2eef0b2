"""What becomes true with the moves of an application: deadlines, recommendations, places, versions that stay."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext

from grants.applications.enums import RecommendLevel
from grants.applications.form_definition import Input
from grants.applications.form_kept import answer_to, definition_of, keep_form
from grants.applications.models import Application, BudgetVersion, Project, Recommendation
from grants.applications.queries import (
    FORWARDED,
    budget_lines,
    granted_lines,
    is_county,
    is_province,
    recommender_of,
    recommending_level,
    sent_back,
    standing_back,
    standing_recommendations,
    successor_of,
    words_withdrawn_by,
)
from grants.applications.together import helped_with
from grants.kernel.given import day, whole, words
from grants.kernel.periods import SHANGHAI, closing_of
from grants.people.models import User
from grants.programmes.commands import return_place, run_deadline, use_place
from grants.programmes.models import Round
from grants.programmes.queries import due, rules_of
from storage.queries import attachments_of
from workflow import chain, clock
from workflow.deadlines import resume, set_deadline, settle
from workflow.effects import Done, effects
from workflow.lifecycle import PROJECT_FINAL, ProjectState
from workflow.phrases import listed
from workflow.refusals import Refusal, Refused

ALL = tuple(RecommendLevel)


# The draft --------------------------------------------------------------------------------------------------


@effects("project.begin", "project.reopen_draft", "project.recall")
def await_submission(project: Project, done: Done) -> None:
    """The draft may be submitted until the call closes; then the clock takes it off the table."""
    settle(project, "county_recommend", "city_recommend")
    project.opened_by_next, project.stood_back = False, ""
    if project.round.call_closes_at:
        set_deadline(project, "call_closed", project.round.call_closes_at)


@effects("project.admit_late")
def await_late_submission(project: Project, done: Done) -> None:
    """This draft alone may be submitted until the day that leadership set; then the clock takes it off again."""
    project.opened_by_next, project.stood_back = False, ""
    if chosen := day(done.given, "due_on"):
        set_deadline(project, "call_closed", closing_of(chosen, rules_of(project.round).deadlines.closing))


@effects("round.extend_call")
def extend_drafts(round_: Round, done: Done) -> None:
    """Every draft of the round has the new day."""
    for project in Project.objects.filter(round=round_, state=ProjectState.DRAFT).order_by("pk"):
        if round_.call_closes_at:
            set_deadline(project, "call_closed", round_.call_closes_at)


@effects("round.cancel_round")
def end_with_round(round_: Round, done: Done) -> None:
    """Every project of the round that has not come to an end is taken out by the clock, each by itself, at once."""
    for project in Project.objects.filter(round=round_).exclude(state__in=PROJECT_FINAL).order_by("pk"):
        set_deadline(project, "round_cancelled", done.at)


@effects("project.submit", "project.resubmit", "project.supply")
def keep_version(project: Project, done: Done) -> None:
    """What is submitted stays as it is: answers as a version, budget locked; the step proves them and the files.

    The step says when it was taken in, which is what the deadline was judged by.
    """
    done.keep(received_at=clock.received().isoformat())
    form = definition_of(project)
    answers = {field.name: _plain(answer_to(project, field)) for field in form.inputs}
    text = chain.canonical(answers)
    row = Application.objects.create(
        project=project,
        number=project.submissions.count() + 1,
        answers=text,
        digest=chain.digest(text),
        asked=keep_form(form),
        submitted_by=done.actor,
        written_by=_written_by(project, done),
        at=done.at,
    )
    done.prove("application", f"v{row.number}", row.digest)
    if helped := helped_with(project, row.number):
        done.keep(filled_in_with=listed(helped))
    files = sorted(attachments_of(project).values_list("slot", "document__sha256"))
    done.prove("files", f"v{row.number}", chain.digest(chain.canonical(files)))
    _lock_budget(project, done)


def _written_by(project: Project, done: Done) -> User | None:
    """Who filled it in at the leader's word since it was handed in last; the step names them, and their task is done.

    Whoever hands it in has looked at it: it is their word, whoever typed.
    """
    last = project.submissions.last()
    told = project.dictations.exclude(writer=done.actor.pk).filter(
        Q(ended_at__isnull=True) | Q(handed_at__isnull=False)
    )
    found = (told.filter(at__gt=last.at) if last else told).select_related("writer").last()
    project.dictations.filter(ended_at__isnull=True).update(ended_at=done.at, ended_by=done.actor)
    if found is None:
        return None
    done.keep(written_by=found.writer.name)
    return found.writer


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _lock_budget(project: Project, done: Done) -> None:
    open_ones = BudgetVersion.objects.filter(project=project, locked_at__isnull=True)
    for version in open_ones:
        lines = [[line.category, line.item, line.amount_fen, line.source] for line in budget_lines(project)]
        done.prove("budget", f"v{version.number}", chain.digest(chain.canonical(lines)))
    open_ones.update(locked_at=done.at)


@effects("project.lapse_return", "project.lapse_supplement")
def keep_what_was_submitted(project: Project, done: Done) -> None:
    """What the team changed and did not submit again is gone: answers and budget are those submitted last."""
    last = project.submissions.order_by("number").last()
    submitted = json.loads(last.answers) if last else {}
    for field in definition_of(project).written:
        if field.name in submitted and submitted[field.name] != _plain(answer_to(project, field)):
            _restore(project, field, submitted[field.name], done)
    BudgetVersion.objects.filter(project=project, locked_at__isnull=True).delete()
    project.requested_fen = sum(line.amount_fen for line in granted_lines(project))


def _restore(project: Project, field: Input, value: Any, done: Done) -> None:
    """The answer stands in the project as `keep_version` found it."""
    if field.name == "paid_to":
        project.payee = None if value == "registered_team" else project.team.guided_by
    elif field.name == "committed":
        project.committed_on = done.at.astimezone(SHANGHAI).date() if value else None
    elif field.kind == "date" and field.column:
        setattr(project, field.column, dt.date.fromisoformat(value) if value else None)
    elif field.column:
        setattr(project, field.column, value or ("" if field.kind != "yes" else False))
    else:
        kept = {name: answer for name, answer in project.form.items() if name != field.name}
        project.form = kept | ({} if value is None else {field.name: value})


# Whose word is next ---------------------------------------------------------------------------------------------


@effects("project.submit", "project.resubmit", "project.lapse_return", "project.reopen_recommendation")
def await_recommendation(project: Project, done: Done) -> None:
    """The first level has its time, counted from the close of the call so that it can rank all at once."""
    settle(project, "call_closed", "return_due")
    project.not_corrected = done.deed == "lapse_return"
    project.opened_by_next = False
    if done.deed == "reopen_recommendation":
        _withdraw(project, ALL, done)
    _first_level(project, done)


@effects("project.county_take_back")
def take_back_from_city(project: Project, done: Done) -> None:
    """The county's word is withdrawn and awaited again."""
    project.opened_by_next = False
    settle(project, "city_recommend")
    _withdraw(project, ALL, done)
    _first_level(project, done)


@effects("project.take_back_direct")
def take_back_from_pool(project: Project, done: Done) -> None:
    """The word on a direct application is withdrawn, its place is free, and the word is awaited again."""
    project.opened_by_next = False
    _withdraw(project, ALL, done)
    _first_level(project, done)


def _first_level(project: Project, done: Done) -> None:
    _stand_back(project)
    closes = project.round.call_closes_at or done.at
    name = "county_recommend" if is_county(project) else "city_recommend"
    if not is_province(project):
        run_deadline(project, name, actor=done.actor, start=max(done.at, closes))


@effects("project.county_recommend", "project.county_recommend_in_place")
def forward_to_city(project: Project, done: Done) -> None:
    """The county's word stands; the prefecture has its time after that of all counties."""
    _recommend(project, RecommendLevel.COUNTY, done)
    _await_city(project, done)


@effects("project.city_take_back")
def take_back_from_province(project: Project, done: Done) -> None:
    """The prefecture's word is withdrawn, its place is free, and its word is awaited again."""
    _withdraw(project, FORWARDED, done)
    _await_city(project, done)


def _stand_back(project: Project) -> None:
    """Where the level whose word is next has nobody but members of the team, the next one that has has the turn."""
    project.stood_back = standing_back(project)


def _await_city(project: Project, done: Done) -> None:
    project.opened_by_next = False
    _stand_back(project)
    settle(project, "county_recommend")
    counties_done = due(project, "county_recommend", start=project.round.call_closes_at or done.at)
    run_deadline(project, "city_recommend", actor=done.actor, start=max(done.at, counties_done))


@effects("project.city_recommend", "project.city_recommend_in_place", "project.city_recommend_direct")
def forward_to_province(project: Project, done: Done) -> None:
    """The prefecture's word stands and one of its places is used."""
    _forward(project, RecommendLevel.CITY, done)


@effects("project.province_admit_direct")
def admit(project: Project, done: Done) -> None:
    """The province's word stands and one place of the common pool is used."""
    _forward(project, RecommendLevel.PROVINCE, done)


def _forward(project: Project, level: RecommendLevel, done: Done) -> None:
    project.opened_by_next, project.stood_back = False, ""
    settle(project, "county_recommend", "city_recommend")
    use_place(project.round, project.scope, actor=done.actor)
    _recommend(project, level, done)


def _recommend(project: Project, level: RecommendLevel, done: Done) -> None:
    row = Recommendation(
        project=project,
        round=project.round,
        organisation=recommender_of(project, level),
        level=level,
        opinion=words(done.given, "opinion") or words(done.given, "reason"),
        rank=whole(done.given, "rank"),
        in_place=done.deed.endswith("_in_place"),
        entered_by=done.actor,
        at=done.at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        same = Recommendation.objects.filter(organisation=row.organisation, level=level, rank=row.rank)
        if not same.filter(round=project.round_id, withdrawn_at__isnull=True).exists():
            raise
        message = gettext("这个位次刚刚给了别的项目，请另选排序。")
        raise Refused([Refusal("rank", message, at="rank")]) from None


def _withdraw(project: Project, levels: Collection[str], done: Done) -> None:
    """Words of these levels stand no longer; a place that was used for them is free again."""
    for row in standing_recommendations(project).filter(level__in=levels):
        row.withdrawn_at = done.at
        row.save(update_fields=["withdrawn_at"])
        if row.level in FORWARDED:
            return_place(project.round, project.scope, actor=done.actor)


# Back, out, elsewhere -------------------------------------------------------------------------------------------


@effects(
    *("project.county_return", "project.city_return", "project.direct_return"),
    *("project.return_in_place", "project.province_return"),
)
def await_correction(project: Project, done: Done) -> None:
    """The team has until closing time of the day set; whoever recommended will do so again."""
    settle(project, "county_recommend", "city_recommend")
    project.opened_by_next, project.stood_back = False, ""
    _withdraw(project, ALL, done)
    if chosen := day(done.given, "due_on"):
        set_deadline(project, "return_due", closing_of(chosen, rules_of(project.round).deadlines.closing))


@effects("project.undo_return")
def take_return_back(project: Project, done: Done) -> None:
    """It is as before the return: words and place stand again, the level's time runs on, and it has the file open."""
    settle(project, "return_due")
    project.opened_by_next = True
    back = sent_back(project)
    for word in words_withdrawn_by(project, back) if back else []:
        word.withdrawn_at = None
        word.save(update_fields=["withdrawn_at"])
        if word.level in FORWARDED:
            use_place(project.round, project.scope, actor=done.actor)
    if project.state != ProjectState.CITY_RECOMMENDED:
        _stand_back(project)
        resume(
            project, "county_recommend" if recommending_level(project) == RecommendLevel.COUNTY else "city_recommend"
        )


@effects("project.recall_correction")
def correct_further(project: Project, done: Done) -> None:
    """The team has the application again, until the day that was set for correcting it."""
    settle(project, "county_recommend", "city_recommend")
    project.opened_by_next, project.stood_back = True, ""
    resume(project, "return_due")


@effects("project.withdraw", "project.lapse_with_round")
def take_out(project: Project, done: Done) -> None:
    """The words for the project stand no longer, and its place is free."""
    _withdraw(project, ALL, done)


@effects("project.not_forwarded")
def make_room(project: Project, done: Done) -> None:
    """The prefecture's word stands no longer, and its place is free."""
    _withdraw(project, FORWARDED, done)


@effects("project.open_file", "project.begin_correction")
def mark_opened(project: Project, done: Done) -> None:
    """Whoever had the file before cannot take it back any more."""
    project.opened_by_next = True


@effects("project.rehome")
def follow_merger(project: Project, done: Done) -> None:
    """The project lies in the successor's area; where the merged Red Cross was the payee, the successor is."""
    if heir := successor_of(project):
        if project.payee and project.payee.path == project.scope:
            project.payee = heir
        project.scope = heir.path
