"""What a project is: one sub-package per stage, in the order of the lifecycle."""

from __future__ import annotations

from grants.celery import app as celery_app  # so that shared tasks bind to this app in every process

__all__ = ("celery_app",)
