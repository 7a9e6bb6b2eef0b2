"""The process in which a rehearsal plays: its own database, files and settings, so that nothing of ours is touched."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from django.conf import settings

CHILD: Final = "QINGNUAN_REHEARSAL"
SCENES: Final = ("submitted", "recommended", "reviewed", "signed", "running", "archived")
"""What a rehearsal tells on its way, in order."""
STOPPED: Final = "stopped"
"""The one thing in the report of a rehearsal whose own rules would not let it go on."""


def command(configuration: Path, *arguments: str) -> list[str]:
    """What to run for a rehearsal of the configuration in that file."""
    return [sys.executable, "-m", "django", "rehearse", *arguments, "--round", str(configuration)]


def scratch(folder: Path, database: str = "", documents: str = "") -> dict[str, str]:
    """The environment of the child, its world in that folder unless another is named."""
    return os.environ | {
        CHILD: "1",
        "DJANGO_SETTINGS_MODULE": "grants.settings.rehearsal",
        "DATABASE_URL": database or f"sqlite:///{folder / 'rehearsal.sqlite3'}",
        "DATA_DIR": str(folder),
        "STORAGE_URL": (Path(documents).resolve() if documents else folder / "documents").as_uri(),
        "STORAGE_FALLBACK_URL": "",
        "PYTHONPATH": os.pathsep.join([str(settings.BASE_DIR), os.environ.get("PYTHONPATH", "")]),
        "DEMO": "",
        "DEBUG": "",
    }
