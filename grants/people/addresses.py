"""From which address a request comes: the one answer for allauth's limits and for ours."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

SITE = 64
"""Whoever has one IPv6 address has all that share these bits."""


def proxies() -> int:
    """How many proxies of ours stand in front: at least one where one is trusted."""
    return int(settings.ALLAUTH_TRUSTED_PROXY_COUNT or settings.TRUST_PROXY)


def sender(request: HttpRequest) -> str:
    """The address that the outermost of our own proxies saw; what came from further out anybody could have written."""
    passed = [part.strip() for part in str(request.headers.get("X-Forwarded-For", "")).split(",") if part.strip()]
    nearest = passed[-proxies() :] if proxies() else []
    return _plain(nearest[0] if nearest else str(request.META.get("REMOTE_ADDR", "")))


def household(request: HttpRequest) -> str:
    """The sender as limits count them: an IPv4 address, or the network that one IPv6 customer has."""
    address = sender(request)
    return str(IPv6Network((address, SITE), strict=False)) if ":" in address else address


def _plain(text: str) -> str:
    """The address without port or brackets; what is no address (a socket has none) is all one."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
        return str((found.ipv4_mapped if isinstance(found, IPv6Address) else None) or found)
    except ValueError:
        return "0.0.0.0"  # noqa: S104 -- a name for the unknown sender, nothing is bound
