"""manage.py verify: is everything still as it was written?"""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from grants.desk.verify import faults
from workflow import guards_sql
from workflow.verify import head_of_all


class Command(BaseCommand):
    """Recompute chains, digests, balances, invariants, triggers; name each fault and exit 1 if any; the head of all."""

    help = "核对留痕、材料、账目和数据库触发器；发现问题逐条列出，退出码为 1"

    def add_arguments(self, parser: CommandParser) -> None:
        """--json for machines."""
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the verdict. Raises CommandError where no database has been made yet."""
        if not guards_sql.tables_are_there():
            raise CommandError(_("数据库还没有建立，请先运行 make demo 或 manage.py migrate。"))
        found = list(faults())
        if options["json"]:
            told = [[fault.row, fault.what] for fault in found]
            verdict = {"verify": "faults" if found else "ok", "faults": told, "head": head_of_all()}
            self.stdout.write(json.dumps(verdict, ensure_ascii=False))
        else:
            for fault in found:
                self.stdout.write(str(fault))
            self.stdout.write(f"发现 {len(found)} 处问题" if found else "核对无误")
            self.stdout.write(f"全部链首的摘要：{head_of_all()}")
        if found:
            sys.exit(1)
