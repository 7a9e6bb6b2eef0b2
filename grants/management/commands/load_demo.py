"""`manage.py load_demo`: the people, rounds and projects of the demonstration, once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from grants.desk.demo.roster import PEOPLE
from grants.desk.demo.story import tell, told
from grants.people.models import User
from workflow import clock


class Command(BaseCommand):
    """Tell the story of the demonstration through the real commands; does nothing where it has been told."""

    help = "载入演示数据：每个角色一个账号，三个轮次，各阶段的项目；已经载入过就什么也不做"

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Refuse outside a demonstration; otherwise load once."""
        if not settings.DEMO:
            raise CommandError(_("演示数据只能在 DEMO=1 时载入。"))
        if User.objects.filter(username=PEOPLE[0].login).exists():
            if not told():
                raise CommandError(_("上次只载入了一半，请运行 make demo-reset 重新开始。"))
            return
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous = OFF")  # a story that a power cut interrupts is begun anew
        tell(clock.today())
