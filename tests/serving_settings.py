"""The settings of a server process of a test's own: those of the suite on a database that is there, limits as told."""

from __future__ import annotations

import os

from grants.settings.database import connection
from grants.settings.test import *  # noqa: F403 -- a profile is the base and its differences

DATABASES = {"default": connection(os.environ["DATABASE_URL"], synchronous="OFF")}
STORAGE_MAX_BYTES = int(os.environ.get("LARGEST_MB") or 20) * 1024 * 1024
