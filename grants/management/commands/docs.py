"""`manage.py docs`: write the generated pages; `--check` only says which of them are out of date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from grants.management import weighing
from grants.management.commands import lifecycle
from grants.settings import env

GENERATED: dict[str, Callable[[], str]] = {
    ".env.example": env.example,
    "docs/reference/environment.md": env.reference,
    "docs/reference/lifecycle.md": lifecycle.page,
    "docs/reference/lifecycle.svg": lifecycle.drawing,
    "docs/reference/proving.md": weighing.page,
}
"""Every generated page: its path from the root of the repository, and the function that writes its text."""


class Command(BaseCommand):
    """Write or check the generated pages."""

    help = "重新生成参考文档"
    requires_system_checks = ()  # the pages describe the code, whatever state a database is in

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the check that `make check` runs."""
        parser.add_argument("--check", action="store_true", help="只检查文档是否最新")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        """Write every page that is out of date, or name them all and fail."""
        stale = {path: text for path, text in pages().items() if text != current(path)}
        if check and stale:
            raise CommandError(_("请运行 make docs，这些文档已过时：%(names)s") % {"names": " ".join(stale)})
        for path, text in stale.items():
            place = settings.BASE_DIR / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
            self.stdout.write(path)


def pages() -> dict[str, str]:
    """Return the text each generated page should have, by path."""
    return {path: write() for path, write in GENERATED.items()}


def current(path: str) -> str | None:
    """Return the text the page has now, if it is there."""
    place = settings.BASE_DIR / path
    return place.read_text(encoding="utf-8") if place.exists() else None
