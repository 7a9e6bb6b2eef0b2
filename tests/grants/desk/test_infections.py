"""A virus is told to whoever brought it and to those who watch; a page says why a file was not taken."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

from grants.applications.models import Project
from grants.desk.queries.notices import notices_of
from storage.commands import start
from storage.content.flaws import BY_CODE
from storage.models import Infection
from storage.ports import alarm
from storage.queries import attachments_of
from tests.cast import Cast
from tests.factories import a_draft
from tests.grants.desk.visiting import Visitor, text
from tests.storage.hostile import CORPUS
from workflow.models import NoticeKind

NOW = dt.datetime(2026, 3, 5, 2, tzinfo=dt.UTC)


@pytest.fixture
def infection(cast: Cast) -> Infection:
    """The team leader brought a virus."""
    opened = start(actor=cast.team_leader, name="签到表.zip", size=9, now=NOW)
    found = Infection.objects.create(upload=opened, signature="Own.Test.Eicar-1", found_at=NOW)
    alarm(found)
    return found


def test_who_brought_a_virus_and_who_watches_are_told(cast: Cast, infection: Infection):
    for person in (cast.team_leader, cast.officer, cast.sysadmin):
        (row,) = notices_of(person)
        assert row.kind == NoticeKind.INFECTION
        page = Visitor(person).open("notices")
        assert "文件里有病毒" in page
        assert "签到表.zip" in page
        assert "Own.Test.Eicar-1" in page
    assert not notices_of(cast.county_officer).exists()


def test_it_is_told_once(cast: Cast, infection: Infection):
    alarm(infection)
    assert notices_of(cast.team_leader).count() == 1


@pytest.fixture
def draft(cast: Cast) -> Project:
    return a_draft(cast)


@pytest.mark.pages
def test_each_hostile_file_is_refused_on_the_page_in_its_own_words(cast: Cast, draft: Project):
    visitor, told = Visitor(cast.team_leader), 0
    for case in CORPUS:
        typed: dict[str, Any] = {"file-team_proof": SimpleUploadedFile(case.name.replace("\0", ""), case.content)}
        answer = text(visitor.send("project_part", draft.pk, "team", status=422, **typed))
        assert "errsum" in answer, case.story
        kind = BY_CODE.get(case.code)
        if kind and "%" not in str(kind.message):
            assert escape(str(kind.message)) in answer, case.story
            told += 1
    assert told > 80
    assert not attachments_of(draft).exists()
