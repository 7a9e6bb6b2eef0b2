"""Which form a project is asked by, what the register answers in it, and the forms under which answers were given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from grants.applications.form_definition import Definition, Input, as_words, asked, made
from grants.applications.models import Application, FormVersion, Project
from grants.kernel.money import format_fen
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.people.queries import place_name
from grants.programmes.profile.forms import kept_form
from grants.programmes.queries import rules_of
from workflow.looking import once
from workflow.phrases import listed

Known = Mapping[str, str]


def definition_of(project: Project) -> Definition:
    """The form that the project is asked by: the one under which it was begun, whatever the round asks by now."""
    return _under(project, project.asked_id)


def definition_under(version: Application) -> Definition:
    """The form under which a version was handed in."""
    return _under(version.project, version.asked_id or version.project.asked_id)


def _under(project: Project, digest: str | None) -> Definition:
    now = asked(rules_of(project.round))
    return now if digest in (None, "", now.digest) else _kept(str(digest))


@lru_cache(maxsize=64)
def _kept(digest: str) -> Definition:
    """A form by its digest, read once a process: what has a digest does not change."""
    return made(kept_form(FormVersion.objects.get(pk=digest).text))


def keep_form(definition: Definition) -> FormVersion:
    """The form as it is kept with answers, once."""
    return FormVersion.objects.get_or_create(digest=definition.digest, defaults={"text": definition.text})[0]


# What the register knows ----------------------------------------------------------------------------------------


def red_crosses() -> dict[str, str]:
    """Every Red Cross from the province to the counties and direct units, by its number in the register."""
    return once("red_crosses", _red_crosses)


def _red_crosses() -> dict[str, str]:
    return _named(Organisation.objects.exclude(level=Level.GRASSROOTS))


def _named(found: QuerySet[Organisation]) -> dict[str, str]:
    return {str(pk): name for pk, name in found.order_by("path").values_list("pk", "short_name")}


def counties_around(project: Project) -> dict[str, str]:
    """The counties in the prefecture of the Red Cross that guides the team, all of them for direct units."""
    return once(f"counties_around {project.scope}", lambda: _counties(project.scope))


def _counties(scope: str) -> dict[str, str]:
    """Of the path of an organisation the counties under the same prefecture; where there are none, all of them."""
    counties = Organisation.objects.filter(level=Level.COUNTY)
    area = "/".join(scope.split("/")[:3]) + "/"
    found = list(counties.filter(path__startswith=area).order_by("path")) or list(counties.order_by("path"))
    return {str(one.pk): place_name(one) for one in found}


def _past_awards(project: Project) -> str:
    """Earlier projects of the team that got money, with the sum in 元."""
    found = Project.objects.filter(team=project.team_id, granted_fen__gt=0).exclude(pk=project.pk)
    rows = found.order_by("number").values_list("number", "title", "granted_fen")
    words = gettext("%(number)s %(title)s %(sum)s 元")
    return listed(words % {"number": number, "title": title, "sum": format_fen(fen)} for number, title, fen in rows)


FACTS: dict[str, Callable[[Project], Any]] = {
    "team.name": lambda project: project.team.name,
    "team.guided_by": lambda project: str(project.team.guided_by),
    "team.legal_form": lambda project: project.team.get_legal_form_display(),
    "team.uscc": lambda project: project.team.uscc,
    "team.platform_no": lambda project: project.team.platform_no,
    "team.founded_on": lambda project: project.team.founded_on.isoformat(),
    "team.members": lambda project: str(project.team.members),
    "team.core_members": lambda project: str(project.team.core_members),
    "team.past_awards": lambda project: once(("past_awards", project.pk), lambda: _past_awards(project)),
    "leader.name": lambda project: project.leader.name,
}
CODES: dict[str, Callable[[Project], str]] = {"team.legal_form": lambda project: str(project.team.legal_form)}
"""What a condition compares where the words of a fact depend on who reads."""


def answer_to(project: Project, field: Input) -> Any:
    """What the team, or the register, has answered so far; None when nothing."""
    if field.name == "paid_to":
        return "recommending_red_cross" if project.payee_id else "registered_team"
    if field.name == "committed":
        return project.committed_on is not None
    if field.kind == "earlier":
        return _repeated(project, field) or None
    value = getattr(project, field.column) if field.column else project.form.get(field.name)
    return None if value == "" else value


def _repeated(project: Project, field: Input) -> str:
    if field.of in FACTS:
        return str(FACTS[field.of](project))
    other = definition_of(project).by_name.get(field.of)
    if other is None:
        return ""
    return as_words(other, answer_to(project, other), choices_known(project, other))


def choices_known(project: Project, field: Input) -> Known:
    """The choices that the round or the register gives, by their codes."""
    if field.source == "fields_of_service":
        return {one.code: one.label for one in rules_of(project.round).fields_of_service}
    if field.source == "areas":
        return counties_around(project)
    return red_crosses() if field.kind == "organisation" else {}


def is_asked(project: Project, field: Input) -> bool:
    """Whether the condition of a question is met by the answers so far; what depends on nothing is always asked."""
    if not field.when:
        return True
    other = definition_of(project).by_name.get(field.when)
    if other is None or not is_asked(project, other):
        return False
    value = CODES[other.of](project) if other.of in CODES else answer_to(project, other)
    return met(value, field.equals)


def met(value: Any, equals: tuple[str, ...]) -> bool:
    """Whether an answer is among those; with none given, whether it is yes or anything at all."""
    said = [str(one) for one in value] if isinstance(value, (list, tuple)) else [_plain(value)]
    return bool(set(said) & set(equals)) if equals else value not in (None, "", [], False)


def _plain(value: Any) -> str:
    return str(value) if not isinstance(value, bool) else "yes" if value else "no"
