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
        from storage.checks import reading_is_decided, store_is_named  # noqa: PLC0415 -- models must be loaded

        checks.register(reading_is_decided)
        checks.register(store_is_named)
