"""Papers of a checklist: what a slot asks for, what lies in it, how much room is left, what is asked for again."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.gallery.example import Example, component
from grants.desk.gallery.world import attachment, day, person
from grants.desk.tables.destroying import Going
from grants.desk.tables.papers import SEEN, Asked, Paper
from storage.enums import Ending, Unclear
from storage.links import address
from storage.models import Retake
from storage.quotas import MEGABYTE, Use
from storage.slots import SlotSpec
from workflow.lifecycle import Role

NEXT = "#projects"


def paper(*, before: bool = False) -> Paper:
    """A photo that waits to be scanned, with the version before it."""
    one = attachment(gettext("签到表") + ".jpg", 2_400_000, day(4, 18))
    one.document.media_type = "image/jpeg"
    old = attachment(gettext("签到表") + ".pdf", 900_000, day(4, 11))
    old.ending, old.ended_by, old.ended_at = Ending.REPLACED, person(Role.TEAM_LEADER), day(4, 18)
    old.ended_reason = str(Unclear.BLURRED.label)
    return Paper(one, address(one), unscanned=True, retake=None, askable=False, before=[old] if before else [])


def former() -> dict[str, Any]:
    """The same with what was there before."""
    return {"paper": paper(before=True)}


def slots() -> dict[str, Any]:
    """A slot with a photo in it, to which one may add."""
    words = (gettext("服务时长证明"), gettext("每一页都要拍清楚。"))
    spec = SlotSpec("hours", words[0], True, ("photo", "pdf"), 20, 10 * MEGABYTE, "everybody", words[1])
    return {"one": Asked("hours", spec, [paper()], [], "there", SEEN["everybody"], NEXT, [])}


def asked_again() -> dict[str, Any]:
    """A file that is asked for again."""
    one = attachment(gettext("发票") + ".jpg", 2_400_000, day(4, 18))
    wish = Retake(pk=1, attachment=one, why=Unclear.AMOUNT, asked_by=person(Role.FINANCE_OFFICER))
    return {"row": {"retake": wish, "attachment": one, "name": one.document.name}}


def single() -> dict[str, Any]:
    """One file alone."""
    one = attachment(gettext("发票") + ".pdf", 2_400_000, day(4, 18))
    return {"attachment": one, "slot": gettext("支出凭证"), "drawn": False}


def leaving() -> dict[str, Any]:
    """A paper whose time is over."""
    one = attachment(gettext("承诺书") + ".pdf", 2_400_000, day(4, 18))
    return {"going": [Going(one.document, gettext("承诺书（签字盖章）"), address(one), day(12, 31).date())]}


def room() -> dict[str, Any]:
    """Nearly full."""
    use = Use(1_850 * MEGABYTE, 412, 2048 * MEGABYTE, 1000)
    return {"use": use, "label": gettext("这个项目的材料")}


EXAMPLES: tuple[Example, ...] = (
    component("slot", _("材料清单的一项：要什么，有什么，谁能看，从哪里添加。"), slots),
    component("paper", _("一份材料：小图，谁在何时交，以前的版本。"), former, around='<ul class="papers">{}</ul>'),
    component("onefile", _("只有这一份：请重拍的页面。"), single),
    component("retakes", _("看不清的材料旁边：已请重拍，或请重拍。"), asked_again),
    component("going", _("销毁到期材料：提出的人和会签的人看到的每一份。"), leaving),
    component("used", _("地方还剩多少。"), room),
)
