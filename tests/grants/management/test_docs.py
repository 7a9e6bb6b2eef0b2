"""Generated pages are written by one command, which also says when they are stale."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from grants.management.commands import docs


def test_a_stale_page_is_named_and_then_written(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match=r"docs/reference/environment\.md"):
        call_command("docs", "--check")
    call_command("docs", verbosity=0)
    call_command("docs", "--check")
    assert "DATABASE_URL" in (tmp_path / "docs/reference/environment.md").read_text()
    assert set(docs.pages()) == set(docs.GENERATED)
