"""Finding by words, place, day and turn: what stands in the address of a list, asked of the database."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Iterable
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from grants.applications.models import Project
from grants.applications.queries import turn_of_role
from grants.desk.words import DUE_BY
from grants.people.models import Organisation, RoleGrant
from grants.people.queries import OF_TEAMS, TEAM_ROLES, belonging
from grants.programmes.queries import calendar, counted
from workflow import clock
from workflow.lifecycle import PROJECT, Role
from workflow.models import Deadline, Item

SOON_WORKDAYS = 5
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def narrow(text: str) -> str:
    """The text with full-width letters, figures and blanks made ordinary."""
    return unicodedata.normalize("NFKC", text)


def words_in(text: str) -> list[str]:
    """The words of a query, each once; what was typed full-width is one with what was typed half-width."""
    return list(dict.fromkeys(narrow(text).split()))


def having(words: Iterable[str], *columns: str) -> Q:
    """Rows in which every word stands in one of the columns, in full-width or half-width letters."""
    return reduce(and_, (_having(word, columns) for word in words), Q())


def _having(word: str, columns: Iterable[str]) -> Q:
    spellings = {word, word.translate(WIDE)}
    return reduce(or_, (Q(**{f"{column}__icontains": one}) for column in columns for one in sorted(spellings)))


def with_due(found: QuerySet[Project]) -> QuerySet[Project]:
    """The same projects, each with `due_at`: when what its present turn is about falls due, or None."""
    kind = ContentType.objects.get_for_model(Project).pk
    named = DUE_BY["project"]
    in_turn = reduce(or_, (Q(of_state=state, name__in=names) for state, names in named.items()))
    rows = (
        Deadline.objects.filter(content_type=kind, object_id=OuterRef("pk"), settled_at__isnull=True)
        .alias(of_state=ExpressionWrapper(OuterRef("state"), CharField()))
        .filter(in_turn | ~Q(of_state__in=list(named)))
    )
    return found.annotate(due_at=Subquery(rows.order_by("due_at").values("due_at")[:1]))


def due(when: str) -> Q:
    """Projects with `due_at` that are late, or fall due within five working days."""
    now = clock.now()
    if when == "late":
        return Q(due_at__lte=now)
    last = counted(now, SOON_WORKDAYS, "wd", calendar(), dt.time(23, 59)).due_at
    return Q(due_at__gt=now, due_at__lte=last)


def in_place(city: Organisation | None, county: Organisation | None, *, own: bool) -> Q:
    """Projects of a prefecture, of its own (`own`), or of a county."""
    if county:
        return Q(scope__startswith=county.path)
    if city:
        return Q(scope=city.path) if own else Q(scope__startswith=city.path)
    return Q()


def outside(cities: Iterable[Organisation]) -> Q:
    """Projects that lie in no prefecture: universities, hospitals, units of the province."""
    return reduce(and_, (~Q(scope__startswith=city.path) for city in cities), Q())


def waiting_for(actor: Any, hats: Iterable[RoleGrant]) -> Q:
    """Projects whose turn is the person's: by a role of theirs, or because an item bears their name."""
    kind = ContentType.objects.get_for_model(Project).pk
    own = Item.objects.filter(owner=actor.pk, finished__isnull=True, process__content_type=kind)
    worn = list(hats)
    turns = (_turns(hat, belonging(worn)) for hat in worn if not hat.lent_away)
    return reduce(or_, turns, Q(pk__in=own.values("process__object_id")))


def _turns(hat: RoleGrant, own: Collection[int]) -> Q:
    """What waits for a role; nothing of one's own teams where one looks after what they ask for."""
    waits = [state for state, roles in PROJECT.waits.items() if hat.role in roles]
    area = Q(state__in=waits) & turn_of_role(hat.role) & _reach(hat)
    if hat.role not in OF_TEAMS:
        area &= ~Q(team__in={*own, *hat.recuses})
    return area & Q(round=hat.round_id) if hat.round_id else area


def _reach(hat: RoleGrant) -> Q:
    if hat.role == Role.PAYEE_OFFICER:
        return Q(payee=hat.organisation_id) if hat.organisation_id else Q(payee__isnull=True, team=hat.team_id)
    if hat.role in TEAM_ROLES or hat.organisation is None:
        return Q(team=hat.team_id)
    return Q(scope__startswith=hat.organisation.path)
