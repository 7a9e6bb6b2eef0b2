"""Resumable upload: the bytes of one file come in any number of requests, each going on where the last one got to.

How far an upload has come is the smaller of two figures: what its row says, and what lies on the disk. The bytes are
made durable before the row says so; whatever dies at whatever moment, the smaller figure is true.
"""

from __future__ import annotations

import fcntl
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext

from storage.backends import Readable
from storage.backends.local import durable_folder
from storage.commands import LIFETIME, finish, start
from storage.commands import upload as keep_bytes
from storage.enums import UploadState
from storage.models import Document, Upload
from storage.refusal import Later, Refused

MOST_OPEN: Final = 30
"""How many unfinished uploads one person may have."""
SIP: Final = 1024 * 1024
"""So many bytes are read at a time, and held in memory."""
STEP: Final = 8 * 1024 * 1024
"""At the latest after so many bytes the disk is flushed and the row told, and"""
PULSE: Final = 2.0
"""at the latest after so many seconds."""
STAY: Final = 20.0
"""Seconds after which a slow request ends with what has come; the client goes on, and no worker is held for ever."""

log = logging.getLogger(__name__)


class Elsewhere(Exception):
    """The upload has got to another byte than the sender believes: to `offset`."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(offset)


class Taken(Exception):
    """Another request is at this upload now."""


def begin(*, actor: AbstractBaseUser, name: str, size: int, now: datetime) -> Upload:
    """Open an upload of `size` bytes, to be sent in pieces; each piece gives it 24 hours more.

    Raises `Refused` when name or size already rule the file out, or the person has `MOST_OPEN` unfinished ones.
    """
    with transaction.atomic():
        get_user_model()._default_manager.select_for_update().get(pk=actor.pk)  # two at once are counted one by one
        unfinished = Upload.objects.filter(owner=actor.pk, state=UploadState.STARTED, expires_at__gt=now)
        if unfinished.count() >= MOST_OPEN:
            raise Refused(
                "too_many",
                gettext("您有 %(n)s 个文件还没有传完，先把它们传完或取消，再传新的。") % {"n": MOST_OPEN},
            )
        return start(actor=actor, name=name, size=size, now=now)


def found(ident: UUID, *, actor: AbstractBaseUser) -> Upload | None:
    """Return the actor's own upload; another person's is none, like one that never was."""
    return Upload.objects.filter(pk=ident, owner=actor.pk).select_related("document").first()


def arrived(upload: Upload) -> int:
    """Return how many bytes have come to stay."""
    if upload.state != UploadState.STARTED:
        return upload.declared_size
    try:
        return min(upload.arrived, _path(upload.pk).stat().st_size)
    except FileNotFoundError:
        return 0


def take(upload: Upload, stream: Readable, *, offset: int, now: datetime) -> int:
    """Append what the stream yields behind byte `offset`; return how far the upload has come then.

    1. Bytes go to the disk of this machine piece by piece; after each flush the row says how far it has come.
    2. A sender that falls silent, or is slower than `STAY` seconds, leaves what has come so far.
    Raises `Elsewhere` for another offset, `Taken` while another request writes, `Refused` when the upload is closed,
    would pass its announced length, or the disk has no room.
    """
    with _held(upload.pk) as path:
        current = Upload.objects.get(pk=upload.pk)
        _require_open(current, now)
        at = arrived(current)
        if offset != at:
            raise Elsewhere(at)
        if at == current.declared_size:  # its bytes may be the store's by now
            return at
        try:
            with path.open("r+b", buffering=0) as file:
                file.truncate(at)  # what a kill left behind the last flush is sent again
                file.seek(at)
                return _pour(stream, cast("BinaryIO", file), current, now)
        except OSError as error:
            log.exception("upload %s could not be written", upload.pk)
            raise Later("no_room", gettext("服务器现在存不下这个文件，请联系管理员。已传的部分还在。")) from error


def complete(upload: Upload, *, actor: AbstractBaseUser, now: datetime) -> Document:
    """Turn an upload whose last byte has come into a document, any number of times, with one effect.

    Raises `Refused` with the reason the file is not taken for, `Later` when that is not known now, `Taken`.
    """
    if upload.state == UploadState.STARTED:
        with _held(upload.pk) as path:
            if Upload.objects.get(pk=upload.pk).state == UploadState.STARTED:
                keep_bytes(upload, path, actor=actor)
            path.unlink(missing_ok=True)
    return finish(upload, actor=actor, now=now)


def give_up(upload: Upload) -> None:
    """End an upload that its owner does not want any more, and remove what has come of it; a finished one stays."""
    if Upload.objects.filter(pk=upload.pk, state=UploadState.STARTED).update(state=UploadState.EXPIRED):
        _path(upload.pk).unlink(missing_ok=True)


def clear_given_up(*, unsaved_for: timedelta) -> int:
    """Remove the pieces of uploads that are over, and those untouched so long that no row knows; return how many."""
    if not _folder().is_dir():
        return 0
    with tempfile.TemporaryFile(dir=_folder()) as probe:  # the disk's own clock, as the stores ask it
        older = os.fstat(probe.fileno()).st_mtime - unsaved_for.total_seconds()
    names = {UUID(path.name): path for path in _folder().iterdir() if _is_id(path.name)}
    states = dict(Upload.objects.filter(pk__in=list(names)).values_list("pk", "state"))
    gone = [path for ident, path in names.items() if _is_over(states.get(ident), path, older)]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _is_over(state: str | None, path: Path, older: float) -> bool:
    return path.stat().st_mtime <= older if state is None else state != UploadState.STARTED


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _folder() -> Path:
    return Path(settings.STORAGE_PIECES)


def _path(ident: UUID) -> Path:
    return _folder() / str(ident)


def _require_open(current: Upload, now: datetime) -> None:
    if current.state != UploadState.STARTED or now >= current.expires_at:
        raise Refused("closed", gettext("这次上传已经结束，请重新选择文件上传。"))


@contextmanager
def _held(ident: UUID) -> Iterator[Path]:
    """Let this request alone at the pieces of an upload; a dead process holds nothing."""
    durable_folder(_folder())
    path = _path(ident)
    handle = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Taken from error
        yield path
    finally:
        os.close(handle)


def _pour(stream: Readable, file: BinaryIO, current: Upload, now: datetime) -> int:
    at = told = file.tell()
    began = said = time.monotonic()
    while at < current.declared_size and (chunk := _read(stream, current.declared_size - at)):
        _write(file, chunk)
        at += len(chunk)
        moment = time.monotonic()
        if at - told >= STEP or moment - said >= PULSE:
            _tell(file, current, at, now)
            told, said = at, moment
        if moment - began >= STAY:
            break
    _tell(file, current, at, now)
    return at


def _read(stream: Readable, most: int) -> bytes:
    """Read a chunk; a connection that broke has nothing more to give."""
    try:
        return stream.read(min(SIP, most))
    except OSError:
        return b""


def _write(file: BinaryIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _tell(file: BinaryIO, current: Upload, at: int, now: datetime) -> None:
    os.fdatasync(file.fileno())
    fresh = {"arrived": at, "expires_at": now + LIFETIME}
    Upload.objects.filter(pk=current.pk, state=UploadState.STARTED).update(**fresh)
