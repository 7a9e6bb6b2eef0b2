"""Speed and weight, measured in one run each: `make bench`."""

from __future__ import annotations
