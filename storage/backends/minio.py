"""Objects in a bucket that speaks S3: measured here first, put there in one piece, looked at afterwards."""

from __future__ import annotations

import fcntl
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Final, cast
from uuid import uuid4
from xml.etree.ElementTree import ParseError

from django.utils.http import content_disposition_header
from minio import Minio
from minio.commonconfig import ENABLED, GOVERNANCE
from minio.datatypes import Object
from minio.error import MinioException, S3Error
from minio.retention import Retention
from minio.versioningconfig import SUSPENDED
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from storage.backends import ALWAYS, KEY, Capability, Missing, Readable, Stored, Unavailable, key_of
from storage.backends.address import Address
from storage.backends.measuring import CHUNK, measure
from storage.backends.pool import CONNECT, READ, Pool
from storage.backends.ranges import RemoteFile

PREFIX: Final = "sha256/"
PART: Final = 16 * 1024 * 1024
"""A file up to this size goes in one request; a larger one in parts, which nobody sees before the last is in."""
GONE: Final = frozenset({"NoSuchKey", "NoSuchVersion"})
NONE_THERE: Final = frozenset({"NoSuchUpload", "NotImplemented", "MethodNotAllowed"})
UNHELD: Final = frozenset({"NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"})
UNTIL: Final = re.compile(r"<RetainUntilDate>([^<]+)</RetainUntilDate>")
HELD: Final = frozenset({"AccessDenied", "ObjectLocked", "InvalidRequest"})
LINK: Final = timedelta(seconds=60)
TICK: Final = timedelta(seconds=1)
"""HTTP tells the time in whole seconds."""


class Client(Minio):
    """The SDK, with the requests that it keeps to itself, or whose answers it cannot read from everybody."""

    def partial(self, bucket: str, after: str | None) -> Any:
        """Return a page of multipart uploads that were begun and not completed, of keys behind this one."""
        return self._list_multipart_uploads(bucket, prefix=PREFIX, key_marker=after)

    def abort(self, bucket: str, name: str, ident: str) -> None:
        """Remove the parts of one."""
        self._abort_multipart_upload(bucket, name, ident)

    def held(self, bucket: str, name: str) -> datetime | None:
        """Return until when the newest version is locked; radosgw tells it to the nanosecond."""
        answer = self._execute("GET", bucket, name, query_params={"retention": ""})
        found = UNTIL.search(answer.data.decode())
        return datetime.fromisoformat(found.group(1)) if found else None


class MinioStore:
    """A store in one bucket. The digest is known before the first byte leaves, so that nothing half has a final key.

    What counts is our own size and SHA-256: ETags and metadata are never read, conditions never relied on.
    """

    near = False

    def __init__(self, address: Address, *, scratch: Path, connect: float = CONNECT, read: float = READ) -> None:
        self.address, self.scratch, self.bucket = address, scratch, address.bucket
        self._pool = Pool(connect=connect, read=read)
        self._client = self._of(address.host, secure=address.secure)
        self._signer = self._of(address.public_host, secure=address.public_secure)

    def __str__(self) -> str:
        return str(self.address)

    @cached_property
    def capabilities(self) -> frozenset[Capability]:
        """Ask once: is a signed address honoured, are versions kept, can versions be locked?"""
        found: set[Capability] = set()
        if self._signing():
            found.add("presigned_put")
        if self._versioning == ENABLED:
            found.add("versioning")
            if self._locking():
                found.add("object_lock")
        return frozenset(found)

    def ready(self) -> None:
        """Ask for the bucket, with our key."""
        with _answers():
            if not self._client.bucket_exists(self.bucket):
                raise Unavailable(f"no bucket {self.bucket}")

    def save(self, stream: Readable, *, size: int) -> Stored:
        """Measure first, then put under the final key in one piece, then look whether it is there whole.

        Equal bytes are put afresh: that makes the object young again, and heals a damaged one.
        """
        with self._at_rest(stream, size) as (file, stored), self._alone(stored.key):
            try:
                self._put(file, stored)
            except Missing as error:
                raise Unavailable("what was put is not there") from error
        return stored

    def open(self, key: str) -> BinaryIO:
        """Return a file that fetches what is read of it."""
        size = self.stat(key).size
        return cast("BinaryIO", io.BufferedReader(RemoteFile(size, lambda *part: self._fetch(key, *part)), CHUNK))

    def stat(self, key: str) -> Stored:
        """Return the digest in the key with the size in the bucket."""
        return Stored(sha256=key.rpartition("/")[2], size=int(self._look(key).size or 0))

    def exists(self, key: str) -> bool:
        """Return whether the object is there."""
        _named(key)
        try:
            return bool(self.stat(key))
        except Missing:
            return False

    def delete(self, key: str, *, unsaved_for: timedelta = ALWAYS) -> bool:
        """Remove every version seen, by its name: one that is held stays, and so does one put meanwhile.

        Where no versions are kept, nobody on this machine puts between the look and the removal. When somebody is
        putting there just now, the object stays.
        """
        _named(key)
        try:
            with self._alone(key, fcntl.LOCK_NB), _answers(key):
                seen = self._look(key)
                return _time(seen) <= self._before(unsaved_for) and self._remove(key, unsaved_for)
        except (Missing, BlockingIOError):
            return False

    def hold_until(self, key: str, until: datetime) -> bool:
        """Lock the newest version in governance mode: our key cannot remove it, a storage administrator still can."""
        self._look(key)
        if "object_lock" not in self.capabilities:
            return False
        with _answers(key):
            held = self._retention(key)
            if held is None or held < until:
                self._client.set_object_retention(self.bucket, key, Retention(GOVERNANCE, until))
                held = self._retention(key)
        return held is not None and held >= until - TICK

    def presigned(self, key: str, *, name: str, media_type: str) -> str:
        """Sign for the public endpoint, with the file's name and type fixed. It asks nobody, so it never fails."""
        fixed: dict[str, str | list[str] | tuple[str]] = {
            "response-content-disposition": content_disposition_header(as_attachment=True, filename=name),
            "response-content-type": media_type,
            "response-cache-control": "private, no-store",
        }
        return self._signer.get_presigned_url("GET", self.bucket, _named(key), expires=LINK, response_headers=fixed)

    def names(self, *, unsaved_for: timedelta = ALWAYS) -> Iterator[str]:
        """List the bucket in order of name, page by page."""
        with _answers():
            for entry in self._client.list_objects(self.bucket, prefix=PREFIX, recursive=True):
                if not entry.is_dir and _time(entry) <= self._before(unsaved_for):
                    yield str(entry.object_name)

    def clear_partial(self, *, unsaved_for: timedelta) -> int:
        """Remove the parts of uploads that were begun before then and never completed."""
        with _answers():
            broken = [one for one in self._broken() if one.initiated_time <= self._before(unsaved_for)]
            for one in broken:
                self._client.abort(self.bucket, one.object_name, one.upload_id)
        return len(broken)

    def _of(self, host: str, *, secure: bool) -> Client:
        return Client(
            host,
            access_key=self.address.key,
            secret_key=self.address.secret,
            secure=secure,
            region=self.address.region,
            http_client=self._pool,
        )

    def _put(self, file: BinaryIO, stored: Stored) -> None:
        with _answers(stored.key):
            self._client.put_object(self.bucket, stored.key, file, stored.size, part_size=PART, num_parallel_uploads=1)
            there = self._client.stat_object(self.bucket, stored.key).size
            if there != stored.size:
                self._client.remove_object(self.bucket, stored.key)
                raise Unavailable(f"{there} bytes of {stored.size} arrived")

    def _look(self, key: str) -> Object:
        with _answers(key):
            return self._client.stat_object(self.bucket, _named(key))

    def _fetch(self, key: str, offset: int, length: int) -> BaseHTTPResponse:
        with _answers(key):
            return self._client.get_object(self.bucket, key, offset=offset, length=length)

    def _remove(self, key: str, unsaved_for: timedelta) -> bool:
        if self._versioning not in {ENABLED, SUSPENDED}:
            self._client.remove_object(self.bucket, key)
            return True
        before = self._before(unsaved_for)
        found = self._client.list_objects(self.bucket, prefix=key, recursive=True, include_version=True)
        versions = [one for one in found if one.object_name == key]
        if not all(_time(one) <= before for one in versions):
            return False
        try:
            for one in versions:
                self._client.remove_object(self.bucket, key, version_id=one.version_id)
        except S3Error as error:
            if error.code in HELD:
                return False
            raise
        return True

    def _retention(self, key: str) -> datetime | None:
        try:
            return self._client.held(self.bucket, key)
        except S3Error as error:
            if error.code in UNHELD:
                return None
            raise

    @cached_property
    def _versioning(self) -> str:
        """What the bucket says of versions; a server that does not know the question keeps none."""
        try:
            with _answers():
                return self._client.get_bucket_versioning(self.bucket).status or ""
        except Unavailable as error:
            if _code(error) in NONE_THERE:
                return ""
            raise

    def _locking(self) -> bool:
        try:
            with _answers():
                self._client.get_object_lock_config(self.bucket)
        except Unavailable as error:
            if isinstance(error.__cause__, S3Error):
                return False
            raise
        return True

    def _signing(self) -> bool:
        """Whether a signed address of an object that was never there is answered with just that."""
        url = self._client.get_presigned_url("GET", self.bucket, key_of(uuid4().hex * 2), expires=LINK)
        with _answers():
            return self._pool.request("GET", url).status == 404

    def _broken(self) -> Iterator[Any]:
        after: str | None = None
        while True:
            try:
                page = self._client.partial(self.bucket, after)
            except S3Error as error:
                if error.code in NONE_THERE:  # rclone's way to say that there are none
                    return
                raise
            yield from page.uploads
            if not page.is_truncated:
                return
            after = page.next_key_marker

    def _before(self, age: timedelta) -> datetime:
        """Return the moment `age` ago by the store's own clock, as its last answer told it."""
        now = self._pool.date
        if now is None:
            raise Unavailable("the store does not tell the time")
        return now + TICK - age

    @contextmanager
    def _at_rest(self, stream: Readable, size: int) -> Iterator[tuple[BinaryIO, Stored]]:
        """Give the bytes as a file to be read once more, with what they measured; a mere stream is written aside."""
        if getattr(stream, "seekable", bool)():
            file = cast("BinaryIO", stream)
            start = file.tell()
            stored = measure(file, size=size)
            file.seek(start)
            yield file, stored
            return
        self.scratch.mkdir(mode=0o750, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.scratch) as aside:
            stored = measure(stream, size=size, keep=aside.write)
            aside.seek(0)
            yield aside, stored

    @contextmanager
    def _alone(self, key: str, how: int = 0) -> Iterator[None]:
        """Of this machine nobody else puts or removes there meanwhile; raise `BlockingIOError` if we shall not wait."""
        locks = self.scratch / "locks"
        locks.mkdir(mode=0o750, parents=True, exist_ok=True)
        with (locks / key.removeprefix(PREFIX)[:2]).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | how)
            yield


@contextmanager
def _answers(key: str = "") -> Iterator[None]:
    """Tell apart a store that holds nothing there, and one that did not answer as it should; the secret stays here."""
    try:
        yield
    except S3Error as error:
        if error.code in GONE:
            raise Missing(key) from error
        raise Unavailable(f"{error.code}: {error.message}") from error
    except Unavailable:
        raise
    except (MinioException, HTTPError, ParseError, ConnectionError, TimeoutError) as error:
        raise Unavailable(type(getattr(error, "reason", None) or error).__name__) from error


def _named(key: str) -> str:
    """Return the key; what is none names nothing."""
    if not KEY.fullmatch(key):
        raise Missing(key)
    return key


def _code(error: Unavailable) -> str | None:
    return error.__cause__.code if isinstance(error.__cause__, S3Error) else None


def _time(entry: Object) -> datetime:
    return entry.last_modified or datetime.max.replace(tzinfo=UTC)
