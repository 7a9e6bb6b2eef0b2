"""What a letter to a team that was not funded says, and how the team objects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workflow.rules import Ask

LETTER = (
    Ask("strongest", _("做得好的地方"), "longtext", required=False),
    Ask("weakest", _("还可以更好的地方"), "longtext", required=False),
    Ask("advice", _("下次申报的建议"), "longtext"),
)
APPEAL = (Ask("text", _("对什么有异议，为什么"), "longtext"),)
