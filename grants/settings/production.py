"""The profile for real use: it refuses to start on embedded parts or weak secrets, and says why."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from grants.settings import base
from grants.settings.base import *  # noqa: F403 -- a profile is the base and its differences
from grants.settings.soundness import faults

if reasons := faults(vars(base)):
    raise ImproperlyConfigured("配置不适合正式运行，没有启动：\n" + "\n".join(f"  · {reason}" for reason in reasons))

base.DATA_DIR.joinpath("queue").mkdir(mode=0o700, parents=True, exist_ok=True)  # where the clock of tasks remembers

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_SECURE = True

CELERY_BROKER_TRANSPORT_OPTIONS = {"unacked_restore_throttle": 1} if base.BROKER_URL.startswith("redis") else {}
