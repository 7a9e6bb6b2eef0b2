"""The only writers: a file comes in by start, upload and finish; a document is bound, replaced, withdrawn."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Max, Model
from django.utils.translation import gettext

from storage.backends import Missing, Readable, Stored, Unavailable, WrongSize, home, key_of, store
from storage.enums import AskEnding, Ending, Scan, Unclear, UploadState
from storage.inspection import check_announced, inspect
from storage.models import Attachment, Document, Infection, Retake, Upload
from storage.names import shown_name
from storage.ports import alarm, retake_news
from storage.queries import OPEN, place
from storage.quotas import lock_person, require_room
from storage.refusal import Later, Refused
from storage.scanning import Infected, NotScanned, required, scan
from storage.waiting import bring_now, receive

LIFETIME: Final = timedelta(hours=24)
"""How long an upload may take."""
TRIES: Final = 5
MAX_REASON: Final = 300
MOST_WORDS: Final = 200
IN_HAND: Final = (UploadState.RECEIVED, UploadState.HELD)
"""Their bytes have come, and wait to be judged."""

log = logging.getLogger(__name__)


def start(*, actor: AbstractBaseUser, name: str, size: int, now: datetime, ident: uuid.UUID | None = None) -> Upload:
    """Open an upload of `size` bytes under a cleaned name, to be finished by the same person within 24 hours.

    Its id is random unless the caller, who must be able to replay, brings one.

    Raises `Refused` when name or size already rule the file out, or when the person's room does not hold it: what is
    begun counts at once.
    """
    shown = shown_name(name)
    check_announced(shown, size)
    with transaction.atomic():
        lock_person(actor)
        require_room(actor, size)
        return Upload.objects.create(
            id=ident or uuid.uuid4(),
            owner_id=actor.pk,
            name=shown,
            declared_size=size,
            started_at=now,
            expires_at=now + LIFETIME,
        )


def upload(upload: Upload, stream: Readable | Path, *, actor: AbstractBaseUser) -> None:
    """Keep the bytes of an open upload of the actor's, a stream or a whole file; sending them again replaces them.

    1. Exactly the announced number of bytes lies on a disk of this machine, whole and durable, under its digest: in
       the store when that is near, otherwise in the spool.
    2. The upload knows the digest and is received.
    Raises `Refused` when the length differs, the store fails or the upload is closed; the upload then stays as it was.
    """
    current = _own(upload, actor)
    _require_open(current)
    try:
        stored = receive(stream, size=current.declared_size)
    except WrongSize as error:
        raise Refused("wrong_size", gettext("文件没有传完整，请重新上传。")) from error
    except OSError as error:
        log.exception("upload %s could not be stored", upload.pk)
        raise Refused(
            "not_stored", gettext("文件没有存成功，请过一会儿再传一次。填好的内容不受影响；一直不行请联系管理员。")
        ) from error
    received = Upload.objects.filter(pk=upload.pk, state__in=OPEN)
    if not received.update(state=UploadState.RECEIVED, sha256=stored.sha256):
        raise _closed()


def finish(upload: Upload, *, actor: AbstractBaseUser, now: datetime) -> Document:
    """Turn a received upload into a document; finishing again returns the same document.

    1. Its content is inspected and looked at for viruses; what is refused is recorded and stays refused.
    2. Where nothing may pass unscanned and the scanner does not answer, it waits (`Later`); the clock tries again.
    3. The document exists under the id of the upload, and the upload is finished, or waits for a distant store: both
       or neither.
    4. After commit the bytes of a waiting one are brought to the store, now if it answers, else by the clock.
    Raises `Refused` with the reason, also when the upload is another person's or came too late.
    """
    current = _own(upload, actor)
    if current.document is not None:
        return current.document
    _require_received(current, now)
    with _bytes_of(current) as file:
        try:
            media_type = inspect(file, name=current.name, size=current.declared_size)
            verdict = _scanned(current, file, now)
        except Later:
            raise
        except Refused as refusal:
            _refuse(current, refusal)
            raise
    return _settle(current, media_type, verdict, now)


def keep(file: File[bytes], *, actor: AbstractBaseUser, now: datetime, ident: uuid.UUID | None = None) -> Document:
    """Start, upload and finish in one go, for a plain form or a file the product made; raise `Refused`.

    Best called before the transaction of the command that attaches: a slow disk then keeps nobody waiting. Bytes of a
    transaction that rolls back are swept a day later.
    """
    started = start(actor=actor, name=file.name or "", size=file.size, now=now, ident=ident)
    file.seek(0)
    upload(started, file, actor=actor)
    return finish(started, actor=actor, now=now)


def shelve(stored: Stored, *, name: str, media_type: str, actor: AbstractBaseUser, now: datetime) -> Document:
    """Enter a file that the product made and has put into the store; until then its bytes are nobody's, and swept."""
    return Document.objects.create(
        id=uuid.uuid4(),
        sha256=stored.sha256,
        size=stored.size,
        name=shown_name(name),
        media_type=media_type,
        uploaded_by_id=actor.pk,
        uploaded_at=now,
    )


def attach(record: Model, slot: str, document: Document, *, actor: AbstractBaseUser, now: datetime) -> Attachment:
    """Bind the document to the record as one more file of the slot, version 1.

    A document that is already current in the slot is not bound twice: the binding there is returned. Who may attach
    what, and how many a slot takes, is decided by the caller.
    """
    for _ in range(TRIES - 1):
        try:
            return _attach(record, slot, document, actor, now)
        except IntegrityError:  # somebody took the same ordinal meanwhile
            continue
    return _attach(record, slot, document, actor, now)


def replace(
    attachment: Attachment, document: Document, *, actor: AbstractBaseUser, now: datetime, reason: str
) -> Attachment:
    """End the attachment as replaced, with who and why, and bind the document as the next version in its place.

    Whoever had asked for a better picture of it is told that one has come. Raises `Refused` when it is no longer
    current or the reason is missing.
    """
    with transaction.atomic():
        old = _end(attachment, Ending.REPLACED, actor, now, reason)
        fresh = Attachment.objects.create(
            content_type_id=old.content_type_id,
            object_id=old.object_id,
            slot=old.slot,
            ordinal=old.ordinal,
            version=old.version + 1,
            document=document,
            attached_by_id=actor.pk,
            attached_at=now,
        )
        _end_retake(old, AskEnding.COME, actor, now, fresh)
    return fresh


def withdraw(attachment: Attachment, *, actor: AbstractBaseUser, now: datetime, reason: str) -> Attachment:
    """End the attachment without a successor, with who and why; the document and its history stay.

    Raises `Refused` when it is no longer current or the reason is missing.
    """
    with transaction.atomic():
        ended = _end(attachment, Ending.WITHDRAWN, actor, now, reason)
        _end_retake(ended, AskEnding.GONE, actor, now)
    return ended


def ask_retake(attachment: Attachment, why: Unclear, words: str, *, actor: AbstractBaseUser, now: datetime) -> Retake:
    """A better picture of this one file is asked for; asked twice, the open wish stays as it is.

    Who may ask is decided by the caller. Raises `Refused` when the file is no longer current, or when the reason is
    `OTHER` and nothing is said, or more than 200 characters are.
    """
    said = " ".join(words.split())
    if len(said) > MOST_WORDS or (why == Unclear.OTHER and not said):
        raise Refused("words", gettext("请写明哪里看不清，不超过 %(n)s 个字。") % {"n": MOST_WORDS})
    with transaction.atomic():
        locked = Attachment.objects.select_for_update().get(pk=attachment.pk)
        if not locked.is_current:
            raise _gone()
        row, fresh = Retake.objects.get_or_create(
            attachment=locked,
            ending="",
            defaults={"why": why, "words": said, "asked_by_id": actor.pk, "asked_at": now},
        )
        if fresh:
            retake_news(row, "asked")
    return row


def withdraw_retake(retake: Retake, *, actor: AbstractBaseUser, now: datetime) -> Retake:
    """The wish is taken back; done again, or after a new picture has come, nothing changes."""
    with transaction.atomic():
        attachment = Attachment.objects.select_for_update().get(pk=retake.attachment_id)
        current = Retake.objects.get(pk=retake.pk)
        if not current.ending:
            _end_retake(attachment, AskEnding.WITHDRAWN, actor, now)
            current.refresh_from_db()
    return current


def _end_retake(
    attachment: Attachment, ending: AskEnding, actor: AbstractBaseUser, now: datetime, answer: Attachment | None = None
) -> None:
    """Called under the lock of the attachment."""
    for row in Retake.objects.filter(attachment=attachment, ending=""):
        row.ending, row.ended_by_id, row.ended_at, row.answer = ending, actor.pk, now, answer
        row.save(update_fields=["ending", "ended_by", "ended_at", "answer"])
        retake_news(row, ending.value)


def _own(upload: Upload, actor: AbstractBaseUser) -> Upload:
    """Return the upload as it stands now, to its owner only."""
    current = Upload.objects.select_related("document").get(pk=upload.pk)
    if current.owner_id != actor.pk:
        raise Refused("not_yours", gettext("这个文件是别人上传的，请自己再上传一次。"))
    return current


def _require_open(current: Upload) -> None:
    if current.state == UploadState.REFUSED:
        raise Refused(current.refusal_code, current.refusal)
    if current.state not in OPEN:
        raise _closed()


def _require_received(current: Upload, now: datetime) -> None:
    _require_open(current)
    if current.state == UploadState.HELD:
        return
    if now >= current.expires_at:
        raise Refused("expired", gettext("上传超过了 24 小时，已经作废，请重新上传。"))
    if current.state != UploadState.RECEIVED:
        raise _not_received()


def _closed() -> Refused:
    return Refused("closed", gettext("这次上传已经结束，请重新选择文件上传。"))


def _not_received() -> Refused:
    return Refused("not_received", gettext("还没有收到文件，请重新上传。"))


def _bytes_of(current: Upload) -> BinaryIO:
    try:
        return store().open(key_of(current.sha256))
    except Missing as error:
        raise _not_received() from error
    except Unavailable as error:
        raise Refused(
            "store_away", gettext("存放材料的地方暂时连不上，这个文件还不能入库。请过一会儿再提交一次。")
        ) from error


def _scanned(current: Upload, file: BinaryIO, now: datetime) -> Scan:
    """Return what the scanner says. A virus is written down and refused; no answer is no yes."""
    try:
        found = scan(file)
    except Infected as virus:
        _quarantine(current, virus.signature, now)
        raise Refused("infected", _virus_message(virus.signature)) from virus
    except NotScanned:
        found = Scan.UNSCANNED
    if found == Scan.UNSCANNED and required():
        Upload.objects.filter(pk=current.pk, state=UploadState.RECEIVED).update(state=UploadState.HELD)
        raise Later(
            "scan_waiting",
            gettext("文件收到了，但查毒程序现在没有回应。查完才能用，系统每分钟自动再试；请过几分钟再提交一次。"),
        )
    return found


def _virus_message(signature: str) -> str:
    """Return what whoever uploaded a virus is told."""
    return gettext("查出病毒（%(name)s），文件没有收下，管理员已收到提醒。请先给电脑或手机杀毒，再上传干净的文件。") % {
        "name": signature[:80]
    }


def _quarantine(current: Upload, signature: str, now: datetime) -> None:
    with transaction.atomic():
        infection, fresh = Infection.objects.get_or_create(
            upload=current, defaults={"signature": signature[:200], "found_at": now}
        )
        if fresh:
            alarm(infection)


def _refuse(current: Upload, refusal: Refused) -> None:
    Upload.objects.filter(pk=current.pk, state__in=IN_HAND, sha256=current.sha256).update(
        state=UploadState.REFUSED, refusal_code=refusal.code, refusal=refusal.message[:MAX_REASON]
    )


def _settle(current: Upload, media_type: str, verdict: Scan, now: datetime) -> Document:
    with transaction.atomic():
        # Without a join: PostgreSQL would look for the document as of before it waited for the lock.
        locked = Upload.objects.select_for_update().get(pk=current.pk)
        if locked.document is not None:
            return locked.document
        if locked.state not in IN_HAND or locked.sha256 != current.sha256:
            raise _closed()
        document = Document.objects.create(
            id=locked.pk,
            sha256=locked.sha256,
            size=locked.declared_size,
            name=locked.name,
            media_type=media_type,
            scan=verdict,
            scanned_at=None if verdict == Scan.UNSCANNED else now,
            uploaded_by_id=locked.owner_id,
            uploaded_at=now,
        )
        there = home().near and home().exists(document.key)
        state = UploadState.FINISHED if there else UploadState.WAITING
        Upload.objects.filter(pk=locked.pk).update(state=state, document=document)
        if not there:
            transaction.on_commit(partial(bring_now, document.sha256), robust=True)
    return document


def _attach(record: Model, slot: str, document: Document, actor: AbstractBaseUser, now: datetime) -> Attachment:
    where: dict[str, Any] = {**place(record), "slot": slot}
    with transaction.atomic():
        there = Attachment.objects.filter(**where, document=document, ending="").first()
        if there is not None:
            return there
        last = Attachment.objects.filter(**where).aggregate(last=Max("ordinal"))["last"] or 0
        return Attachment.objects.create(
            **where, ordinal=last + 1, version=1, document=document, attached_by_id=actor.pk, attached_at=now
        )


def _gone() -> Refused:
    return Refused("not_current", gettext("这份材料已经换过或撤下了，请刷新页面看最新的情况。"))


def _end(attachment: Attachment, ending: Ending, actor: AbstractBaseUser, now: datetime, reason: str) -> Attachment:
    why = reason.strip()
    if not why or len(why) > MAX_REASON:
        raise Refused("reason", gettext("请写明原因，不超过 %(n)s 个字。") % {"n": MAX_REASON})
    locked = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if not locked.is_current:
        raise _gone()
    locked.ending, locked.ended_by_id, locked.ended_at, locked.ended_reason = ending, actor.pk, now, why
    locked.save(update_fields=["ending", "ended_by", "ended_at", "ended_reason"])
    return locked
