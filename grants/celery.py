"""The Celery app: it carries work out of the request; the outbox table, not the broker, is the memory."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport.filesystem import Channel, Transport
from kombu.utils.json import dumps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings.embedded")


class WholeMessages(Channel):
    """A folder in which a message is whole before the worker can see it.

    Kombu opens it under its name and writes it then; a worker that looked in between found nothing in it and stopped.
    """

    def _put(self, queue: str, payload: Any, **_: Any) -> None:
        """Written under a name that nobody asks for, then named."""
        folder = Path(self.data_folder_out)
        message = folder / f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        draft = message.with_name(f"{message.name}.part")
        draft.write_text(dumps(payload), encoding="utf-8")
        draft.replace(message)


class Folder(Transport):
    """The filesystem broker of the embedded profile."""

    Channel = WholeMessages


TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{Folder.__name__}"

app = Celery("grants")
app.config_from_object("django.conf:settings", namespace="CELERY")
