"""`manage.py townships`: the townships of all counties, or of some, hang in the tree."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from grants.people.commands.townships import add_townships
from grants.people.enums import Level
from grants.people.models import Organisation
from grants.people.registering import has_townships
from workflow.ports import SYSTEM


class Command(BaseCommand):
    """Add the townships that are lacking, county by county; run again, it adds nothing."""

    help = "把各县（市、区）的乡镇、街道加入组织树 · add the townships of the counties to the tree"

    def add_arguments(self, parser: CommandParser) -> None:
        """Which counties, and whether the zones too."""
        parser.add_argument(
            "--county", action="append", default=[], metavar="CODE", help="只加这个县 · only this county, by code"
        )
        parser.add_argument("--zones", action="store_true", help="连功能区一起加 · farms and parks as well")

    def handle(self, *_args: Any, county: list[str], zones: bool, **_options: Any) -> None:
        """One command a county. Raises CommandError for a code that is no county's."""
        found = {one.division: one for one in Organisation.objects.filter(level=Level.COUNTY, valid_to__isnull=True)}
        wanted = county or [code for code, one in found.items() if has_townships(one)]
        if unknown := [code for code in wanted if code not in found or not has_townships(found[code])]:
            raise CommandError(f"没有这个县，或名单里没有它的乡镇、街道 · no such county: {', '.join(unknown)}")
        made = [add_townships(found[code], actor=SYSTEM, zones=zones) for code in wanted]
        n = sum(one.entered for one in made if one)
        self.stdout.write(f"加入了{n}个乡镇、街道 · {n} townships added")
