"""The money of a project and of a round: six lines that foot, ways, payments on desks, the statement."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.gallery.example import Example, component
from grants.desk.gallery.world import GRANTED, day, payment
from grants.desk.tables.accounts import Bar
from grants.desk.tables.money import six_lines
from grants.desk.tables.paying import Stop, Way
from grants.desk.tables.payments import PayRow, elsewhere
from grants.funds.queries import MoneyStory
from grants.settlement.statement import Row
from workflow.lifecycle import PaymentState as P

HALF, SPENT = GRANTED // 2, 1_126_450
STORY = MoneyStory(granted=GRANTED, paid=HALF, undrawn=GRANTED - HALF, spent=SPENT, held=HALF - SPENT)


def on_its_way() -> dict[str, Any]:
    """One tranche that has arrived, one that is not there yet."""
    arrived = Stop(gettext("已到账"), "ok", "check-lg", day(3, 12), gettext("等收款单位登记收据"))
    batched = Stop(str(P.BATCHED.label), "doing", "play-fill", day(9, 3))
    ahead = Stop(gettext("预计到账"), "rest", "three-dots", note="2027-09-12")
    return {
        "ways": [Way(1, HALF, "#money", payment(P.PAID), [arrived]), Way(2, GRANTED - HALF, "", None, [batched, ahead])]
    }


def row() -> dict[str, Any]:
    """One payment on a desk."""
    return {"row": PayRow(payment(), str(payment().project.team), "6222 **** 0000", [])}


def others() -> dict[str, Any]:
    """Payments on other people's desks."""
    return {"elsewhere": elsewhere([payment(P.VERIFIED), payment(P.VERIFIED, 1), payment(P.SENT, 2)], ())}


def statement() -> dict[str, Any]:
    """Two categories and what they add up to."""
    rows = [Row("ACT", 1_800_000, 0, 1_764_000, 1_764_000, 0), Row("PUB", 783_300, 0, 700_000, 650_000, 100_000)]
    names = (gettext("活动用品"), gettext("宣传"))
    columns = ("approved_fen", "adjusted_fen", "total_fen", "spent_fen", "own_fen", "left_fen")
    sums = {name: sum(getattr(one, name) for one in rows) for name in columns}
    return {"bars": [Bar(name, one) for name, one in zip(names, rows, strict=True)], "sums": sums}


LINE = '<div class="scroll"><table class="table cards trio"><tbody><tr>+</tr></tbody></table></div>'
NAME = '<th scope="row">{{ row.payment.project }}{}</th>'
FIGURES = '<th scope="row">{{ row.payment.project }}</th>{}'
EXAMPLES: tuple[Example, ...] = (
    component("money", _("这笔钱的六行账，两边都平。"), lambda: {"money": six_lines(STORY)}),
    component("ways", _("钱到哪了：每一期走到哪一步。"), on_its_way),
    component("paymoney", _("一轮已签的钱。"), lambda: {"money": STORY}),
    component("payname", _("拨款清单里的一行：收款单位和账户。"), row, around=LINE.replace("+", NAME)),
    component(
        "payrow",
        _("同一行的期次和金额，金额下面是大写。"),
        row,
        around=LINE.replace("+", FIGURES),
    ),
    component("payelsewhere", _("在别人手里的拨款。"), others),
    component("statement", _("决算表：手机上每一行是一张卡片。"), statement),
)
