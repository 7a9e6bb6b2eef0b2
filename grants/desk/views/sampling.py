"""The sample of a round: set by the officer, scored by every reviewer first, then laid beside its own marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.applications.queries import budget_lines
from grants.desk.forms.asks import AskForm
from grants.desk.queries.records import find
from grants.desk.queries.reviewing import round_reviewed
from grants.desk.tables.scoring import criteria
from grants.desk.tables.text import application_parts, budget_table
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.kernel.scoring import format_points
from grants.people.queries import holds
from grants.programmes.models import Round
from grants.programmes.profile.scoring import Rubric
from grants.programmes.queries import rules_of
from grants.reviews.sampling.commands import score_sample, set_sample
from grants.reviews.sampling.models import Sample, SampleScore
from grants.reviews.sampling.queries import answer_of, earlier, panel_marks, progress, sample_of, wanted
from workflow.lifecycle import Role
from workflow.refusals import Refusal
from workflow.rules import Ask

OLDER = 60
"""Earlier applications that are offered."""


@dataclass(frozen=True)
class Beside:
    """One criterion: what the reviewer gave the sample, what it is measured by, and why."""

    label: str
    own: str
    reference: str
    apart: str
    why: str


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """The sample with its marks to give; once given, what it is measured by and why."""
    round_ = round_reviewed(request.user, pk) if holds(request.user, Role.REVIEWER) else None
    found = sample_of(round_) if round_ is not None and wanted(round_) else None
    if round_ is None or (found is None and not wanted(round_)):
        raise Http404
    person: Any = request.user
    answer = answer_of(found, person) if found else None
    rubric, trouble = rules_of(round_).rubric, None
    data = request.POST if request.method == "POST" else None
    form = AskForm((*_marks(rubric), COMMENT), record=round_, actor=person, data=data)
    if data is not None and found is not None:
        trouble = _given(request, round_, form)
        if trouble is None:
            messages.success(request, gettext("样题评好了。看一看参考得分，再评项目。"))
            return redirect("sample", pk)
    context = {
        "round": round_,
        "sample": found,
        "answer": answer,
        "form": form,
        "crits": criteria(rubric, form, {}),
        "trouble": trouble,
        "beside": _beside(rubric, found, answer) if found and answer else [],
        **(_read(found, person) if found else {}),
    }
    return render(request, "grants/desk/sample.html", context, status=trouble.status if trouble else 200)


COMMENT = Ask("comment", _("评语"), "longtext", required=False)


def _marks(rubric: Rubric) -> tuple[Ask, ...]:
    return tuple(Ask(one.code, one.label, "half", required=False) for one in rubric.scored)


def _given(request: HttpRequest, round_: Round, form: AskForm) -> Trouble | None:
    if not form.is_valid():
        return at_fields(incomplete(), form)
    given = form.given()
    marks, said = _whole(given, rules_of(round_).rubric), str(given.get("comment") or "")
    made, trouble = attempt(lambda: score_sample(round_, marks, said, actor=request.user))
    return None if made else at_fields(trouble or incomplete(), form)


def _whole(given: Mapping[str, Any], rubric: Rubric) -> dict[str, int]:
    return {one.code: mark for one in rubric.scored if isinstance(mark := given.get(one.code), int)}


def _read(found: Sample, person: Any) -> dict[str, Any]:
    """What is read of the sample: no names of people, other numbers masked."""
    project = found.project
    if project is None:
        return {"parts": [], "budget": None}
    lines = budget_lines(project)
    return {
        "parts": application_parts(project, person, closed=True),
        "budget": budget_table(project, lines, person) if lines else None,
    }


def _beside(rubric: Rubric, found: Sample, answer: SampleScore) -> list[Beside]:
    rows = []
    for one in rubric.scored:
        own, reference = answer.halves.get(one.code, 0), found.halves.get(one.code, 0)
        apart = own - reference
        shown = "0" if not apart else ("+" if apart > 0 else "−") + format_points(abs(apart))
        why = found.why.get(one.code, "")
        rows.append(Beside(one.label, format_points(own), format_points(reference), shown, why))
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_sample(request: HttpRequest, pk: int) -> HttpResponse:
    """Which sample the round has, who has scored it and how; on POST the officer sets it."""
    round_ = find("round", pk, request.user)
    if not isinstance(round_, Round) or not holds(request.user, Role.PROGRAMME_OFFICER) or not wanted(round_):
        raise Http404
    found, rubric, trouble = sample_of(round_), rules_of(round_).rubric, None
    data = request.POST if request.method == "POST" else None
    form = AskForm(_asks(round_, request.user), record=round_, actor=request.user, data=data, initial=_known(found))
    if data is not None:
        trouble = _set(request, round_, form)
        if trouble is None:
            messages.success(request, gettext("样题放好了，专家评第一个项目以前先评它。"))
            return redirect("round_sample", pk)
    rows = progress(round_, found)
    context = {
        "round": round_,
        "record": round_,
        "sample": found,
        "rows": [(row, format_points(row.apart)) for row in rows],
        "done": sum(row.score is not None for row in rows),
        "form": form,
        "plain": [form[name] for name in ("project", "title", "text")],
        "marks": [(form[one.code], form[f"why-{one.code}"], one.weight) for one in rubric.scored],
        "open": found is None or not any(row.score for row in rows),
        "trouble": trouble,
    }
    return render(request, "grants/desk/round_sample.html", context, status=trouble.status if trouble else 200)


def _asks(round_: Round, actor: Any) -> tuple[Ask, ...]:
    older = [
        ("", gettext("不用以往的，写在下面")),
        *((str(one.pk), f"{one.round.year} {one}") for one in _older(round_, actor)),
    ]
    rubric = rules_of(round_).rubric
    apart = _("专家看到的没有人名。各要点的分数要自己写。")
    choice = Ask(
        "project",
        _("以往的申报书"),
        "choice",
        choices=lambda _record, _actor: older,
        required=False,
        help=apart if rubric.method.by_sub else _("专家看到的没有人名。分数空着的，用当年评审组的平均分。"),
    )
    marks: list[Ask] = []
    for one in rubric.scored:
        marks.append(Ask(one.code, one.label, "half", required=False))
        marks.append(Ask(f"why-{one.code}", _("为什么"), "longtext", required=False))
    title = Ask("title", _("样题名称"), required=False)
    return (choice, title, Ask("text", _("样题内容"), "longtext", required=False), *marks)


def _older(round_: Round, actor: Any) -> list[Any]:
    return list(earlier(round_, actor)[:OLDER])


def _known(found: Sample | None) -> dict[str, Any]:
    if found is None:
        return {}
    facts: dict[str, Any] = {f"why-{code}": words for code, words in found.why.items()}
    facts |= {"project": str(found.project_id or ""), "title": "" if found.project_id else found.title}
    return {**found.halves, **facts, "text": found.text}


def _set(request: HttpRequest, round_: Round, form: AskForm) -> Trouble | None:
    if not form.is_valid():
        return at_fields(incomplete(), form)
    given, rubric = form.given(), rules_of(round_).rubric
    chosen = next((one for one in _older(round_, request.user) if str(one.pk) == given.get("project")), None)
    marks = (panel_marks(chosen) if chosen else {}) | _whole(given, rubric)
    why = {one.code: str(given.get(f"why-{one.code}") or "") for one in rubric.scored}
    words: dict[str, str] = {name: str(given.get(name) or "") for name in ("title", "text")}
    made, trouble = attempt(
        lambda: set_sample(round_, actor=request.user, project=chosen, halves=marks, why=why, **words)
    )
    return None if made else at_fields(trouble or Trouble(422, "", [Refusal("no_sample", "")]), form)
