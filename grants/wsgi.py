"""The WSGI entry point: `gunicorn grants.wsgi`."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings.embedded")

application = get_wsgi_application()

# What is loaded stays: the collector need not look through all of it every twentieth page, which took a tenth of a
# second each time.
_pages = get_resolver().url_patterns
gc.collect()
gc.freeze()
