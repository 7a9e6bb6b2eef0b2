"""What every place of files can do, and the place this installation uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
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
    """The store holds nothing under this key."""


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
    """A place of files addressed by their content. Keys are `sha256/ab/cd/<64 digits>`; bytes never change."""

    capabilities: frozenset[Capability]

    def save(self, stream: Readable, *, size: int) -> Stored:
        """Keep exactly `size` bytes, whole, durable and fresh by the store's clock, or raise and keep nothing."""

    def open(self, key: str) -> BinaryIO:
        """Return the bytes as a seekable file; raise `Missing`."""

    def stat(self, key: str) -> Stored:
        """Return what the key claims with the size that is really there; raise `Missing`."""

    def exists(self, key: str) -> bool:
        """Return whether bytes lie under the key."""

    def delete(self, key: str, *, unsaved_for: timedelta = ALWAYS) -> bool:
        """Remove the bytes unless they were saved again within that time; return whether they were removed."""

    def names(self, *, unsaved_for: timedelta = ALWAYS) -> Iterator[str]:
        """Yield the name of everything kept and not saved again within that time; a stray file's is no key."""

    def clear_partial(self, *, unsaved_for: timedelta) -> int:
        """Remove what broken transfers left behind; return how many."""


def key_of(sha256: str) -> str:
    """Return the key of content with this digest."""
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def store() -> Store:
    """Return the store named by the setting STORAGE_URL; raise `ImproperlyConfigured` with what to write there."""
    return _at(settings.STORAGE_URL)


@cache
def _at(url: str) -> Store:
    from storage.backends.local import LocalStore  # noqa: PLC0415 -- it imports the words defined above

    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path.startswith("/"):
        return LocalStore(url2pathname(parts.path))
    if parts.scheme == "s3":
        raise ImproperlyConfigured(
            gettext("这个版本还不能把材料存到对象存储(s3://),请把 STORAGE_URL 写成 file:/// 开头的文件夹地址。")
        )
    raise ImproperlyConfigured(
        gettext("STORAGE_URL 写得不对,应是 file:/// 开头的文件夹地址,例如 file:///srv/qingnuan/documents。")
    )
