"""Asking for an archive package, and building what was asked for: in the background, once, whoever dies meanwhile."""

from __future__ import annotations

import datetime as dt
import logging
import tempfile
import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from grants.applications.models import Project
from grants.desk.archive.build import build
from grants.desk.models import PackageBuild
from grants.settlement.keeping import documents_kept
from storage.backends import Missing, store
from storage.commands import shelve
from storage.models import Destruction
from storage.packing import Damaged
from workflow import clock
from workflow.actions import command
from workflow.lifecycle import ProjectState
from workflow.refusals import Refusal, Refused

CLAIM = dt.timedelta(minutes=5)
"""How long a worker may be silent before another takes over."""
TOLD_EVERY = 1.0
ZIP = "application/zip"

log = logging.getLogger(__name__)


@command
def ask_for_package(project: Project, *, actor: Any) -> PackageBuild:
    """The package of an archived project is there or will be; one that failed is tried again. Raises Refused."""
    if project.state != ProjectState.ARCHIVED:
        raise Refused([Refusal("not_archived", gettext("项目还没有归档，归档以后才能生成档案包。"))])
    row, fresh = PackageBuild.objects.get_or_create(
        project=project, defaults={"asked_by": actor, "asked_at": clock.now()}
    )
    if not fresh and row.failure:
        row.failure, row.done, row.total, row.claimed_until = "", 0, 0, None
        row.save(update_fields=["failure", "done", "total", "claimed_until"])
    return row


def build_waiting(*, actor: Any) -> int:
    """Every package that waits and that nobody is at is built, the oldest first. -> how many.

    `actor` is who keeps the clock; each package is kept for whoever asked for it.
    """
    built = 0
    for pk in list(_free().order_by("pk").values_list("pk", flat=True)):
        claimed = _free().filter(pk=pk).update(claimed_until=clock.now() + CLAIM)
        built += bool(claimed) and _built(PackageBuild.objects.select_related("project", "asked_by").get(pk=pk))
    return built


def _free() -> Any:
    nobody = Q(claimed_until__isnull=True) | Q(claimed_until__lt=clock.now())
    return PackageBuild.objects.filter(nobody, finished_at__isnull=True, failure="")


def _built(row: PackageBuild) -> bool:
    """Whether it is there now; else the row says why not."""
    try:
        _write(row)
    except (Damaged, Missing) as error:
        log.critical("The package of project %s cannot be built: %s", row.project_id, error)
        _fail(row, gettext("有一份材料缺失或被改动：%(what)s。请告诉系统管理员。") % {"what": error})
        return False
    except Exception:  # whatever it was, the person who waits is told; the log says why
        log.exception("The package of project %s was not built.", row.project_id)
        _fail(row, gettext("系统出错，档案包没有生成，请过一会儿再试一次，或告诉系统管理员。"))
        return False
    return True


def _write(row: PackageBuild) -> None:
    before = _destroyed(row.project)
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
        found = build(row.project, file, progress=_Teller(row.pk))
        size = file.tell()
        file.seek(0)
        stored = store().save(file, size=size)
    name, now = f"{row.project.number} {row.project.title} {gettext('档案')}.zip", clock.now()
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).only("pk").get(pk=row.project_id)  # nobody destroys meanwhile
        done = PackageBuild.objects.filter(pk=row.pk, finished_at__isnull=True)
        if _destroyed(row.project) != before:
            done.update(claimed_until=None)  # it holds papers that have gone meanwhile: the next round begins anew
            return
        document = shelve(stored, name=name, media_type=ZIP, actor=row.asked_by, now=now)
        done.update(document=document, manifest=found.manifest, finished_at=now, claimed_until=None)


def _destroyed(project: Project) -> int:
    return Destruction.objects.filter(document__in=documents_kept(project)).count()


def _fail(row: PackageBuild, why: str) -> None:
    PackageBuild.objects.filter(pk=row.pk, finished_at__isnull=True).update(failure=why[:300], claimed_until=None)


class _Teller:
    """Tells the row how far it is, not oftener than somebody looks."""

    def __init__(self, pk: int) -> None:
        self.pk, self.told = pk, 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self.told < TOLD_EVERY and done < total:
            return
        self.told = time.monotonic()
        rows = PackageBuild.objects.filter(pk=self.pk, finished_at__isnull=True)
        rows.update(done=done, total=total, claimed_until=clock.now() + CLAIM)
