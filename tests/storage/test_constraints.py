"""What the database itself refuses, whoever writes."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import ProtectedError

from grants.people.models import User
from storage.commands import attach, keep
from storage.enums import Ending, UploadState
from storage.models import Attachment, Document, Upload
from tests.storage import files
from tests.storage.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unguarded")]
DIGEST = "0123456789abcdef" * 4


def refuses(row: models.Model) -> bool:
    """Whether the database refuses to take the row."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except (IntegrityError, DataError):
        return True
    return False


def a_document(actor: User, **changes: Any) -> Document:
    """A document row with some columns of one's own."""
    columns = {"id": uuid.uuid4(), "sha256": DIGEST, "size": 1, "name": "a.pdf", "media_type": "application/pdf"}
    return Document(uploaded_by_id=actor.pk, uploaded_at=NOW, **{**columns, **changes})


def an_upload(actor: User, **changes: Any) -> Upload:
    """An upload row with some columns of one's own."""
    columns = {"name": "a.pdf", "declared_size": 1, "started_at": NOW, "expires_at": NOW + timedelta(hours=1)}
    return Upload(owner_id=actor.pk, **{**columns, **changes})


def test_a_true_document_is_taken(zhou: User):
    assert not refuses(a_document(zhou))


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": ""},
        {"sha256": DIGEST[:-1]},
        {"sha256": DIGEST + "0"},
        {"sha256": DIGEST.upper()},
        {"sha256": "x" + DIGEST[1:]},
        {"sha256": DIGEST[:32] + "g" + DIGEST[33:]},
        {"sha256": DIGEST[:-1] + "\n"},
        {"size": 0},
        {"size": -1},
        {"name": ""},
        {"media_type": ""},
        {"scan": "clean"},
    ],
)
def test_a_false_document_is_not(zhou: User, changes: dict[str, Any]):
    assert refuses(a_document(zhou, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "lost"},
        {"expires_at": NOW},
        {"sha256": "x"},
        {"state": UploadState.RECEIVED},
        {"state": UploadState.FINISHED, "sha256": DIGEST},
        {"state": UploadState.REFUSED},
        {"state": UploadState.REFUSED, "refusal_code": "empty"},
        {"refusal_code": "empty", "refusal": "空的"},
    ],
)
def test_a_false_upload_is_not(zhou: User, changes: dict[str, Any]):
    assert not refuses(an_upload(zhou))
    assert refuses(an_upload(zhou, **changes))


def test_an_upload_cannot_name_another_document(zhou: User):
    document = keep(files.file(), actor=zhou, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Upload.objects.filter(document=document).update(document=None)
    other = an_upload(zhou, state=UploadState.FINISHED, sha256=DIGEST, document=document)
    assert refuses(other)


@pytest.mark.parametrize(
    "changes",
    [
        {"slot": ""},
        {"ordinal": 0},
        {"version": 0},
        {"ending": "lost"},
        {"ending": Ending.REPLACED},
        {"ending": Ending.WITHDRAWN, "ended_at": NOW, "ended_reason": "错了", "ended_by": None},
        {"ending": Ending.WITHDRAWN, "ended_at": NOW, "ended_reason": ""},
        {"ending": Ending.WITHDRAWN, "ended_at": None, "ended_reason": "错了"},
        {"ending": Ending.WITHDRAWN, "ended_at": NOW - timedelta(1), "ended_reason": "错了"},
        {"ending": "", "ended_at": NOW},
        {"ending": "", "ended_reason": "错了"},
    ],
)
def test_a_false_attachment_is_not(zhou: User, record: Group, changes: dict[str, Any]):
    bound = attach(record, "a", keep(files.file(), actor=zhou, now=NOW), actor=zhou, now=NOW)
    ender = {"ended_by": zhou} if changes.get("ending") else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=bound.pk).update(**{**ender, **changes})


def test_a_place_has_one_current_file_and_each_version_once(zhou: User, record: Group):
    first, second = (keep(files.file(), actor=zhou, now=NOW) for _ in range(2))
    bound = attach(record, "a", first, actor=zhou, now=NOW)

    def twin(**changes: Any) -> Attachment:
        columns = {"slot": "a", "ordinal": 1, "version": 2, "document": second, "attached_at": NOW}
        return Attachment(record=record, attached_by_id=zhou.pk, **{**columns, **changes})

    assert refuses(twin())
    assert refuses(twin(ordinal=2, document=first))
    Attachment.objects.filter(pk=bound.pk).update(
        ending=Ending.REPLACED, ended_by=zhou, ended_at=NOW, ended_reason="换"
    )
    assert refuses(twin(version=1))
    assert not refuses(twin())


def test_nothing_that_a_document_rests_on_can_be_deleted(zhou: User, record: Group):
    document = keep(files.file(), actor=zhou, now=NOW)
    attach(record, "a", document, actor=zhou, now=NOW)
    with pytest.raises(ProtectedError):
        document.delete()
    with pytest.raises(ProtectedError):
        zhou.delete()
