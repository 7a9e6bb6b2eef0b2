"""The connections to an object store: few, bounded in time, with little patience; and what the SDK cannot read."""

from __future__ import annotations

import os
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import certifi
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout

CONNECT: Final = 3.0
READ: Final = 10.0
"""Seconds of silence after which the store counts as away."""
TRIES: Final = 2
BUSY: Final = (500, 502, 503, 504)


class Pool(PoolManager):
    """urllib3's pool, which also notes what time it is at the store."""

    def __init__(self, *, connect: float = CONNECT, read: float = READ) -> None:
        super().__init__(
            maxsize=8,
            timeout=Timeout(connect=connect, read=read),
            retries=Retry(
                total=TRIES, backoff_factor=0.1, status_forcelist=BUSY, respect_retry_after_header=False, redirect=0
            ),
            cert_reqs="CERT_REQUIRED",
            ca_certs=os.environ.get("SSL_CERT_FILE") or certifi.where(),
        )
        self.date: datetime | None = None

    def urlopen(self, method: str, url: str, redirect: bool = True, **kw: Any) -> BaseHTTPResponse:  # type: ignore[override]  # noqa: FBT001, FBT002 -- urllib3's own shape
        """Ask, note the store's clock, and call XML by the one name that the SDK knows (rclone has another)."""
        response = super().urlopen(method, url, redirect, **kw)
        if response.headers.get("content-type", "").startswith("text/xml"):
            response.headers["content-type"] = "application/xml"
        if stamp := response.headers.get("date"):
            self.date = parsedate_to_datetime(stamp)
        return response
