"""manage.py audit: the books added up again by somebody who shares no code with them."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from grants.desk.auditing.duties import attempts, columns_that_lie
from grants.desk.auditing.sums import figures, findings
from workflow import guards_sql


class Command(BaseCommand):
    """Recompute balances, limits, bank lines, digests and chain by plain SQL; name who did two steps; exit 1 if any."""

    help = "审计：用独立的 SQL 从记账行和银行流水重新计算余额、限额、链和职责分离；发现问题逐条列出，退出码为 1"

    def add_arguments(self, parser: CommandParser) -> None:
        """--json for machines."""
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the verdict. Raises CommandError where no database has been made yet."""
        if not guards_sql.tables_are_there():
            raise CommandError(_("数据库还没有建立，请先运行 make demo 或 manage.py migrate。"))
        found = [(finding.row, finding.what) for finding in findings()]
        everyone = list(attempts())
        for one in everyone:
            found += [(f"payment {one.payment}", f"同一人办了 {a} 和 {b}") for a, b in one.conflicts]
            found += [(f"payment {one.payment}", "没有审核或审批就发送了")] * one.unseen
        found += [(f"payment {pk}", "登记的经办人与留痕不同") for pk in columns_that_lie()]
        if options["json"]:
            told = {"audit": "findings" if found else "ok", "findings": found, "figures": figures()}
            told["duties"] = {"attempts": len(everyone), "conflicts": sum(bool(one.conflicts) for one in everyone)}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self._tell(found, len(everyone))
        if found:
            sys.exit(1)

    def _tell(self, found: list[tuple[str, str]], payments: int) -> None:
        for row, what in found:
            self.stdout.write(f"{row}: {what}")
        self.stdout.write(f"发现 {len(found)} 处问题" if found else "重新计算无误")
        seen = figures()
        self.stdout.write(
            f"分录 {seen['entry']} · 记账行 {seen['posting']} · 拨款 {payments} 次 · 流水 {seen['bankline']}"
        )
