"""The profile of the test suite: a file database that other processes can open, in a folder that goes with the run."""

from __future__ import annotations

import os
import tempfile
import uuid
from pathlib import Path


def own_folder() -> None:
    """Point DATA_DIR at a folder of this run, and within it of this xdist worker; child processes inherit it.

    tests/conftest.py makes it and removes it.
    """
    fresh = Path(tempfile.gettempdir()) / f"qingnuan-test-{uuid.uuid4().hex[:12]}"
    folder, worker = Path(os.environ.get("DATA_DIR") or fresh), os.environ.get("PYTEST_XDIST_WORKER")
    os.environ["DATA_DIR"] = str(folder / worker if worker and folder.name != worker else folder)


OWN_DATA_DIR = "DATA_DIR" not in os.environ
own_folder()

from grants.settings import base
from grants.settings.base import *  # noqa: F403 -- a profile is the base and its differences
from grants.settings.database import connection

MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # a real browser's passkeys at http://localhost
SECOND_FACTOR = False  # tests of it say so; the others are about something else
SECRET_KEY = "test-" + "qingnuan-" * 8
DEMO = False

# Tables come straight from the models; tests/acceptance/test_migrating.py proves that the migrations make the same.
# No database need wait for the disk, because a killed process loses nothing; but where the server itself is crashed.
SYNCHRONOUS = "FULL" if os.environ.get("BANK_CRASHES") else "OFF"
DATABASES = {"default": {**connection(base.DATABASE_URL, synchronous=SYNCHRONOUS), "TEST": {"MIGRATE": False}}}
if base.DATABASE_URL.startswith("sqlite"):
    DATABASES["default"]["TEST"]["NAME"] = str(Path(base.DATA_DIR) / "test.sqlite3")

INSTALLED_APPS = [*base.INSTALLED_APPS, "tests.toy"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL = "memory://"
STORAGES = {**base.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
