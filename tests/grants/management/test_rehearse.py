"""`manage.py rehearse` before it plays: what it refuses at once."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command


def test_a_round_too_small_for_every_ending_is_refused_in_words():
    with pytest.raises(CommandError, match="至少需要 48 个"):
        call_command("rehearse", projects=47)


def test_a_database_that_is_not_there_is_named_in_words(capfd):
    with pytest.raises(SystemExit):
        call_command("rehearse", projects=48, database="sqlite:////nowhere/at/all.sqlite3")
    told = capfd.readouterr().err
    assert "请先建好一个空数据库" in told
    assert "Traceback" not in told
