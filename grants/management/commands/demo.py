"""`manage.py demo`: fill a database of its own, serve the site with its Celery worker, stop both together."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from grants.desk.demo import accounts
from grants.management.children import Children, ended, running

HOST = "127.0.0.1"
START_SECONDS = 60
GLANCE_SECONDS = 0.2
MADE_BY_DEMO = (
    "db.sqlite3",
    "db.sqlite3-wal",
    "db.sqlite3-shm",
    "documents",
    "spool",
    "pieces",
    "queue",
    "cache",
    "static",
    "mail",
    "demo",
)

WEB = ("gunicorn", "--workers=2", "--worker-class=sync", "--timeout=120", "--log-level=warning", "grants.wsgi")
WORKER = ("celery", "--app=grants", "--quiet", "worker", "--beat", "--pool=threads", "--concurrency=2")


class Command(BaseCommand):
    """Prepare the demonstration and serve it until Ctrl-C."""

    help = "启动演示：网站和后台任务，按 Ctrl-C 一起停止"
    requires_migrations_checks = False
    stopping = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer a fresh start."""
        parser.add_argument("--reset", action="store_true", help="先清空上次的演示数据")

    def handle(self, *_args: Any, reset: bool, **_options: Any) -> None:
        """Refuse a database of real people and a taken port; then prepare and serve."""
        if not settings.DEMO:
            raise CommandError(_("演示要用 DEMO=1 启动，请运行 make demo。"))
        if taken(settings.PORT):
            raise CommandError(_("端口 %(n)s 已被占用，请换一个：make demo PORT=8001") % {"n": settings.PORT})
        if reset:
            forget(settings.DATA_DIR)
        self.prepare()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop)
        self.serve()

    def prepare(self) -> None:
        """Bring tables, demonstration data and static files up to date; what a former demonstration wrote stays."""
        claim(settings.DATA_DIR / "demo")
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(_("正在准备演示数据，第一次约需一分钟……"))
        call_command("load_demo")
        call_command("collectstatic", interactive=False, verbosity=0)
        connection.close()

    def serve(self) -> None:
        """Run web server and worker until told to stop; raise CommandError when one of them ends by itself."""
        commands = {_("网站"): (*WEB, f"--bind={HOST}:{settings.PORT}"), _("后台任务"): WORKER}
        with running(commands, folder=settings.BASE_DIR) as children:
            self.await_answer(children)
            if not self.stopping:
                self.welcome()
            while not self.stopping:
                self.glance(children)
            self.stdout.write(_("正在停止……"))

    def await_answer(self, children: Children) -> None:
        """Return once the site answers or we are told to stop; raise CommandError after a minute of silence."""
        last = time.monotonic() + START_SECONDS
        while not self.stopping and not healthy(settings.PORT):
            self.glance(children)
            if time.monotonic() > last:
                raise CommandError(_("网站没有在 %(n)s 秒内启动，请看上面的错误信息。") % {"n": START_SECONDS})

    def glance(self, children: Children) -> None:
        """Wait a moment and raise CommandError if a child has ended though nobody told it to."""
        time.sleep(GLANCE_SECONDS)
        name = ended(children)
        if name and not self.stopping:
            raise CommandError(_("%(name)s意外停止，演示已全部停止，请看上面的错误信息。") % {"name": name})

    def welcome(self) -> None:
        """Print the address and one account per role."""
        self.stdout.write(self.style.SUCCESS(f"\n  情暖浙江  http://{HOST}:{settings.PORT}\n"))
        self.stdout.write("  " + _("从这里开始：%(url)s") % {"url": f"http://{HOST}:{settings.PORT}/tour/\n"})
        for login, password, role, purpose in accounts():
            self.stdout.write(f"  {login:<18}{password:<18}{role}（{purpose}）")
        if not settings.EMAIL_HOST:
            self.stdout.write("\n  " + _("发出的邮件都在这里：%(folder)s") % {"folder": settings.EMAIL_FILE_PATH})
        self.stdout.write("\n  " + _("按 Ctrl-C 停止。数据会保留，make demo-reset 重新开始。"))

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Remember that somebody asked us to stop."""
        self.stopping = True


def claim(mark: Path) -> None:
    """Leave a mark beside a database that is the demonstration's own; refuse one in which real people are."""
    user = get_user_model()
    if not mark.exists() and user._meta.db_table in connection.introspection.table_names() and user.objects.exists():
        raise CommandError(_("数据库里已有真实用户，演示不会改动它。请用 DATA_DIR 另选一个文件夹。"))
    mark.touch()


def forget(folder: Path) -> None:
    """Remove what a demonstration made in `folder`; refuse a folder that holds none and a database elsewhere."""
    if connection.vendor != "sqlite":
        raise CommandError(_("演示数据在外部数据库里，请自行清空那个数据库。"))
    if folder.exists() and not (folder / "demo").exists() and (folder / "db.sqlite3").exists():
        raise CommandError(_("%(folder)s 里的数据不是演示建立的，没有删除。") % {"folder": folder})
    connection.close()
    remove(folder)


def remove(folder: Path) -> None:
    """Remove what a demonstration writes, and nothing else."""
    for name in MADE_BY_DEMO:
        place = folder / name
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)


def taken(port: int) -> bool:
    """Return whether something already answers at the port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def healthy(port: int) -> bool:
    """Return whether the site says that it and its database work."""
    with contextlib.closing(HTTPConnection(HOST, port, timeout=5)) as line, contextlib.suppress(OSError, HTTPException):
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    return False
