"""The profile of a rehearsal: a scratch database whose loss costs nothing, so it need not wait for the disk."""

from __future__ import annotations

from grants.settings import base
from grants.settings.base import *  # noqa: F403 -- a profile is the base and its differences
from grants.settings.database import connection

SECRET_KEY = "rehearsal-" + "qingnuan-" * 8
DEMO = False
DATABASES = {"default": connection(base.DATABASE_URL, synchronous="OFF")}
if base.DATABASE_URL.startswith("postgres"):
    # The same statements thousands of times over, and no table changes meanwhile: each is planned once.
    DATABASES["default"]["OPTIONS"] = {
        "options": "-c synchronous_commit=off -c jit=off",
        "server_side_binding": True,
        "prepare_threshold": 5,
    }
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
