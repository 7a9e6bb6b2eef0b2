"""manage.py documents verify | move | status: is every document what it was; bring all elsewhere; how is the store?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storage.backends import Store, Unavailable, at, former, home
from storage.models import Upload
from storage.moving import Moved, move
from storage.pace import Pace
from storage.queries import waiting
from storage.verify import Fault, verify
from storage.waiting import bring_all, taken

CAN = {
    "presigned_put": gettext_lazy("签名网址"),
    "versioning": gettext_lazy("保留旧版本"),
    "object_lock": gettext_lazy("锁定不可删"),
}


class Command(BaseCommand):
    """Verify, move or describe what is kept."""

    help = "材料文件：verify 逐个重新核对，move 搬到另一个存放地址，status 看存放的地方是否正常"

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer the three, each with its own words."""
        acts = parser.add_subparsers(dest="act", required=True)
        proof = acts.add_parser("verify", help="逐个重新计算 SHA-256，列出缺少、改动和无主的文件")
        proof.add_argument("--json", action="store_true", help="以 JSON 输出")
        proof.add_argument("--resume", action="store_true", help="从上次停下的地方接着核对")
        way = acts.add_parser("move", help="搬到另一个存放地址；不写 --to 时把留在旧地址的补搬过来")
        way.add_argument("--to", default="", help="新的存放地址，file:/// 或 s3://，写法同 STORAGE_URL")
        for one in (proof, way):
            one.add_argument("--rate", type=float, default=0, help="每秒最多读写多少 MB，0 为不限")
        acts.add_parser("status", help="存放的地方连得上吗，会什么，有多少文件待上传")

    def handle(self, *_args: Any, act: str, **options: Any) -> None:
        """Do what was asked; exit 1 when anything is not as it must be, or no database has been made yet."""
        if Upload._meta.db_table not in connection.introspection.table_names():
            raise CommandError(_("数据库还没有建立，请先运行 make demo 或 manage.py migrate。"))
        {"verify": self.verify, "move": self.move, "status": self.status}[act](options)

    def verify(self, options: dict[str, Any]) -> None:
        """Read everything, remembering after each file how far it came; a complete run forgets it."""
        marker = Marker(Path(settings.DATA_DIR) / "verify.json")
        after, found = marker.read() if options["resume"] else ("", [])
        pace = Pace(options["rate"])

        def checked(sha256: str, count: int) -> None:
            marker.write(sha256, found)
            pace.spent(count)

        for fault in verify(after=after, checked=checked):
            found.append(described(fault))
        if not any(code == "unavailable" for code, *_rest in found):
            marker.forget()
        self.tell(found, as_json=options["json"])
        if found:
            sys.exit(1)

    def tell(self, found: list[list[str]], *, as_json: bool) -> None:
        """Print the verdict."""
        if as_json:
            verdict = {
                "documents": "faults" if found else "ok",
                "waiting": waiting().count(),
                "faults": [dict(zip(("code", "subject", "message"), one, strict=True)) for one in found],
            }
            self.stdout.write(json.dumps(verdict, ensure_ascii=False))
            return
        for _code, subject, message in found:
            self.stdout.write(_("%(row)s：%(what)s") % {"row": subject, "what": message})
        if any(code == "unavailable" for code, *_rest in found):
            self.stdout.write(_("没有核对完。文件库恢复后，用 documents verify --resume 接着核对。"))
        if count := waiting().count():
            self.stdout.write(_("另有 %(n)s 份材料待上传，本机存着，文件库恢复后自动传上去。") % {"n": count})
        self.stdout.write(_("发现 %(n)s 处问题") % {"n": len(found)} if found else _("核对无误"))

    def move(self, options: dict[str, Any]) -> None:
        """Copy pass after pass, then say how to switch; or, in the new home, fetch what was left behind."""
        target, switching = destination(options["to"])
        pace = Pace(options["rate"])
        bring_all()
        try:
            last = self.passes(move(target, progress=lambda _sha256, count: pace.spent(count)))
        except Unavailable as error:
            raise CommandError(
                _("连不上，先停在这里：%(why)s。再运行一次就接着搬，已搬好的不重来。") % {"why": error}
            ) from error
        for sha256 in last.lost:
            self.stdout.write(_("哪里都找不到，没有搬：%(digest)s") % {"digest": sha256})
        self.stdout.write(self.next_step(target) if switching else self.last_step())
        if last.lost:
            sys.exit(1)

    def passes(self, running: Iterator[Moved]) -> Moved:
        """Say what each pass did and return what the last one found."""
        last = Moved(0, 0, ())
        for last in running:
            self.stdout.write(
                _("新地址已有 %(there)s 个文件，逐字节核对过；这一遍复制 %(n)s 个")
                % {"there": last.there, "n": last.copied}
            )
        return last

    def next_step(self, target: Store) -> str:
        """How to switch without a pause."""
        return _(
            "都搬好了。现在切换，不用停机：\n"
            "  1. 把 STORAGE_URL 改成新地址（%(new)s），把原来的地址写进 STORAGE_FALLBACK_URL（%(old)s）；\n"
            "  2. 逐个重启网站和后台任务；这期间新传的文件留在旧地址，照样读得到；\n"
            "  3. 运行 manage.py documents move，把它们补搬过来；\n"
            "  4. 运行 manage.py documents verify，无误后去掉 STORAGE_FALLBACK_URL 再重启。"
        ) % {"new": target, "old": home()}

    def last_step(self) -> str:
        """What is left to do in the new home."""
        return _(
            "旧地址上没有只在那里的文件了。运行 manage.py documents verify，无误后去掉 STORAGE_FALLBACK_URL 再重启。"
        )

    def status(self, _options: dict[str, Any]) -> None:
        """Ask the store itself."""
        kept = home()
        self.stdout.write(_("存放地址：%(where)s") % {"where": kept})
        count = waiting().count()
        self.stdout.write(
            _("待上传 %(n)s 份，本机待传文件夹占用 %(size)s") % {"n": count, "size": filesizeformat(taken())}
        )
        try:
            kept.ready()
            can = "、".join(str(CAN[one]) for one in sorted(kept.capabilities)) or _("无")
        except OSError as error:
            raise CommandError(_("连不上或不能写：%(why)s") % {"why": error}) from error
        self.stdout.write(_("正常。另外会：%(can)s") % {"can": can})


class Marker:
    """How far a verification came, and what it found so far; a kill while it is written leaves the one before."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[str, list[list[str]]]:
        """Return the last digest that was done and the faults up to there."""
        if not self.path.exists():
            return "", []
        kept = json.loads(self.path.read_text(encoding="utf-8"))
        return kept["after"], [one for one in kept["faults"] if one[0] not in {"unavailable", "unclaimed"}]

    def write(self, after: str, faults: list[list[str]]) -> None:
        """Remember."""
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps({"after": after, "faults": faults}, ensure_ascii=False), encoding="utf-8")
        draft.replace(self.path)

    def forget(self) -> None:
        """It is complete."""
        self.path.unlink(missing_ok=True)


def destination(url: str) -> tuple[Store, bool]:
    """Return where to move, and whether a switch of STORAGE_URL is to follow; raise `CommandError` if nowhere."""
    if not url:
        if former() is None:
            raise CommandError(_("请用 --to 写明搬到哪里，例如 --to s3://key:secret@minio.example.org:9000/bucket"))
        return home(), False
    try:
        target = at(url)
        target.ready()
    except ImproperlyConfigured as error:
        raise CommandError(str(error).replace("STORAGE_URL", "--to")) from error
    except OSError as error:
        raise CommandError(_("新地址连不上或不能写：%(why)s") % {"why": error}) from error
    if str(target) == str(home()):
        raise CommandError(_("材料现在就存在那里。"))
    return target, True


def described(fault: Fault) -> list[str]:
    """The fault as it is kept and printed."""
    return [fault.code, fault.subject, fault.message]
