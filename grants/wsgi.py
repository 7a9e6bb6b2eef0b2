"""The WSGI entry point: `gunicorn grants.wsgi`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings.embedded")

application = get_wsgi_application()
