"""What goes with asking departments, and what a department answers."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from grants.people.models import Organisation
from grants.reviews.opinions.enums import Stance
from workflow.rules import Ask

ANSWER = (
    Ask(
        "stance",
        _("总的看法"),
        "choice",
        choices=lambda _record, _actor: [(value, str(label)) for value, label in Stance.choices],
    ),
    Ask("text", _("业务意见"), "longtext", help=_("从本处室的业务说：需求是否属实，做法是否可行，有什么要注意。")),
)


def opinion_asks(places: Iterable[Organisation]) -> tuple[Ask, ...]:
    """Which department is asked about everything that is ticked, until when, what to look at."""
    named = [(str(one.pk), one.short_name) for one in places]
    return (
        Ask("department", _("请哪个处室看"), "choice", choices=lambda _record, _actor: named),
        Ask("until", _("请在哪天以前答复"), "date", help=_("到期没有答复会注明，不影响评审。")),
        Ask("question", _("想请处室看什么"), "text", required=False),
    )
