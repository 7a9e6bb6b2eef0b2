"""Asking for a rehearsal of a configuration, and playing what was asked for: in the background, one at a time."""

from __future__ import annotations

import datetime as dt
import json
import logging
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any

from django.db.models import Q
from django.utils.translation import gettext

from grants.desk.models import Rehearsal
from grants.desk.rehearsal.child import SCENES, STOPPED, command, scratch
from grants.desk.rehearsal.fates import SMALLEST
from grants.people.queries import holds
from grants.programmes.models import Round
from workflow import clock
from workflow.actions import command as committed
from workflow.lifecycle import Role, RoundState
from workflow.refusals import Refusal, Refused

LARGEST = 300
"""The most applications of a rehearsal: as many as the largest round we know."""
CLAIM = dt.timedelta(minutes=2)
"""How long a worker may be silent before another takes over."""
LONGEST = 1800.0
LOOKED_EVERY = 1.0
TOLD_EVERY = 20.0

log = logging.getLogger(__name__)


@committed
def ask_for_rehearsal(round_: Round, *, actor: Any, projects: int = SMALLEST, seed: int = 1) -> Rehearsal:
    """The configuration in force is, or will be, rehearsed; one that waits already stays the one. Raises Refused."""
    if not holds(actor, Role.PROGRAMME_OFFICER):
        told = {"role": str(Role.PROGRAMME_OFFICER.label)}
        raise Refused([Refusal("not_yours", gettext("这一步由%(role)s办理。") % told)])
    if round_.state != RoundState.PLANNING or round_.configuration is None:
        raise Refused([Refusal("wrong_state", gettext("申报通知已经发布，配置不再改，也不用再演练。"))])
    if not SMALLEST <= projects <= LARGEST:
        told = {"least": str(SMALLEST), "most": str(LARGEST)}
        words = gettext("请写%(least)s到%(most)s之间的数：少于%(least)s个，有些结局演不到。") % told
        raise Refused([Refusal("projects", words, at="projects")])
    row, _fresh = Rehearsal.objects.get_or_create(
        configuration=round_.configuration,
        finished_at=None,
        defaults={
            "projects": projects,
            "seed": seed,
            "asked_by": actor,
            "asked_at": clock.now(),
            "total": len(SCENES),
        },
    )
    return row


def rehearse_waiting(*, actor: Any) -> int:
    """The oldest rehearsal that waits is played, unless one is being played already. -> how many.

    `actor` is who keeps the clock.
    """
    now = clock.now()
    waiting = Rehearsal.objects.filter(finished_at__isnull=True)
    if waiting.filter(claimed_until__gte=now).exists():
        return 0
    row = waiting.select_related("configuration").order_by("pk").first()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    if row is None or not waiting.filter(free, pk=row.pk).update(claimed_until=now + CLAIM):
        return 0
    try:
        _finish(row, *_played(row))
    except Exception:  # whatever it was, the person who waits is told; the log says why
        log.exception("The rehearsal of configuration %s was not played.", row.configuration_id)
        _finish(row, gettext("系统出错，演练没有做完，请再试一次，或告诉系统管理员。"), "")
    return 1


def _finish(row: Rehearsal, failure: str, report: str) -> None:
    done = {"done": row.total} if report else {}
    rows = Rehearsal.objects.filter(pk=row.pk, finished_at__isnull=True)
    rows.update(failure=failure, report=report, finished_at=clock.now(), claimed_until=None, **done)


def _played(row: Rehearsal) -> tuple[str, str]:
    """Why it did not come to its end, or what it came to: one of the two is empty."""
    with tempfile.TemporaryDirectory(prefix="qingnuan-rehearsal-") as name:
        folder = Path(name)
        text = folder / "configuration.yaml"
        text.write_text(row.configuration.text, encoding="utf-8")
        wanted = ["--projects", str(row.projects), "--seed", str(row.seed), "--json", "--scenes"]
        with (folder / "said").open("w+", encoding="utf-8") as said, (folder / "faults").open("w+") as faults:
            child = subprocess.Popen(command(text, *wanted), env=scratch(folder), stdout=said, stderr=faults)
            try:
                _attend(row, child, folder / "said")
            finally:
                child.kill()  # also where this worker is being stopped
                child.wait()
            return _outcome(said, faults)


def _attend(row: Rehearsal, child: subprocess.Popen[bytes], said: Path) -> None:
    """The row tells how far it is until the child has ended, or has taken too long."""
    began, told, scenes = time.monotonic(), 0.0, -1
    while child.poll() is None and time.monotonic() - began < LONGEST:
        done = sum(line in SCENES for line in said.read_text(encoding="utf-8").splitlines())
        if done != scenes or time.monotonic() - told > TOLD_EVERY:
            scenes, told = done, time.monotonic()
            rows = Rehearsal.objects.filter(pk=row.pk, finished_at__isnull=True)
            rows.update(done=done, claimed_until=clock.now() + CLAIM)
        time.sleep(LOOKED_EVERY)


def _outcome(said: IO[str], faults: IO[str]) -> tuple[str, str]:
    said.seek(0)
    faults.seek(0)
    lines = said.read().splitlines()
    last = lines[-1] if lines else ""
    if not last.startswith("{"):
        log.error("A rehearsal ended without a report: %s", faults.read()[-4000:])
        return gettext("演练没有做完，请再试一次，或告诉系统管理员。"), ""
    stopped = json.loads(last).get(STOPPED, "")
    if stopped:
        return gettext("按这一版的规则走不下去：%(why)s") % {"why": stopped}, ""
    return "", last
