"""The workflow package as a Django app: guards round migrations, flows and checks loaded once."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class WorkflowConfig(AppConfig):
    """How anything moves."""

    name = "workflow"
    label = "workflow"
    verbose_name = _("流程")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what registers itself, and keep the database's guards out of the way of migrations."""
        for module in ("checks", "flows", "notices"):
            import_module(f"workflow.{module}")
        pre_migrate.connect(lift, sender=self, dispatch_uid="workflow_guards_lift")
        post_migrate.connect(install, dispatch_uid="workflow_guards_install")


def lift(using: str, **_kwargs: Any) -> None:
    """No guard stands in the way of what remakes tables."""
    from workflow import guards_sql  # noqa: PLC0415  needs loaded models

    if using == "default":
        guards_sql.remove()


def install(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    """Every guard stands, once the last of our apps has its tables."""
    from workflow import guards_sql  # noqa: PLC0415

    if using == "default" and sender.label == "grants" and guards_sql.tables_are_there():
        guards_sql.install()
