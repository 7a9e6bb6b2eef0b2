"""The mail of the embedded profile: each letter one .eml file, written whole, and once however often sent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


class Folder(BaseEmailBackend):
    """Letters lie in EMAIL_FILE_PATH by day; the same Message-ID is the same file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write them. -> how many."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for letter in email_messages:
            made = letter.message()
            digest = hashlib.sha256(str(made["Message-ID"]).encode()).hexdigest()[:16]
            place = folder / f"{digest}.eml"
            draft = place.with_suffix(".part")
            draft.write_bytes(made.as_bytes())
            draft.replace(place)
        return len(email_messages)
