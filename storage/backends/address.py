"""The address of an object store, as STORAGE_URL writes it: understood whole, or explained."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext

EXAMPLE: Final = "s3://key:secret@minio.example.org:9000/bucket?secure=1"
BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
REGION: Final = "us-east-1"
"""What MinIO and most others call theirs; known beforehand, so that signing asks nobody."""
KNOWN: Final = frozenset({"secure", "region", "public"})
SWITCH: Final = {"0": False, "1": True}


@dataclass(frozen=True, slots=True)
class Address:
    """Where an object store answers: us at `host`, readers' browsers at `public`, which may be the same."""

    host: str
    secure: bool
    bucket: str
    region: str
    public_host: str
    public_secure: bool
    key: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        """The address without its secret, for messages and reports."""
        return f"s3://{self.host}/{self.bucket}"


def understood(url: str) -> Address:
    """Return the parts of `s3://key:secret@host:port/bucket?secure=…&region=…&public=…`.

    Key and secret may be quoted as in any URL. Raises `ImproperlyConfigured` with what is wrong, never with the secret.
    """
    parts = urlsplit(url)
    host, bucket = _host(parts), parts.path.strip("/")
    if not (parts.username and parts.password):
        raise _wrong(gettext("没有写访问密钥：主机名前面要写“key:secret@”，里面的 / @ : 等符号要转义（%2F %40 %3A）"))
    if not BUCKET.fullmatch(bucket):
        raise _wrong(
            gettext("没有写存储桶，或名称不合规：主机名后面要写“/bucket”，3 至 63 个小写字母、数字、点或连字符")
        )
    options = _options(parts.query)
    if options.get("secure", "1") not in SWITCH:
        raise _wrong(gettext("secure 只能写 1（加密）或 0（不加密）"))
    secure = SWITCH[options.get("secure", "1")]
    public_host, public_secure = _public(options["public"]) if "public" in options else (host, secure)
    return Address(
        host=host,
        secure=secure,
        bucket=bucket,
        region=options.get("region") or REGION,
        public_host=public_host,
        public_secure=public_secure,
        key=unquote(parts.username),
        secret=unquote(parts.password),
    )


def _host(parts: SplitResult) -> str:
    try:
        name, port = parts.hostname, parts.port
    except ValueError as error:
        raise _wrong(gettext("端口不是 1 至 65535 的数字；密钥里的 / @ : 等符号要转义（%2F %40 %3A）")) from error
    if not name:
        raise _wrong(gettext("没有写主机名"))
    shown = f"[{name}]" if ":" in name else name
    return f"{shown}:{port}" if port else shown


def _options(query: str) -> dict[str, str]:
    found = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := sorted(set(found) - KNOWN):
        raise _wrong(gettext("不认识的选项 %(names)s，只有 secure、region、public") % {"names": "、".join(unknown)})
    return found


def _public(url: str) -> tuple[str, bool]:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or parts.path.strip("/") or parts.query or parts.username:
        raise _wrong(gettext("public 要写读者的浏览器能打开的网址，如 https://files.example.org，后面不带路径"))
    return _host(parts), parts.scheme == "https"


def _wrong(reason: str) -> ImproperlyConfigured:
    sentence = gettext("STORAGE_URL 写得不对：%(reason)s。例如 %(example)s。")
    return ImproperlyConfigured(sentence % {"reason": reason, "example": EXAMPLE})
