"""What every place of files can do, and the place this installation uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final, Literal, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

Capability = Literal["presigned_put", "versioning", "object_lock"]

KEY: Final = re.compile(r"sha256/([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})")
ALWAYS: Final = timedelta(0)


class Missing(LookupError):
    """The store answered: it holds nothing under this key."""


class Unavailable(OSError):
    """The store did not answer, or not with what was asked for: whether it holds the bytes is not known now."""


class WrongSize(ValueError):
    """The stream held more or fewer bytes than announced; nothing was kept."""


class Readable(Protocol):
    """Anything that yields bytes: an upload, an open file, a socket."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes at rest, measured by us: `size` in bytes, `sha256` in 64 lower-case hexadecimal digits."""

    sha256: str
    size: int

    @property
    def key(self) -> str:
        """Where the bytes lie; equal bytes share one place."""
        return key_of(self.sha256)


class Store(Protocol):
    """A place of files addressed by their content. Keys are `sha256/ab/cd/<64 digits>`; bytes never change.

    Whatever is asked of a store that does not answer raises `Unavailable`, whatever is asked about a name that is no
    key raises `Missing`.
    """

    @property
    def near(self) -> bool:
        """Whether the bytes lie on a disk of this machine, so that saving is done when it returns."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do beyond the rest, as found out from the store itself; raise `Unavailable`."""

    def ready(self) -> None:
        """Return when bytes can be kept now; raise `OSError` with what is in the way."""

    def save(self, stream: Readable, *, size: int) -> Stored:
        """Keep exactly `size` bytes, whole, durable and fresh by the store's clock, or raise and keep nothing."""

    def open(self, key: str) -> BinaryIO:
        """Return the bytes as a seekable file; raise `Missing`. Reading it may raise `Unavailable` at any time."""

    def stat(self, key: str) -> Stored:
        """Return what the key claims with the size that is really there; raise `Missing`."""

    def exists(self, key: str) -> bool:
        """Return whether bytes lie under the key."""

    def delete(self, key: str, *, unsaved_for: timedelta = ALWAYS) -> bool:
        """Remove the bytes unless they are held, or were saved again within that time; return whether they went."""

    def hold_until(self, key: str, until: datetime) -> bool:
        """Let the store itself refuse to remove the bytes before then; return whether it does. Never shortened.

        Raises `Missing`.
        """

    def presigned(self, key: str, *, name: str, media_type: str) -> str:
        """Return an address that gives the bytes, as a file to save under that name, to anybody for 60 seconds.

        Empty when the store has none to give. To be made anew for every click, after asking who may read.
        """

    def names(self, *, unsaved_for: timedelta = ALWAYS) -> Iterator[str]:
        """Yield the name of everything kept and not saved again within that time; a stray file's is no key."""

    def clear_partial(self, *, unsaved_for: timedelta) -> int:
        """Remove what broken transfers left behind; return how many."""


def key_of(sha256: str) -> str:
    """Return the key of content with this digest."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def home() -> Store:
    """Return where documents belong: the setting STORAGE_URL; raise `ImproperlyConfigured` with what to write there."""
    return at(settings.STORAGE_URL)


def spool() -> Store:
    """Return the folder of this machine where bytes wait for their inspection and their way to a distant home."""
    return at(Path(settings.STORAGE_SPOOL).as_uri())


def former() -> Store | None:
    """Return where documents lay before a move, the setting STORAGE_FALLBACK_URL, from which they can still be read."""
    return at(settings.STORAGE_FALLBACK_URL) if settings.STORAGE_FALLBACK_URL else None


def store() -> Store:
    """Return the home as a reader sees it: with what still waits in the spool, or was left behind by a move."""
    from storage.backends.layered import Layered  # noqa: PLC0415 -- it imports the words defined above

    main, left = home(), former()
    if main.near and left is None:
        return main
    return Layered(main, before=(spool(),), after=() if left is None else (left,))


@cache
def at(url: str) -> Store:
    """Return the store with this address; raise `ImproperlyConfigured` with how to write one."""
    from storage.backends.local import LocalStore  # noqa: PLC0415 -- it imports the words defined above

    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path.startswith("/"):
        return LocalStore(url2pathname(parts.path))
    if parts.scheme == "s3":
        from storage.backends.address import understood  # noqa: PLC0415 -- most installations need none of it
        from storage.backends.minio import MinioStore  # noqa: PLC0415 -- the SDK takes a while to load

        return MinioStore(understood(url), scratch=settings.STORAGE_SPOOL)
    raise ImproperlyConfigured(
        gettext(
            "STORAGE_URL 写得不对，应是 file:/// 开头的文件夹地址，例如 file:///srv/qingnuan/documents，"
            "或对象存储地址，例如 s3://key:secret@minio.example.org:9000/bucket?secure=1。"
        )
    )
