"""The stage of a rehearsal: a clock that is moved, documents that are made, and everybody's moves through one door."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from django.core.files import File

from grants.desk.commands import act, put_forward, stand_behind
from storage.commands import keep
from workflow import chain, clock
from workflow.machine import Stateful
from workflow.models import Step
from workflow.refusals import Refused
from workflow.ticking import fire_due

BETWEEN_MOVES = dt.timedelta(seconds=20)
MORNING = dt.time(9, 0)


Paper = Callable[[str, Any, dt.datetime, str], bytes]
"""Makes a PDF: what it is called, who hands it in, when, and a mark that makes it unlike every other."""


def plain(label: str, _actor: Any, _at: dt.datetime, mark: str) -> bytes:
    """The smallest honest PDF: one page, one line. A rehearsal makes thousands."""
    return _pdf(f"{label} {mark}")


class Play:
    """One rehearsal. Everything random comes from the seed, every instant from its own clock."""

    def __init__(self, seed: int, start: dt.date, *, paper: Paper = plain) -> None:
        self.seed, self._paper = seed, paper
        self.dice = random.Random(seed)  # noqa: S311  a replayable story, not a secret
        self.now = dt.datetime.combine(start, MORNING, tzinfo=clock.SHANGHAI)
        self._salts = random.Random(f"salt {seed}")  # noqa: S311
        self._documents = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Salts and ids come from the seed inside the block, so that the same seed gives the same heads."""
        with chain.salted(lambda: f"{self._salts.getrandbits(128):032x}"):
            yield

    @property
    def today(self) -> dt.date:
        """The day the play has come to."""
        return self.now.astimezone(clock.SHANGHAI).date()

    @contextmanager
    def moment(self) -> Iterator[dt.datetime]:
        """The clock stands at this moment inside the block and has gone on a little after it."""
        with clock.held(self.now) as now:
            yield now
        self.now += BETWEEN_MOVES

    def go_to(self, day: dt.date, *, stride: int = 5) -> None:
        """It is the morning of that day; whatever fell due on the way has been done, every `stride` days."""
        while self.today < day:
            step = min(day, self.today + dt.timedelta(days=stride))
            self.now = dt.datetime.combine(step, MORNING, tzinfo=clock.SHANGHAI)
            self.sweep()

    def wait(self, days: int) -> None:
        """That many days go by."""
        self.go_to(self.today + dt.timedelta(days=days))

    def sweep(self) -> None:
        """The clock makes the moves that have fallen due."""
        with self.moment():
            fire_due(100_000)

    def do(self, record: Stateful, move: str, actor: Any, **given: Any) -> Step:
        """One person makes one move. A refusal says who was refused what, and where their part is written."""
        with self.moment(), self._scene(record, move, actor):
            return act(record, move, actor=actor, given=given, key=self._key(record, move))

    def together(self, record: Stateful, move: str, maker: Any, *others: Any, **given: Any) -> Step:
        """The maker puts it forward, the others stand behind it, the maker makes the move."""
        with self.moment(), self._scene(record, move, maker):
            proposal = put_forward(record, move, actor=maker, given=given)
        for other in others:
            with self.moment():
                stand_behind(proposal, actor=other)
        return self.do(record, move, maker, **given)

    def refused(self, code: str, deed: Callable[[], Any]) -> None:
        """The deed is refused for that reason, and nothing is changed. Raises RuntimeError where it is done."""
        with self.moment():
            try:
                deed()
            except Refused as refusal:
                if code in refusal.codes:
                    return
                raise
        message = f"What should have been refused ({code}) was done on {self.today}."
        raise RuntimeError(message)

    @contextmanager
    def _scene(self, record: Stateful, move: str, actor: Any) -> Iterator[None]:
        """A move that the story makes and the table refuses: one of them has changed without the other."""
        try:
            yield
        except Refused as refusal:
            told = f"{record.machine().name}.{move} of “{record}” ({record.state}) by {actor} on {self.today}"
            refusal.add_note(f"Refused: {told}.")
            refusal.add_note(
                "The story of rehearsal and demonstration is in grants/desk/rehearsal and grants/desk/demo."
            )
            raise

    def _key(self, record: Stateful, move: str) -> str:
        return f"rehearsal:{record.machine().name}:{record.pk}:{record.version}:{move}:{self.now:%Y%m%dT%H%M%S}"

    def document(self, label: str, actor: Any) -> str:
        """The id of a fresh one-page PDF with this label, uploaded by the person."""
        self._documents += 1
        with self.moment() as now:
            body = self._paper(label, actor, now, f"{self.seed} {self._documents}")
            ident = uuid.UUID(bytes=hashlib.sha256(body).digest()[:16], version=4)
            return str(keep(File(BytesIO(body), f"{label}.pdf"), actor=actor, now=now, ident=ident).pk)


def _pdf(text: str) -> bytes:
    line = text.encode("ascii", "replace").decode()
    stream = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Font << /F1 5 0 R >> >>",
    ]
    out, offsets = "%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{item}\nendobj\n"
    start = len(out)
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("ascii")
