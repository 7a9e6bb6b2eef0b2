"""A kind refusal: what a team that was not funded is told, prepared by the officer, sent once the refusal is public."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.awards.commands import receive_objection
from grants.awards.enums import ObjectionKind
from grants.awards.models import Objection, RefusalLetter
from grants.people.models import User
from grants.people.queries import holds, own_teams
from grants.programmes.asking import shown
from grants.programmes.models import Round
from grants.programmes.queries import term
from grants.reviews.linter import slips
from grants.reviews.models import Assignment
from grants.reviews.standouts import Standout, standouts
from workflow import clock
from workflow.actions import command, lock
from workflow.lifecycle import OBJECTION, ProjectState, Role, RoundState
from workflow.outbox import post
from workflow.phrases import listed
from workflow.ports import SYSTEM, domain
from workflow.refusals import Refusal, Refused, Stale

TOPIC = "reply"
SENT_IN = (RoundState.PUBLICITY, RoundState.PUBLISHED, RoundState.ARCHIVED)
"""The states of a round in which its teams know what was decided."""
PARTS = ("strongest", "weakest", "advice")
LONGEST = 600


def letter_of(project: Project) -> RefusalLetter | None:
    """The letter as far as it is prepared, or as it was sent."""
    return RefusalLetter.objects.filter(project=project.pk).select_related("saved_by", "sent_by").first()


def letters_of(projects: Iterable[int]) -> dict[int, RefusalLetter]:
    """Those of these projects, by project."""
    found = RefusalLetter.objects.filter(project__in=list(projects)).select_related("saved_by", "sent_by")
    return {one.project_id: one for one in found}


def is_public(project: Project) -> bool:
    """Whether the project was not funded and its team knows."""
    return project.state == ProjectState.DECLINED and project.round.state in SENT_IN


def suggestions(round_: Round, projects: Iterable[int]) -> dict[int, dict[str, str]]:
    """What a letter of each of these projects may say, from its scores beside those of the round; in Chinese.

    Where scores are too few to tell anything there is only the advice that suits everybody.
    """
    wanted = list(projects)
    known = standouts(round_, wanted)
    with translation.override("zh-hans"):
        return {pk: _suggestion(known.get(pk)) for pk in wanted}


def _suggestion(found: Standout | None) -> dict[str, str]:
    general = gettext("申报以前，可以先请指导你们的红十字会看一遍申报书，再对照评分标准逐项检查。")
    if found is None:
        return {"strongest": "", "weakest": "", "advice": general}
    strong = (
        gettext("“%(name)s”做得比较突出，高于本轮申报项目的平均水平。")
        if found.above
        else gettext("在几项评分里，“%(name)s”是相对最好的一项。")
    )
    weak = gettext("和本轮其他项目相比，“%(name)s”是最值得加强的一项。")
    hints = listed(str(one.label) for one in found.weak.sub)
    about = gettext("下次申报，建议先在“%(name)s”上下功夫，评审时看的是：%(hints)s。")
    plain = gettext("下次申报，建议先在“%(name)s”上下功夫。")
    told = {"name": found.weak.label, "hints": hints}
    return {
        "strongest": strong % {"name": found.strong.label},
        "weakest": weak % told,
        "advice": (about if hints else plain) % told + general,
    }


@command
def save_letter(project: Project, words: Mapping[str, str], *, actor: Any, version: int | None = None) -> RefusalLetter:
    """The letter says exactly this so far; its team learns nothing of it. The same again changes nothing.

    `words`: strongest, weakest, advice. `version` is that of the letter that was looked at, 0 where there was none.
    Raises Refused: not the officer's, one's own team, not declined, sent already, no advice, what names reviewers or
    holds numbers of persons. Raises Stale where somebody saved another one meanwhile.
    """
    locked = lock(project)
    found = letter_of(locked)
    said = {name: str(words.get(name) or "").strip()[:LONGEST] for name in PARTS}
    if found and all(getattr(found, name) == said[name] for name in PARTS):
        return found
    if found and version is not None and version != found.version:
        raise Stale([Refusal("stale", gettext("%(who)s在您之后改过这份说明。") % {"who": found.saved_by})])
    if reasons := [*_against_writing(locked, found, actor), *_against_words(locked, said)]:
        raise Refused(reasons)
    letter = found or RefusalLetter(project=locked, version=0)
    for name in PARTS:
        setattr(letter, name, said[name])
    letter.version += 1
    letter.saved_by, letter.saved_at = actor, clock.now()
    letter.save()
    return letter


def _against_writing(project: Project, found: RefusalLetter | None, actor: Any) -> Iterator[Refusal]:
    if Role.PROGRAMME_OFFICER not in domain().roles(actor, project) or not holds(actor, Role.PROGRAMME_OFFICER):
        yield Refusal("not_yours", gettext("这份说明由省级项目管理员写。"))
    elif project.team_id in own_teams(actor):
        yield Refusal("own_team", gettext("这是您自己团队的项目，请别的经办人写。"))
    if project.state != ProjectState.DECLINED:
        yield Refusal("not_declined", gettext("只有未立项的项目才写说明。"))
    if found is not None and found.sent_at:
        yield Refusal("sent", gettext("说明已经发出，不能再改。"))


def _against_words(project: Project, said: Mapping[str, str]) -> Iterator[Refusal]:
    """A letter is no way to learn who reviewed: the names of all reviewers of the round are looked for."""
    if not said["advice"]:
        yield Refusal("advice", gettext("请写一句下次申报的建议。"), at="advice")
    seats = Assignment.objects.filter(project__round=project.round_id)
    names = set(User.objects.filter(pk__in=seats.values("reviewer")).values_list("name", flat=True))
    for part in PARTS:
        if found := slips(said[part], names):
            told = listed({str(one.label): None for one in found})
            message = gettext("请删去%(what)s：“%(shown)s”。说明里不写人名、电话和证件号。")
            yield Refusal("personal", message % {"what": told, "shown": found[0].shown}, at=part)


@command
def send_letter(project: Project, *, actor: Any, version: int | None = None) -> RefusalLetter:
    """The team may read the letter from now on and has a notice of it; its time to object begins. Once.

    A letter that was not written yet says what the scores suggest. Raises Refused beside what saving refuses: the
    refusal is not public yet. Raises Stale where somebody saved another letter meanwhile.
    """
    locked = lock(project)
    found = letter_of(locked)
    if found is not None and found.sent_at:
        return found
    if not is_public(locked):
        raise Refused([Refusal("too_early", gettext("审定结果公布以后才能发。"))])
    if found is None:
        found = save_letter(locked, suggestions(locked.round, [locked.pk])[locked.pk], actor=actor, version=0)
    elif version is not None and version != found.version:
        raise Stale([Refusal("stale", gettext("%(who)s在您之后改过这份说明。") % {"who": found.saved_by})])
    if reasons := [*_against_writing(locked, found, actor), *_against_words(locked, _said(found))]:
        raise Refused(reasons)
    found.sent_by, found.sent_at = actor, clock.now()
    found.appeal_until = term(locked, "appeal").due_at.astimezone(clock.SHANGHAI).date()
    found.save(update_fields=["sent_by", "sent_at", "appeal_until"])
    post(TOPIC, {f"{TOPIC}:{found.pk}": {"letter": found.pk}})
    return found


def _said(letter: RefusalLetter) -> dict[str, str]:
    return {name: getattr(letter, name) for name in PARTS}


# Objecting --------------------------------------------------------------------------------------------------


def open_appeal(project: Project) -> Objection | None:
    """The team's appeal that has not been decided."""
    found = Objection.objects.filter(project=project.pk, kind=ObjectionKind.APPEAL)
    return found.exclude(state__in=OBJECTION.final).order_by("-pk").first()


@command
def appeal(project: Project, text: str, *, actor: Any, key: str | None = None) -> Objection:
    """The team's appeal against its refusal is received today, in the leader's name, by whoever handles objections.

    A replay of the key is the first one. Raises Refused: not the leader's, no letter yet, past the last day, an appeal
    that is open, no words.
    """
    locked = lock(project)
    letter = letter_of(locked)
    if key and (before := _received(locked, text, actor)):
        return before
    if reasons := list(_against_appeal(locked, letter, actor)):
        raise Refused(reasons)
    return receive_objection(
        locked,
        actor=SYSTEM,
        kind=ObjectionKind.APPEAL,
        text=text,
        objector=actor.name,
        contact=actor.mobile or actor.email,
        received_on=clock.today(),
        key=f"appeal:{key}" if key else None,
    )


def _received(project: Project, text: str, actor: Any) -> Objection | None:
    """The open appeal, where it says the same."""
    found = open_appeal(project)
    return found if found and (found.text, found.objector) == (text.strip(), actor.name) else None


def _against_appeal(project: Project, letter: RefusalLetter | None, actor: Any) -> Iterator[Refusal]:
    if Role.TEAM_LEADER not in domain().roles(actor, project):
        yield Refusal("not_yours", gettext("异议由项目负责人提出。"))
    if letter is None or letter.appeal_until is None or not is_public(project):
        yield Refusal("too_early", gettext("收到未立项说明以后才能提出异议。"))
    elif clock.today() > letter.appeal_until:
        told = {"day": shown(letter.appeal_until)}
        yield Refusal("too_late", gettext("异议截止到%(day)s，已经过了。") % told)
    if open_appeal(project):
        yield Refusal("open", gettext("你们的异议正在核查，请等结果。"))
