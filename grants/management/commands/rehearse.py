"""manage.py rehearse: a whole round played through in a scratch database, to the last fen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from grants.applications.models import Project
from grants.desk.rehearsal.child import CHILD, STOPPED, command, scratch
from grants.desk.rehearsal.fates import SMALLEST
from grants.desk.rehearsal.report import MONEY, told
from grants.desk.rehearsal.story import rehearse
from grants.desk.rehearsal.world import World
from grants.kernel.money import format_fen
from grants.programmes.models import Round
from grants.programmes.profile import profile_text
from workflow.lifecycle import ProjectState
from workflow.refusals import Refused


class Command(BaseCommand):
    """Play a round with N applications; the same seed gives the same figures and the same chain heads."""

    help = "在临时数据库里把一整轮从头走到尾；同一个种子，结果完全一样"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """How large, which seed, where, and with what misfortunes."""
        parser.add_argument("--projects", type=int, default=SMALLEST, help=f"申报项目数（至少 {SMALLEST}）")
        parser.add_argument("--seed", type=int, default=1, help="种子")
        parser.add_argument("--bad-days", action="store_true", help="加入各种意外")
        parser.add_argument("--database", default="", help="用这个空数据库，而不是临时 SQLite")
        parser.add_argument("--documents", default="", help="把材料存放在这个文件夹，而不是临时文件夹")
        parser.add_argument("--round", default="", help="用现有轮次的配置演练，填轮次代码")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")
        parser.add_argument("--scenes", action="store_true", help="每走完一段输出一行，说走到哪里")

    def handle(self, *_args: Any, **options: Any) -> None:
        """In the parent: make the scratch world and start the child in it. In the child: play."""
        if options["projects"] < SMALLEST:
            raise CommandError(f"演练至少需要 {SMALLEST} 个申报项目")
        if os.environ.get(CHILD) == "1":
            self._play(options)
            return
        with tempfile.TemporaryDirectory(prefix="qingnuan-rehearsal-") as folder:
            configuration = Path(folder) / "configuration.yaml"
            configuration.write_text(self._configuration(options["round"]), encoding="utf-8")
            surroundings = scratch(Path(folder), options["database"], options["documents"])
            code = subprocess.run(
                command(configuration, *_arguments(options)), env=surroundings, check=False
            ).returncode
        if code:
            sys.exit(code)

    def _configuration(self, code: str) -> str:
        """The configuration of a round that exists here, or the shipped profile."""
        if not code:
            return profile_text("qingnuan")
        found = Round.objects.filter(code=code).select_related("configuration").first()
        if found is None or found.configuration is None:
            raise CommandError(f"没有找到轮次 {code}，或它还没有配置")
        return found.configuration.text

    def _play(self, options: dict[str, Any]) -> None:
        started = time.monotonic()
        try:
            call_command("migrate", verbosity=0)
        except OperationalError as error:
            raise CommandError(f"这个数据库打不开，请先建好一个空数据库：{error}") from error
        if Project.objects.exists():
            raise CommandError("这个数据库里已经有项目，演练只能在空数据库里进行")
        text = Path(options["round"]).read_text(encoding="utf-8")
        watch = self._tell if options["scenes"] else None
        try:
            play = rehearse(options["projects"], options["seed"], text, bad_days=options["bad_days"], watch=watch)
        except Refused as refusal:
            if options["json"]:
                self.stdout.write(json.dumps({STOPPED: str(refusal)}, ensure_ascii=False))
            raise CommandError(f"没有走通：{refusal}") from refusal
        report = told(options["projects"], options["seed"])
        report["seconds"] = round(time.monotonic() - started)
        self.stdout.write(json.dumps(report, ensure_ascii=False) if options["json"] else _words(report, play.today))
        if report["verify"] != "ok":
            sys.exit(1)

    def _tell(self, scene: str, _world: World) -> None:
        self.stdout.write(scene)
        self.stdout.flush()


def _arguments(options: dict[str, Any]) -> list[str]:
    flags = ["--projects", str(options["projects"]), "--seed", str(options["seed"])]
    return flags + [f"--{name.replace('_', '-')}" for name in ("bad_days", "json", "scenes") if options[name]]


def _words(report: dict[str, Any], last_day: Any) -> str:
    """The report for a person at a terminal."""
    lines = [f"演练 {report['projects']} 个申报项目，种子 {report['seed']}，走到 {last_day}"]
    lines += [f"  {ProjectState(state).label}:{count}" for state, count in report["states"].items()]
    lines += [f"  {name:>9} {format_fen(report[f'{name}_fen']):>16} 元" for name in MONEY]
    if report["never_made"]:
        lines.append(f"没有演到的办理：{'、'.join(report['never_made'])}")
    lines.append(f"留痕 {report['steps']} 条，用时 {report['seconds']} 秒，核对：{report['verify']}")
    return "\n".join(lines)
