"""How often somebody who does not sign in may send something, counted in the cache, without keeping who it was."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from grants.people.addresses import household
from workflow import clock

HOUR: Final = 3600
OBJECTIONS: Final = ("objection", 10)
"""So many forms an hour may come from one address."""
LOOKUPS: Final = ("lookup", 20)


def within(request: HttpRequest, limit: tuple[str, int]) -> bool:
    """Count this request and say whether its sender keeps within the limit of this hour, which ends for all alike."""
    name, most = limit
    who = salted_hmac("grants.publicity.limits", household(request)).hexdigest()[:32]
    place = f"limit:{name}:{who}:{int(clock.now().timestamp()) // HOUR}"
    cache.add(place, 0, HOUR)
    try:
        count = cache.incr(place)
    except ValueError:  # it was swept away between the two lines
        return True
    cache.touch(place, HOUR)  # to count, files are written anew, with the cache's own few minutes
    return count <= most
