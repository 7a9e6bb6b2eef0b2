"""One store to read from where bytes may lie in several places: on their way in, at home, or left behind by a move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import BinaryIO, TypeVar

from storage.backends import ALWAYS, Capability, Missing, Readable, Store, Stored, Unavailable

Found = TypeVar("Found")


class Layered:
    """A home, and places that are asked before and after it. Only the home is ever written to, listed or cleared."""

    def __init__(self, main: Store, *, before: tuple[Store, ...], after: tuple[Store, ...]) -> None:
        self.main = main
        self.places = (*before, main, *after)

    @property
    def near(self) -> bool:
        """As the home."""
        return self.main.near

    @property
    def capabilities(self) -> frozenset[Capability]:
        """As the home."""
        return self.main.capabilities

    def ready(self) -> None:
        """As the home."""
        self.main.ready()

    def save(self, stream: Readable, *, size: int) -> Stored:
        """Keep at home."""
        return self.main.save(stream, size=size)

    def open(self, key: str) -> BinaryIO:
        """Return the file from the first place that has it."""
        return self._first(key, lambda place: place.open(key))

    def stat(self, key: str) -> Stored:
        """Return the size in the first place that has it."""
        return self._first(key, lambda place: place.stat(key))

    def exists(self, key: str) -> bool:
        """Return whether any place has it."""
        try:
            return bool(self.stat(key))
        except Missing:
            return False

    def delete(self, key: str, *, unsaved_for: timedelta = ALWAYS) -> bool:
        """Remove at home."""
        return self.main.delete(key, unsaved_for=unsaved_for)

    def hold_until(self, key: str, until: datetime) -> bool:
        """Hold at home."""
        return self.main.hold_until(key, until)

    def presigned(self, key: str, *, name: str, media_type: str) -> str:
        """Give the home's address for what the home has, none for what lies elsewhere."""
        return self.main.presigned(key, name=name, media_type=media_type) if self.main.exists(key) else ""

    def names(self, *, unsaved_for: timedelta = ALWAYS) -> Iterator[str]:
        """List the home."""
        return self.main.names(unsaved_for=unsaved_for)

    def clear_partial(self, *, unsaved_for: timedelta) -> int:
        """Clear the home."""
        return self.main.clear_partial(unsaved_for=unsaved_for)

    def _first(self, key: str, ask: Callable[[Store], Found]) -> Found:
        """Raise `Unavailable` rather than `Missing` when a place that did not answer may have it."""
        away: Unavailable | None = None
        for place in self.places:
            try:
                return ask(place)
            except Missing:
                continue
            except Unavailable as error:
                away = error
        raise away or Missing(key)
