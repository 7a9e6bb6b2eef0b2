"""The six lines of a project's money, and the proof that both sides are equal."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from grants.funds.queries import MoneyStory


@dataclass(frozen=True)
class StoryLine:
    """One line: what, how much (fen), how heavy."""

    label: str
    note: str
    fen: int
    weight: str = ""


@dataclass(frozen=True)
class SixLines:
    """The story as shown, with the two equations below it."""

    lines: list[StoryLine]
    story: MoneyStory

    @property
    def foots(self) -> bool:
        """Whether both equations hold."""
        now = self.story
        paid = now.paid + now.interest == now.spent + now.returned + now.kept + now.held
        return paid and now.granted == now.paid + now.undrawn + now.released


def six_lines(story: MoneyStory) -> SixLines:
    """Granted, paid, accepted, interest, returned, and what the payee holds."""
    held = gettext("收款单位手中") if story.held >= 0 else gettext("收款单位垫付")
    lines = [
        StoryLine(gettext("批准资助"), gettext("协议金额"), story.granted, "sum"),
        StoryLine(gettext("已拨付"), "", story.paid),
        StoryLine(gettext("认可的支出"), "", story.spent),
        StoryLine(gettext("利息"), "", story.interest),
        StoryLine(gettext("已退回和留用"), "", story.returned + story.kept),
        StoryLine(held, gettext("已拨付加利息，减认可支出、退回和留用"), abs(story.held), "sum deep"),
    ]
    return SixLines(lines, story)
