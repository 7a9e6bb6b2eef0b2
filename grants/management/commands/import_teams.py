"""`manage.py import_teams FILE`: a list of teams comes into the register, by the same command as from the page."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from grants.people.commands.importing import File, import_teams
from grants.people.importing.plan import MOST_COLUMNS, MOST_ROWS, Fate
from grants.people.importing.teams import plan_teams
from storage.refusal import Refused as Unread
from storage.tables import read_table
from workflow.phrases import listed
from workflow.ports import SYSTEM
from workflow.refusals import Refused


class Command(BaseCommand):
    """Name every fault by its cell, or import the whole list; with --dry-run only say what would happen."""

    help = "导入团队名单（.xlsx、.csv）· import a list of teams; every fault is named by its cell"

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and what the page asks beside it."""
        parser.add_argument("file", type=Path, help=".xlsx 或 .csv")
        parser.add_argument("--dry-run", action="store_true", help="只看会怎样，不导入 · only say what would happen")
        parser.add_argument(
            "--reason", default="", help="按表更正已登记团队的原因 · why teams that differ are corrected"
        )
        parser.add_argument(
            "--checked", default="", help="可疑的信用代码怎样照证书核对的 · how codes in doubt were compared"
        )

    def handle(self, *_args: Any, file: Path, dry_run: bool, reason: str, checked: str, **_options: Any) -> None:
        """Read, plan, import. Raises CommandError with the faults, one a line."""
        given: dict[str, Any] = {"actor": SYSTEM, "reason": reason, "checked": checked}
        try:
            content = file.read_bytes()
            with file.open("rb") as opened:
                cells = read_table(
                    opened, name=file.name, size=len(content), rows=MOST_ROWS, columns=MOST_COLUMNS, typed=True
                )
            if dry_run:
                self._tell(plan_teams(cells, **given))
                return
            made = import_teams(cells, file=File(file.name, hashlib.sha256(content).hexdigest()), **given)
        except (OSError, Unread) as error:
            raise CommandError(str(error)) from error
        except Refused as refusal:
            raise CommandError("\n".join(str(reason.message) for reason in refusal.reasons)) from refusal
        words = {"new": made.entered, "changed": made.corrected, "same": made.unchanged, "leaders": made.leaders}
        self.stdout.write(gettext("新登记 %(new)s，更正 %(changed)s，不变 %(same)s，负责人账号 %(leaders)s。") % words)

    def _tell(self, plan: Any) -> None:
        if plan.unread:
            self.stdout.write(gettext("没有读的列：%(names)s。") % {"names": listed(plan.unread)})
        if plan.faults:
            raise CommandError("\n".join(f"{one.cell} {one.message}" for one in plan.faults))
        words = {fate.value: len(plan.of(fate)) for fate in Fate} | {"leaders": len(plan.leaders)}
        self.stdout.write(
            gettext("会新登记 %(new)s，更正 %(changed)s，不变 %(same)s，负责人账号 %(leaders)s。") % words
        )
