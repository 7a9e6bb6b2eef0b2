"""Everybody of a round at browsers of their own: each finds their work at home and does it, others stand behind it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Self

from PIL import Image
from playwright.sync_api import Browser

from grants.people.models import User
from tests.cast import Cast
from tests.factories import PDF
from tests.journeys.site import Site
from tests.journeys.walker import Met, Walker

PASSWORD = "a-long-and-quiet-word"


class Crew:
    """The cast of a round, each in a window of the given width, opened when first needed."""

    def __init__(self, browser: Browser, site: Site, cast: Cast, folder: Path, *, width: int) -> None:
        self.browser, self.site, self.cast, self.folder, self.width = browser, site, cast, folder, width
        self.windows: dict[int, Walker] = {}
        self.met = Met()
        self.papers = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for window in self.windows.values():
            window.context.close()

    def window(self, user: User) -> Walker:
        """The person at a browser, signed in."""
        if user.pk not in self.windows:
            if not user.check_password(PASSWORD):  # a new one would sign out every other window
                user.set_password(PASSWORD)
                user.save()
            window = Walker(self.browser, self.site, self.met, width=self.width)
            self.windows[user.pk] = window.is_(user)
        return self.windows[user.pk]

    def faults(self) -> list[str]:
        """What was wrong on any page that somebody passed, the last ones too, and whatever a browser refused."""
        for window in self.windows.values():
            window.reads()
        found = [f"{page}: {one}" for page, faults in self.met.wrong.items() for one in faults]
        return found + [one for window in self.windows.values() for one in window.refused if "status of 4" not in one]

    # What day it is, and papers ----------------------------------------------------------------------------------

    def on(self, month: int, day: int, year: int = 2026) -> None:
        """It is nine o'clock of that day."""
        self.site.is_at(dt.date(year, month, day))

    @property
    def today(self) -> str:
        """The day at the site."""
        assert self.site.time
        return self.site.time.date().isoformat()

    def paper(self, name: str = "材料") -> str:
        """The path of a small PDF, no two alike."""
        self.papers += 1
        path = self.folder / f"{name}{self.papers}.pdf"
        path.write_bytes(PDF + f"% {self.papers}\n".encode())
        return str(path)

    def photo(self, name: str = "现场") -> str:
        """The path of a small photo, no two alike."""
        self.papers += 1
        path = self.folder / f"{name}{self.papers}.jpg"
        Image.new("RGB", (320, 240), (120, 150, self.papers % 256)).save(path)
        return str(path)

    # What people do ----------------------------------------------------------------------------------------------

    def at(self, who: User, task: str, about: object, way: str = "") -> Walker:
        """The person has found the thing at home and followed it, and from there the way of that name."""
        window = self.window(who)
        window.finds(task, about)
        if way:
            window.follows(way)
        return window

    def endorses(self, who: User, move: str, about: object) -> Walker:
        """Somebody else finds at home what was put forward, reads it and stands behind it."""
        window = self.at(who, f"会签：{move}", about)
        window.hands_in()
        return window

    def carries_out(self, who: User, move: str, about: object) -> Walker:
        """Whoever put it forward finds at home that everybody stands behind it, and does it."""
        window = self.at(who, f"会签已齐，可以办理：{move}", about)
        window.hands_in()
        return window

    def announces(self, task: str, round_: object, move: str, kind: str, title: str) -> None:
        """The officer registers an official document, puts a move of the round forward on it, and does it."""
        officer = self.at(self.cast.officer, task, round_)
        officer.unfolds("登记正式文件")
        officer.follows("登记正式文件")
        paper, number = self.paper("通知"), f"浙红〔2026〕{self.papers}号"
        officer.types(kind=kind, number=number, title=title, issued_on=self.today, notice_file=paper)
        officer.hands_in()
        officer.follows(move)
        officer.picks("notice", title)
        officer.hands_in()
        self.endorses(self.cast.business_lead, move, round_)
        self.carries_out(self.cast.officer, move, round_)
