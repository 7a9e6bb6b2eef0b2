"""Long work on many bytes goes no faster than it is told to, so that people who work meanwhile do not notice."""

from __future__ import annotations

import time
from collections.abc import Callable

MEGABYTE = 1024 * 1024


class Pace:
    """So many megabytes a second on the average since the start; 0 is as fast as it goes."""

    def __init__(
        self,
        megabytes: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate, self._sleep, self._now = megabytes * MEGABYTE, sleep, now
        self._began, self._done = now(), 0

    def spent(self, count: int) -> None:
        """Rest until these bytes were allowed, too."""
        self._done += count
        if self._rate and (ahead := self._done / self._rate - (self._now() - self._began)) > 0:
            self._sleep(ahead)
