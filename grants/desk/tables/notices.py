"""A notice as people read it: who passed what on, what is to be done, until when, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from grants.applications.commenting import SAID, SETTLED
from grants.applications.dictating import BEGUN, ENDED, HANDED
from grants.applications.form_kept import definition_of
from grants.applications.inviting import CHANGED, JOINED
from grants.applications.inviting import ENDED as SHARE_ENDED
from grants.applications.models import Collaboration, Comment, Dictation
from grants.awards.models import RefusalLetter
from grants.desk.queries.notices import due_of
from grants.desk.queries.records import project_of
from grants.desk.tables.offers import record_url
from grants.desk.tables.trail import ROLES, label_of
from grants.desk.words import deadline_name, duty_in
from grants.people.enums import HandoverAnswer
from grants.people.handing import ASKED
from grants.people.lending import day_words
from grants.people.models import Handover, Lending
from grants.programmes.asking import shown
from grants.reviews.assigning.inviting import ASKED as INVITED
from grants.reviews.assigning.models import ReviewInvitation
from grants.reviews.opinions.commands import ANSWERED as OPINION_ANSWERED
from grants.reviews.opinions.commands import ASKED as OPINION_ASKED
from grants.reviews.opinions.commands import OVER, REMINDED
from grants.reviews.opinions.models import OpinionRequest
from storage.enums import AskEnding
from storage.models import Infection, Retake
from workflow import clock
from workflow.lifecycle import MACHINES
from workflow.models import Deadline, Notice, NoticeKind, Step
from workflow.notices import ANSWERED as SIGNED_BY_ALL
from workflow.notices import ASKED as ASKED_TO_SIGN

ICONS = {
    NoticeKind.HANDOVER: "arrow-right",
    NoticeKind.REMINDER: "alarm",
    NoticeKind.RESULT: "check2",
    NoticeKind.LENDING: "people",
    NoticeKind.TEAM: "arrow-left-right",
    NoticeKind.INFECTION: "exclamation-circle-fill",
    NoticeKind.PROPOSAL: "pen",
    NoticeKind.RETAKE: "camera",
    NoticeKind.DICTATION: "pencil-square",
    NoticeKind.TOGETHER: "people",
    NoticeKind.COMMENT: "chat-left-text",
    NoticeKind.INVITATION: "envelope",
    NoticeKind.OPINION: "journal-text",
    NoticeKind.REPLY: "envelope",
}


LENDING = {
    "made": (_("请假交接"), _("%(holder)s从%(first)s到%(last)s请假，手上的事由%(stand_in)s代办。")),
    "begins": (_("今天开始代办"), _("从今天到%(last)s，%(holder)s的事由%(stand_in)s代办。")),
    "over": (_("交接到期"), _("%(last)s已过，代办的事回到%(holder)s手里。")),
    "ended": (_("交接提前结束"), _("%(by)s提前结束了交接，代办的事回到%(holder)s手里。")),
}
"""What a notice about a lending says, by its event."""


TEAM = {
    ASKED: (_("请确认团队移交"), _("%(giving)s想把这支团队移交给%(receiving)s，等%(receiving)s确认。")),
    HandoverAnswer.TAKEN: (_("团队移交已接收"), _("%(by)s代%(receiving)s接收了这支团队，今后由%(receiving)s指导。")),
    HandoverAnswer.REFUSED: (_("团队移交没有接收"), _("%(by)s没有接收这支团队：%(reason)s")),
    HandoverAnswer.WITHDRAWN: (_("团队移交已取消"), _("%(by)s取消了把这支团队移交给%(receiving)s。")),
}
"""What a notice about a team on its way says, by its event."""


PROPOSAL = {
    ASKED_TO_SIGN: (_("请会签：%(deed)s"), _("经办人已经送签，等您核对后会签。")),
    SIGNED_BY_ALL: (_("会签已齐：%(deed)s"), _("会签的人都签了，可以办理了。")),
}
"""What a notice about a proposal says, by its event."""
RETAKE = {
    "asked": (_("看不清，请重拍"), _("%(who)s看不清这份材料（%(why)s），请重新拍一张，点开就能上传。")),
    AskEnding.COME: (_("重拍的材料到了"), _("%(by)s重新上传了您看不清的材料，请再看一看。")),
    AskEnding.WITHDRAWN: (_("不用重拍了"), _("%(by)s取消了重拍，这份材料不用再传。")),
    AskEnding.GONE: (_("请重拍的材料已撤下"), _("%(by)s撤下了您请重拍的材料。")),
}
"""What a notice about a file that is asked for again says, by its event."""
DICTATION = {
    BEGUN: (
        _("有人代您填写申报书"),
        _("%(writer)s按您的委托代填（%(asked)s）。没有委托过，请结束代填。"),
        "project_form",
    ),
    HANDED: (_("请核对并提交申报书"), _("%(writer)s代填好了，请您逐项核对；提交由您本人办理。"), "project_check"),
    ENDED: (_("代填结束"), _("%(by)s结束了代填，已经填的都在。"), "project_form"),
}
"""What a notice about an application filled in at the leader's word says, and which page it leads to, by its event."""

TOGETHER = {
    JOINED: (_("来一起填申报书了"), _("%(person)s打开了您发的链接，可以填您分的部分了。")),
    CHANGED: (_("请您填的部分改了"), _("项目负责人改了请您填和看的部分，打开申报书就是现在的；已经填的都在。")),
    SHARE_ENDED: (_("一起填结束了"), _("%(by)s结束了%(person)s一起填这份申报书，已经填的都在。")),
}
"""What a notice about somebody who was invited to an application says, by its event."""
COMMENT = {
    SAID: (_("申报书有新评论"), _("%(by)s在“%(page)s”写了评论。")),
    SETTLED: (_("评论已解决"), _("%(settled)s把“%(page)s”的评论标为已解决。")),
}
"""What a notice about a comment says, by its event: where, not what was said."""


OPINION = {
    OPINION_ASKED: (_("请写业务意见"), _("请%(department)s从业务出发看一看这份申报，%(day)s以前答复。")),
    REMINDED: (_("业务意见快到期了"), _("请%(department)s在%(day)s以前答复；不答复不影响评审，会注明没有按期答复。")),
    OPINION_ANSWERED: (_("业务意见来了"), _("%(department)s答复了您征求的业务意见。")),
    OVER: (_("业务意见没有按期答复"), _("%(department)s到%(day)s还没有答复，评审照常进行。")),
}
"""What a notice about a department's opinion says, by its event."""


@dataclass(frozen=True)
class NoticeRow:
    """One notice: the headline, the sentence under it, and until when where the turn still lasts."""

    notice: Notice
    icon: str
    title: str
    said: str
    about: str
    record: Any
    url: str
    due: Deadline | None
    due_name: str
    passed: bool


def notice_rows(
    rows: Sequence[Notice], running: dict[tuple[int, int], list[Deadline]] | None = None
) -> list[NoticeRow]:
    """The notices whose record is at hand, in their order."""
    known = running or {}
    return [
        notice_row(row, known.get((row.content_type_id, row.object_id), ())) for row in rows if row.record is not None
    ]


def notice_row(row: Notice, running: Iterable[Deadline] = ()) -> NoticeRow:
    """One notice, whose record is at hand."""
    record: Any = row.record
    if apart := APART.get(NoticeKind(row.kind)):
        return apart(row, record)
    due = due_of(record, row.step.target, running) if row.step and row.kind == NoticeKind.HANDOVER else None
    return NoticeRow(
        notice=row,
        icon=ICONS[NoticeKind(row.kind)],
        title=_title(row),
        said=_said(row),
        about=str(project_of(record) or record),
        record=record,
        url=record_url(record),
        due=due,
        due_name=deadline_name(due.name) if due else "",
        passed=row.kind == NoticeKind.HANDOVER and row.step is not None and str(record.state) != row.step.target,
    )


def _of_team(row: Notice, handover: Handover) -> NoticeRow:
    """What has become of a team that was to go to another Red Cross."""
    words = {"giving": handover.giving.short_name, "receiving": handover.receiving.short_name}
    words |= {"by": str(handover.answered_by), "reason": handover.answer_reason}
    event = row.key.split(":")[2]
    title, said = TEAM[event]
    return NoticeRow(
        notice=row,
        icon=ICONS[NoticeKind.TEAM],
        title=str(title),
        said=said % words,
        about=str(handover.team),
        record=handover,
        url=reverse("handover_answer", args=[handover.pk]),
        due=None,
        due_name="",
        passed=event == ASKED and bool(handover.answer),
    )


def _of_proposal(row: Notice, record: Any) -> NoticeRow:
    """What somebody has put before others on a record, or that all have signed it."""
    _kind, proposal, event, move, _person = row.key.split(":")
    title, said = PROPOSAL[event]
    return NoticeRow(
        notice=row,
        icon=ICONS[NoticeKind.PROPOSAL],
        title=str(title) % {"deed": record.machine().deeds[move].label},
        said=str(said),
        about=str(project_of(record) or record),
        record=record,
        url=reverse("proposal", args=[proposal]),
        due=None,
        due_name="",
        passed=False,
    )


def _of_lending(row: Notice, lending: Lending) -> NoticeRow:
    """What became of roles lent during a leave, to whom and until when."""
    words: dict[str, Any] = {"holder": lending.holder, "stand_in": lending.stand_in, "by": lending.ended_by}
    words |= {"first": day_words(lending.first_day), "last": day_words(lending.last_day)}
    title, said = LENDING[row.key.split(":")[2]]
    return NoticeRow(
        notice=row,
        icon=ICONS[NoticeKind.LENDING],
        title=str(title),
        said=said % words,
        about=gettext("%(holder)s交接给%(stand_in)s") % words,
        record=lending,
        url=reverse("lending_paper", args=[lending.pk]),
        due=None,
        due_name="",
        passed=False,
    )


def _of_infection(row: Notice, infection: Infection) -> NoticeRow:
    """Whose file a virus was found in, and what became of it."""
    words = {"who": infection.upload.owner, "virus": infection.signature, "file": infection.upload.name}
    said = gettext(
        "%(who)s上传的文件里查出病毒（%(virus)s），已经隔离，谁也打不开。请%(who)s先杀毒，再上传干净的文件。"
    )
    return NoticeRow(
        notice=row,
        icon=ICONS[NoticeKind.INFECTION],
        title=gettext("文件里有病毒"),
        said=said % words,
        about=infection.upload.name,
        record=infection,
        url=reverse("home"),
        due=None,
        due_name="",
        passed=False,
    )


def _of_retake(row: Notice, retake: Retake) -> NoticeRow:
    """Which file is to be photographed again and why, or what became of that."""
    event = row.key.split(":")[2]
    title, said = RETAKE[event]
    return NoticeRow(
        notice=row,
        icon=ICONS[NoticeKind.RETAKE],
        title=str(title),
        said=said % {"who": retake.asked_by, "why": retake.reason, "by": retake.ended_by},
        about=str(retake),
        record=retake,
        url=reverse("retake", args=[retake.pk]),
        due=None,
        due_name="",
        passed=event == "asked" and bool(retake.ending),
    )


def _of_dictation(row: Notice, dictation: Dictation) -> NoticeRow:
    """Who fills in the application at whose word, or that it is filled in, or that nobody does any more."""
    event = row.key.split(":")[2]
    title, said, page = DICTATION[event]
    project = dictation.project
    lost = row.person_id == dictation.writer_id and dictation.ended_at is not None
    return NoticeRow(
        notice=row,
        icon=ICONS[NoticeKind.DICTATION],
        title=str(title),
        said=said % {"writer": dictation.writer, "asked": dictation.asked, "by": dictation.ended_by},
        about=str(project),
        record=dictation,
        url=reverse("team", args=[project.team_id]) if lost else reverse(page, args=[project.pk]),
        due=None,
        due_name="",
        passed=event != ENDED and dictation.ended_at is not None,
    )


def _of_share(row: Notice, share: Collaboration) -> NoticeRow:
    """That somebody who was invited has come, has other pages now, or that it is over."""
    event = row.key.split(":")[2]
    title, said = TOGETHER[event]
    url = reverse("home") if row.person_id == share.person_id else reverse("project_sharing", args=[share.project_id])
    if event == CHANGED:
        url = reverse("project_form", args=[share.project_id])
    return NoticeRow(
        notice=row,
        icon=ICONS[NoticeKind.TOGETHER],
        title=str(title),
        said=said % {"person": share.person or share.name, "by": share.ended_by},
        about=str(share.project),
        record=share,
        url=url,
        due=None,
        due_name="",
        passed=event != SHARE_ENDED and share.ended_at is not None,
    )


def _of_comment(row: Notice, comment: Comment) -> NoticeRow:
    """Who said something where, or settled it."""
    event = row.key.split(":")[2]
    title, said = COMMENT[event]
    screen = definition_of(comment.project).by_code.get(comment.page)
    settled = getattr(comment, "settled", None)
    words = {"by": comment.by, "page": screen.label if screen else comment.page}
    words["settled"] = settled.by if settled else comment.by
    return NoticeRow(
        notice=row,
        icon=ICONS[NoticeKind.COMMENT],
        title=str(title),
        said=said % words,
        about=str(comment.project),
        record=comment,
        url=f"{reverse('project_comments', args=[comment.project_id])}#c-{comment.thread_id or comment.pk}",
        due=None,
        due_name="",
        passed=event == SAID and settled is not None,
    )


def _apart(kind: NoticeKind, row: Notice, said: tuple[str, str], about: str, url: str, *, passed: bool) -> NoticeRow:
    """A notice about a record that is no step's."""
    title, words = said
    return NoticeRow(
        notice=row,
        icon=ICONS[kind],
        title=title,
        said=words,
        about=about,
        record=row.record,
        url=url,
        due=None,
        due_name="",
        passed=passed,
    )


def _of_invitation(row: Notice, asked: ReviewInvitation) -> NoticeRow:
    """Which round asks for a review, how many projects, until when to answer."""
    told = {"n": asked.load, "day": shown(asked.expires_at)}
    reminder = row.key.split(":")[2] != INVITED
    title = gettext("评审邀请快到期了") if reminder else gettext("请您参加评审")
    said = gettext("请您评%(n)s个项目左右，请在%(day)s以前答复：接受、少评几个或者谢绝。") % told
    answered = getattr(asked, "answer", None) is not None
    url = reverse("invitation", args=[asked.pk])
    over = answered or asked.expires_at < clock.now()
    return _apart(NoticeKind.INVITATION, row, (title, said), str(asked.round), url, passed=over)


def _of_opinion(row: Notice, asked: OpinionRequest) -> NoticeRow:
    """Which project a department is asked about, until when; or what became of that."""
    event = row.key.split(":")[2].split("-")[0]
    title, said = OPINION[event]
    told = {"department": asked.department.short_name, "day": shown(asked.due_at)}
    mine = event in {OPINION_ASKED, REMINDED}
    url = reverse("opinion", args=[asked.pk])
    passed = mine and asked.said is not None
    return _apart(NoticeKind.OPINION, row, (str(title), said % told), str(asked.project), url, passed=passed)


def _of_letter(row: Notice, letter: RefusalLetter) -> NoticeRow:
    """A team may read why it was not funded."""
    told = {"day": shown(letter.appeal_until)} if letter.appeal_until else {"day": ""}
    said = gettext("谢谢你们的申报。哪里做得好、下次怎么准备，写在说明里；对结果有异议，%(day)s以前可以提出。") % told
    url = reverse("refusal_letter", args=[letter.project_id])
    title = gettext("未立项说明")
    return _apart(NoticeKind.REPLY, row, (title, said), str(letter.project), url, passed=False)


APART: dict[NoticeKind, Callable[[Notice, Any], NoticeRow]] = {
    NoticeKind.LENDING: _of_lending,
    NoticeKind.TEAM: _of_team,
    NoticeKind.INFECTION: _of_infection,
    NoticeKind.PROPOSAL: _of_proposal,
    NoticeKind.RETAKE: _of_retake,
    NoticeKind.DICTATION: _of_dictation,
    NoticeKind.TOGETHER: _of_share,
    NoticeKind.COMMENT: _of_comment,
    NoticeKind.INVITATION: _of_invitation,
    NoticeKind.OPINION: _of_opinion,
    NoticeKind.REPLY: _of_letter,
}
"""How a notice reads that is about no step and no deadline."""


def _title(row: Notice) -> str:
    if row.deadline:
        return deadline_name(row.deadline.name) or gettext("期限")
    step: Any = row.step
    if row.kind == NoticeKind.RESULT and step.source == step.target:
        return label_of(step)
    if row.kind == NoticeKind.RESULT:
        return str(MACHINES[step.machine].states(step.target).label)
    return (duty_in(step.machine, step.target) if step.source != step.target else "") or label_of(step)


def _said(row: Notice) -> str:
    if row.due_at:
        return gettext("%(left)s，%(day)s截止") % {"left": left_in_words(row.days), "day": shown(row.due_at)}
    step: Any = row.step
    words = {"who": who_did(step), "deed": label_of(step)}
    if row.kind == NoticeKind.RESULT:
        return gettext("%(who)s办理了“%(deed)s”。") % words
    return gettext("%(who)s办理了“%(deed)s”，轮到您。") % words


def who_did(step: Step) -> str:
    """The person and the role in which they acted; the system where nobody did."""
    if step.actor is None:
        return gettext("系统")
    return gettext("%(person)s（%(role)s）") % {"person": step.hand, "role": ROLES.get(step.role, step.role)}


def left_in_words(days: int) -> str:
    """How many working days are left, or have passed where negative."""
    if days < 0:
        return ngettext("已过期%(n)s个工作日", "已过期%(n)s个工作日", -days) % {"n": -days}
    if not days:
        return gettext("今天到期")
    return ngettext("还剩%(n)s个工作日", "还剩%(n)s个工作日", days) % {"n": days}
