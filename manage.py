#!/usr/bin/env python
"""The command line of 情暖浙江, with the embedded profile unless told otherwise."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings.embedded")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
