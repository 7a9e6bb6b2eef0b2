"""Why something is not before the public yet, and why its time there is not over."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.awards import queries
from grants.awards.enums import NoticeKind
from grants.awards.models import OfficialNotice
from grants.kernel.errors import Malformed
from grants.kernel.given import day, whole, words
from grants.kernel.numbering import letter_no
from grants.programmes.asking import no_document, no_text, shown
from grants.programmes.models import Round
from grants.programmes.queries import calendar, round_of, rules_of
from workflow import clock
from workflow.lifecycle import RoundState
from workflow.phrases import listed
from workflow.ports import Given
from workflow.refusals import Refusal
from workflow.rules import Ask, rule
from workflow.table import Deed

ANNOUNCED = (RoundState.PUBLICITY, RoundState.PUBLISHED)
WANTED = {
    RoundState.PLANNING: (NoticeKind.CALL, NoticeKind.CANCELLATION),
    RoundState.OPEN: (NoticeKind.EXTENSION, NoticeKind.CANCELLATION),
    RoundState.PUBLICITY: (NoticeKind.RESULT,),
}
"""The documents that may move a round in this state; in every other one it can only be cancelled."""


FOR_MOVE = {
    "publish_call": NoticeKind.CALL,
    "extend_call": NoticeKind.EXTENSION,
    "publish_result": NoticeKind.RESULT,
    "cancel_round": NoticeKind.CANCELLATION,
}
"""The document that each move of a round announces itself by."""


def _kinds(record: Any, deed: Deed | None = None) -> tuple[NoticeKind, ...]:
    if isinstance(record, Round):
        if deed and deed.name in FOR_MOVE:
            return (FOR_MOVE[deed.name],)
        return WANTED.get(RoundState(record.state), (NoticeKind.CANCELLATION,))
    return (NoticeKind.PUBLICITY,)


def _choices(record: Any, *kinds: NoticeKind) -> list[tuple[str, str]]:
    return [(str(one.pk), f"{one.number} {one.title}".strip()) for one in queries.notices_of(round_of(record), *kinds)]


def _notices(record: Any, _actor: Any) -> list[tuple[str, str]]:
    return _choices(record, *_kinds(record))


def _chosen(record: Any, given: Given, deed: Deed | None = None) -> OfficialNotice | None:
    chosen = whole(given, "notice")
    return queries.notices_of(round_of(record), *_kinds(record, deed)).filter(pk=chosen).first() if chosen else None


@rule(asks=(Ask("notice", _("正式文件"), "choice", choices=_notices),))
def notice_document(record: Any, _actor: Any, given: Given, deed: Deed | None = None) -> Refusal | None:
    """An official document of the right kind is issued; one for the public gives it the time the round allows."""
    notice = _chosen(record, given, deed)
    if notice is None:
        facts = {"kinds": listed(kind.label for kind in _kinds(record, deed))}
        message = gettext("请选择文件（%(kinds)s）；还没有登记的，请先登记正式文件。") % facts
        return Refusal("no_notice", message, at="notice")
    return _not_public_enough(record, notice) if isinstance(record, Project) else None


def _not_public_enough(project: Project, notice: OfficialNotice) -> Refusal | None:
    """Publicity begins with the move and lasts the round's working days at least; the day it begins does not count."""
    if project.round.state not in ANNOUNCED:
        return Refusal("not_announced", gettext("请先公布本轮审定结果，再公示项目。"))
    days = rules_of(project.round).deadlines.publicity.value
    last = calendar().add_working_days(clock.today(), days)
    if notice.ends_on and notice.ends_on >= last:
        return None
    facts = {"days": days, "last": shown(last)}
    message = gettext("公示期从今天起不少于 %(days)s 个工作日，须到%(last)s或以后结束。") % facts
    return Refusal("publicity_short", message, at="notice")


@rule
def calendar_known(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """The year in which the publicity ends has its official calendar, so that its working days are certain."""
    notice = _chosen(project, given)
    if notice is None or notice.ends_on is None or not calendar().is_provisional(notice.ends_on):
        return None
    facts = {"year": notice.ends_on.year}
    message = gettext("%(year)s年的放假安排还没有公布，公示期算不准，请等公布后再公示，或提前结束日期。") % facts
    return Refusal("calendar_unknown", message, at="notice")


def _kind_choices(_round_: Any, _actor: Any) -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in NoticeKind]


NOTICE = (
    Ask("kind", _("文件类别"), "choice", choices=_kind_choices),
    Ask("number", _("发文字号"), help=_("例如 浙红〔2027〕12号；公示没有字号的可以不填"), required=False),
    Ask("title", _("标题")),
    Ask("issued_on", _("成文日期"), "date"),
    Ask("ends_on", _("公示截止日期"), "date", _("只有公示须填"), required=False),
    Ask("notice_file", _("文件（扫描件）"), "document"),
)


@rule(asks=NOTICE)
def notice_complete(round_: Round, _actor: Any, given: Given) -> Refusal | None:
    """An official document has its kind, title, day and file, a number of its own where it has one, and its end."""
    if words(given, "kind") not in NoticeKind.values:
        return Refusal("kind", gettext("请选择文件类别。"), at="kind")
    issued = day(given, "issued_on")
    if issued is None or issued > clock.today():
        return Refusal("issued_on", gettext("成文日期请选今天或以前的一天。"), at="issued_on")
    return (
        _wrong_number(given) or no_text(given, NOTICE[2]) or no_document(given, NOTICE[5]) or _wrong_end(round_, given)
    )


def _wrong_number(given: Given) -> Refusal | None:
    written = words(given, "number")
    if not written:
        if words(given, "kind") != NoticeKind.RESULT:
            return None
        return Refusal("number", gettext("立项通知须填发文字号。"), at="number")
    try:
        number = letter_no(written)
    except Malformed:
        return Refusal("number", gettext("发文字号请写成“浙红〔2027〕12号”的样子。"), at="number")
    if not OfficialNotice.objects.filter(number=number).exists():
        return None
    return Refusal("number_taken", gettext("%(number)s已经登记过。") % {"number": number}, at="number")


def _wrong_end(round_: Round, given: Given) -> Refusal | None:
    issued, ends = day(given, "issued_on"), day(given, "ends_on")
    if issued is None or (not words(given, "ends_on") and words(given, "kind") != NoticeKind.PUBLICITY):
        return None
    days = rules_of(round_).deadlines.publicity.value
    last = calendar().add_working_days(issued, days)
    if ends and ends >= last:
        return None
    facts = {"days": days, "last": shown(last)}
    return Refusal(
        "ends_on", gettext("公示不少于 %(days)s 个工作日，截止日期须在%(last)s或以后。") % facts, at="ends_on"
    )


@rule
def publicity_elapsed(project: Project, _actor: Any) -> Refusal | None:
    """The last day of the publicity is over."""
    ends = project.publicity_ends_on
    if ends is not None and clock.today() > ends:
        return None
    facts = {"day": shown(ends) if ends else "—"}
    return Refusal("publicity_running", gettext("公示到%(day)s结束，第二天起才能立项。") % facts)


def _corrections(project: Any, _actor: Any) -> list[tuple[str, str]]:
    return _choices(project, NoticeKind.CORRECTION)


@rule(asks=(Ask("correction", _("更正公告"), "choice", choices=_corrections),))
def notice_corrected(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """A project leaves the publicity only with a correction of the notice."""
    chosen = whole(given, "correction")
    if chosen and queries.notices_of(project.round, NoticeKind.CORRECTION).filter(pk=chosen).exists():
        return None
    return Refusal("no_correction", gettext("请选择更正公告；还没有登记的，请先登记。"), at="correction")


@rule
def round_published(project: Project, _actor: Any) -> Refusal | None:
    """The reserve list ends when the round's result is published."""
    if project.round.state == RoundState.PUBLISHED:
        return None
    return Refusal("not_published", gettext("立项通知发布以后，备选项目才能结束。"))
