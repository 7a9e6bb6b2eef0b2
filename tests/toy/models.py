"""A box that is packed, sealed by two people, sent, and may lapse by the clock; its own table of moves."""

from __future__ import annotations

from django.db import models

from workflow.lifecycle import MACHINES, Role
from workflow.machine import StateField, Stateful
from workflow.table import Act, Back, Begin, Machine, Move, Paper

R = Role


class BoxState(models.TextChoices):
    OPEN = "open", "打开"
    PACKED = "packed", "装好"
    HELD = "held", "暂停"
    SEALED = "sealed", "封好"
    SENT = "sent", "寄出"
    LAPSED = "lapsed", "过期"


B = BoxState
BOX = Machine(
    "box",
    "箱子",
    BoxState,
    initial=B.OPEN,
    final=(B.SENT, B.LAPSED),
    begin=Begin(by=(R.TEAM_LEADER,), label="做箱子"),
    moves=(
        Move("pack", (B.OPEN,), B.PACKED, by=(R.TEAM_LEADER,), label="装箱", rules=("box_has_weight",)),
        Move("unpack", (B.PACKED,), B.OPEN, by=(R.TEAM_LEADER, R.COUNTY_OFFICER), label="拆箱", rules=("box_reason",)),
        Move("seal", (B.PACKED,), B.SEALED, by=(R.PROGRAMME_OFFICER,), also=(R.BUSINESS_LEAD,), label="封箱"),
        Move(
            "ship",
            (B.SEALED,),
            B.SENT,
            by=(R.COUNTY_LEADER,),
            label="寄出",
            paper=Paper((R.COUNTY_OFFICER,), "slip", (R.CITY_OFFICER,)),
        ),
        Move("hold", (B.OPEN, B.PACKED), B.HELD, by=(R.BUSINESS_LEAD,), label="暂停"),
        Move("go_on", (B.HELD,), Back("held_from", (B.OPEN, B.PACKED)), by=(R.BUSINESS_LEAD,), label="继续"),
        Move(
            "lapse",
            (B.OPEN, B.PACKED),
            B.LAPSED,
            by=(R.SYSTEM,),
            label="过期",
            rules=("box_not_thirteen",),
            due="box_due",
        ),
        Move(
            "scrap",
            (B.PACKED, B.SEALED),
            B.LAPSED,
            by=(R.PROGRAMME_OFFICER,),
            also=(R.BUSINESS_LEAD, R.COUNTY_LEADER),
            label="报废",
        ),
        Move("revive", (B.LAPSED,), B.OPEN, by=(R.PROGRAMME_OFFICER,), also=(R.BUSINESS_LEAD,), label="恢复"),
        Move("deliver", (B.SEALED,), B.SENT, by=(R.SYSTEM,), label="送达"),
        Move("reweigh", (B.OPEN,), B.OPEN, by=(R.TEAM_LEADER,), label="重新称重"),
        Move(
            "orphaned", (B.OPEN,), B.PACKED, by=(R.TEAM_LEADER,), label="无人登记规则", rules=("box_rule_nobody_wrote",)
        ),
    ),
    acts=(
        Act("look", (B.OPEN, B.PACKED, B.SEALED), by=(R.COUNTY_OFFICER,), label="看一看"),
        Act("scan", (B.SEALED,), by=(R.CITY_OFFICER,), label="扫描送达"),
        Act("value", (B.OPEN,), by=(R.TEAM_LEADER,), also=(R.FINANCE_OFFICER,), label="保价"),
    ),
    waits={
        B.OPEN: (R.TEAM_LEADER,),
        B.PACKED: (R.PROGRAMME_OFFICER,),
        B.HELD: (R.BUSINESS_LEAD,),
        B.SEALED: (R.COUNTY_LEADER, R.COUNTY_OFFICER),
    },
)
MACHINES["box"] = BOX


class Box(Stateful):
    """A record with a weight in grams; `looks` counts what a reaction saw."""

    found = ("looks",)

    state = StateField(BOX)
    weight = models.PositiveIntegerField(default=0)
    looks = models.PositiveIntegerField(default=0)
    held_from = models.CharField(max_length=30, blank=True)
    area = models.CharField(max_length=40, default="/1/")

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(state__in=B.values), name="toy_box_state"),)

    def __str__(self) -> str:
        return f"箱子 {self.pk}"


class TagState(models.TextChoices):
    TIED = "tied", "系着"
    CUT = "cut", "剪断"


T = TagState
TAG = Machine(
    "tag",
    "标签",
    TagState,
    initial=T.TIED,
    final=(T.CUT,),
    begin=Begin(by=(R.TEAM_LEADER, R.COUNTY_OFFICER, R.CASHIER), label="系标签"),
    moves=(Move("cut", (T.TIED,), T.CUT, by=(R.TEAM_LEADER, R.COUNTY_OFFICER, R.CASHIER), label="剪标签"),),
    waits={T.TIED: (R.CASHIER,)},
)
MACHINES["tag"] = TAG


class Tag(Stateful):
    """A small record beside its box, which is its root."""

    state = StateField(TAG)
    box = models.ForeignKey(Box, models.PROTECT, related_name="tags")

    def __str__(self) -> str:
        return f"标签 {self.pk}"
