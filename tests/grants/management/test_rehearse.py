"""`manage.py rehearse` before it plays: what it refuses at once."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command


def test_a_round_too_small_for_every_ending_is_refused_in_words():
    with pytest.raises(CommandError, match="至少需要 48 个"):
        call_command("rehearse", projects=47)
