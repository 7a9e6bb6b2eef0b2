"""The Celery app: it carries work out of the request; the outbox table, not the broker, is the memory."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings.embedded")

app = Celery("grants")
app.config_from_object("django.conf:settings", namespace="CELERY")
