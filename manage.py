#!/usr/bin/env python
"""The command line of 情暖浙江, with the embedded profile unless told otherwise."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

OURS = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    """Run the command named on the command line; by the Python of .venv where the one that was called has no Django."""
    if find_spec("django") is None:
        if not OURS.exists() or Path(sys.executable) == OURS:
            sys.exit("请先运行 make setup · run make setup first")
        os.execv(OURS, [str(OURS), *sys.argv])  # noqa: S606  our own interpreter
    from django.core.management import execute_from_command_line  # noqa: PLC0415  only where there is Django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings.embedded")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
