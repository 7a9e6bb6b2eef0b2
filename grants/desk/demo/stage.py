"""The stage of the demonstration: today, a clock that runs up to it, everybody, and the rounds with their cases."""

from __future__ import annotations

import datetime as dt

from grants.desk.demo import scenes
from grants.desk.demo.papers import page
from grants.desk.demo.people import gather
from grants.desk.rehearsal.play import Play
from grants.desk.rehearsal.world import Case, World
from grants.programmes.commands import load_calendar_year, seed_calendar
from grants.programmes.models import CalendarYear
from grants.programmes.profile import profile_text
from workflow.ports import SYSTEM


class Stage:
    """Where the story happens, and what its scenes ask for."""

    def __init__(self, today: dt.date, began: int) -> None:
        self.today = today
        self.play = Play(2026, today - dt.timedelta(days=began), paper=page)
        self.text = profile_text("qingnuan")
        self.worlds: dict[str, World] = {}

    def set_up(self) -> None:
        """The working days are known and everybody is there; a year not published yet counts Monday to Friday."""
        with self.play.moment():
            seed_calendar(actor=SYSTEM)
            known = set(CalendarYear.objects.values_list("year", flat=True))
            for year in {self.today.year - 1, self.today.year, self.today.year + 1} - known:
                load_calendar_year(year, [], "演示用：按周一至周五计算", actor=SYSTEM)
        self.cast = gather(self.play)

    def until(self, before: int) -> None:
        """It is so many days before today, and every record is as the clock has left it."""
        self.play.go_to(self.day(before))
        for world in self.worlds.values():
            world.refresh()

    def day(self, before: int) -> dt.date:
        """A day so many days before today."""
        return self.today - dt.timedelta(days=before)

    def case(self, round_: str, fate: str) -> Case:
        """The case of a round with that fate."""
        return next(case for case in self.worlds[round_].cases if case.lot == fate)

    def new_round(self, year: int, note: str, text: str = "") -> World:
        """A round of that year; numbers of projects carry the year, so no two rounds share one."""
        return scenes.open_round(self.play, self.cast, text or self.text, year, f"情暖浙江{year}年度（{note}）")
