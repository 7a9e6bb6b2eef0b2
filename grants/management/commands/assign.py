"""manage.py assign --check: does an assignment on record come out the same when it is solved again?"""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from grants.reviews.assigning.models import AssignmentRun
from grants.reviews.assigning.running import solve
from grants.reviews.assigning.solver import Problem, Solution, SolverMissing


class Command(BaseCommand):
    """Solve a run anew from what is on record, compare digest, objective and every pair; exit 1 where they differ."""

    help = "原样重算一次评审分配，核对输入摘要、目标值和每一个席位；不一致时退出码为 1"

    def add_arguments(self, parser: CommandParser) -> None:
        """--check with the number of the run, or all of them."""
        parser.add_argument("--check", metavar="编号", required=True, help="分配的编号，或者 all")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print a line for each run. Raises CommandError for one that is not there or has no answer."""
        wanted = str(options["check"])
        runs = AssignmentRun.objects.exclude(answer="").order_by("pk")
        if wanted != "all":
            runs = runs.filter(pk=int(wanted) if wanted.isdecimal() else 0)
        found = list(runs)
        if not found and wanted != "all":
            raise CommandError(f"没有第 {wanted} 次分配，或者它还没有结果。")
        differing = [run for run in found if not self._same(run)]
        if differing:
            sys.exit(1)

    def _same(self, run: AssignmentRun) -> bool:
        digest = Problem.parse(run.problem).digest
        if digest != run.digest:
            self.stdout.write(f"{run.pk}: 输入变了，现在的摘要是 {digest}")
            return False
        try:
            again = solve(run)
        except SolverMissing:
            self.stdout.write(f"{run.pk}: 这台服务器没有安装算法 {run.solver}，没有核对")
            return False
        before = Solution.parse(run.answer)
        if again.version != before.version:
            self.stdout.write(f"{run.pk}: 算法版本不同（当时 {before.version}，现在 {again.version}）")
        if (again.objective, again.pairs) == (before.objective, before.pairs):
            self.stdout.write(f"{run.pk}: 一致，目标值 {again.objective}，{len(again.pairs)} 个席位")
            return True
        self.stdout.write(f"{run.pk}: 不一致，当时目标值 {before.objective}，现在 {again.objective}")
        return False
