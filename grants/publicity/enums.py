"""How the public reads a project: few words, no inner states."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflow.lifecycle import ProjectState as S

FUNDED = {
    S.APPROVED: _("已立项，正在签协议"),
    S.AGREEMENT_SIGNED: _("已立项，准备开始"),
    S.IN_PROGRESS: _("实施中"),
    S.SUSPENDED: _("暂停"),
    S.CLOSEOUT_DUE: _("结题中"),
    S.CLOSEOUT_SUBMITTED: _("结题中"),
    S.CLOSEOUT_RETURNED: _("结题中"),
    S.ACCEPTED: _("验收通过，正在决算"),
    S.FINAL_ACCOUNTS: _("验收通过，正在决算"),
    S.SETTLING: _("验收通过，正在决算"),
    S.REFUND_DUE: _("验收通过，正在决算"),
    S.TERMINATED: _("已终止"),
    S.CLOSED: _("已结项"),
    S.ARCHIVED: _("已结项"),
}
"""The states in which a project is funded, in words for the public."""
TONES = {S.SUSPENDED: "hold", S.TERMINATED: "bad", S.CLOSED: "ok", S.ARCHIVED: "ok"}
FELL_OUT = {
    S.WITHDRAWN: _("团队已撤回"),
    S.DECLINED: _("不予立项"),
    S.REVOKED: _("已撤销立项"),
}
"""How a line of a public list reads whose project was not funded after all."""
OVER = (S.CLOSED, S.ARCHIVED)
RUNNING = (S.IN_PROGRESS, S.SUSPENDED, S.CLOSEOUT_DUE, S.CLOSEOUT_SUBMITTED, S.CLOSEOUT_RETURNED)
"""Where work has begun and the result is still to come."""
