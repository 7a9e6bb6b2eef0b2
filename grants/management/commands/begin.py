"""`manage.py begin`: a real installation on a migrated database, and the link that lets its first administrator in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from grants.desk.commands import begin_installation
from grants.people.commands.beginning import Begun
from workflow.phrases import listed
from workflow.refusals import Refused

LANGUAGES = ("zh-hans", "en")
UNMADE = _("数据库还没有建立，或还差几步：请先运行 ./manage.py migrate。")
DEMONSTRATION = _("这里是演示的数据，不作正式使用。请用 DATABASE_URL 和 DATA_DIR 另选一个库和文件夹。")
PLANTED = _("登记了%(n)s个红十字会：省、设区市、县（市、区）。")
STANDING = _("红十字会都已登记，没有新增。")
KEEPERS = _("系统管理员：%(names)s。")
LINK = _("请%(name)s在 %(time)s 前打开这个链接，设手机号和密码；只能用一次，谁打开谁就是管理员：")
NO_LINK = _(
    "没有发链接：管理员已经能登录。忘了密码，请另一位管理员发；只有一位时，用 --name 写他的姓名，用 --another 写原因。"
)
NEXT = _("接着：管理员登录后绑定第二验证，在“组织与人员”里邀请省级的人，再由他们邀请市、县和专家，登记团队。")


class Command(BaseCommand):
    """Seed the tree, the calendar and the programme, let the first administrator in; run again, it doubles nothing."""

    help = "第一次安装：登记全省红十字会、工作日历、计划，开通第一位系统管理员 · begin a real installation"

    def add_arguments(self, parser: CommandParser) -> None:
        """Who is to keep the accounts, and why another one."""
        parser.add_argument("--name", default="", help="系统管理员的姓名 · the administrator's name")
        parser.add_argument("--mobile", default="", help="手机号，可不填 · the mobile number, if known")
        parser.add_argument(
            "--another",
            default="",
            metavar="REASON",
            help="已有管理员时再加一位（或让同名的那位重新进来）的原因 · why one more, or the same again, is let in",
        )

    def handle(self, *_args: Any, name: str, mobile: str, another: str, **_options: Any) -> None:
        """Refuse what is no database for this, then begin and say in both languages what is there."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError(in_both(lambda: gettext(UNMADE)))
        if settings.DEMO or (settings.DATA_DIR / "demo").exists():
            raise CommandError(in_both(lambda: gettext(DEMONSTRATION)))
        begun = self.begin(name=name, mobile=mobile, another=another)
        self.stdout.write(in_both(lambda: _told(begun)))
        if begun.handed:
            self.stdout.write(f"\n  {settings.SITE_URL}{reverse('enter', args=[begun.handed.token])}\n\n")
            self.stdout.write(in_both(lambda: gettext(NEXT)))

    def begin(self, **wanted: str) -> Begun:
        """What began. Raises CommandError with the reasons in both languages: asked twice, it refuses twice alike."""
        reasons = []
        for language in LANGUAGES:
            with override(language):
                try:
                    return begin_installation(**wanted)
                except Refused as refusal:
                    reasons.append(str(refusal))
        raise CommandError("\n".join(reasons))


def in_both(words: Callable[[], str]) -> str:
    """What is said, first in Chinese, then in English."""
    said = []
    for language in LANGUAGES:
        with override(language):
            said.append(words())
    return "\n".join(said)


def _told(begun: Begun) -> str:
    """What is there now, and for whom the link below is."""
    lines = [gettext(PLANTED) % {"n": begun.planted} if begun.planted else gettext(STANDING)]
    lines.append(gettext(KEEPERS) % {"names": listed(str(one) for one in begun.keepers)})
    if begun.handed is None:
        return "\n".join([*lines, gettext(NO_LINK)])
    until = date_format(localtime(begun.handed.link.expires_at), "DATETIME_FORMAT")
    return "\n".join([*lines, gettext(LINK) % {"name": begun.handed.link.person, "time": until}])
