"""The storage package as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class StorageConfig(AppConfig):
    """Documents."""

    name = "storage"
    label = "storage"
    verbose_name = _("材料")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from storage.checks import (  # noqa: PLC0415 -- models must be loaded
            reading_is_decided,
            scanner_is_named,
            store_answers,
            store_is_named,
        )

        checks.register(reading_is_decided)
        checks.register(scanner_is_named)
        checks.register(store_is_named)
        checks.register(store_answers, deploy=True)
