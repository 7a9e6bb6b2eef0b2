"""Files that come with a form: kept at once, so that a refused form does not ask for them again."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from grants.desk.tables.application import Place
from storage.commands import keep
from storage.kinds import BY_SUFFIX, PHOTOS
from storage.models import Document
from storage.names import shown_name, suffix_of
from storage.refusal import Refused
from storage.slots import SlotSpec
from workflow import clock


def received(
    request: HttpRequest, names: Iterable[str], specs: Mapping[str, SlotSpec] | None = None
) -> tuple[dict[str, Document], dict[str, str]]:
    """The documents that came under these names, now or with an earlier try; and what the store refused, in words.

    What the slot behind a name does not take is refused by its name and size, before it is kept.
    """
    asked = specs or {}
    documents: dict[str, Document] = {}
    problems: dict[str, str] = {}
    for name in names:
        file = request.FILES.get(name)
        try:
            if file and name in asked:
                asked[name].check_announced(file.name or "", file.size or 0)
            found = kept(file, request.user) if file else earlier(request.POST.get(f"{name}-kept"), request.user)
        except Refused as refusal:
            problems[name] = str(refusal)
            continue
        if found:
            documents[name] = found
    return documents, problems


@dataclass(frozen=True)
class Came:
    """One of the files that came under a name: with the form, or ahead of it, when it is a document already."""

    name: str
    size: int
    content: UploadedFile[bytes] | Document
    actor: Any

    @property
    def photo(self) -> bool:
        """Whether it is a photo, by its name."""
        kind = BY_SUFFIX.get(suffix_of(shown_name(self.name)))
        return kind is not None and kind.media_type in PHOTOS

    def taken(self, spec: SlotSpec | None = None) -> Document:
        """The document of it. Raises Refused when the slot does not take its name and size, or the store refuses it."""
        if spec:
            spec.check_announced(self.name, self.size)
        return self.content if isinstance(self.content, Document) else kept(self.content, self.actor)


def came(request: HttpRequest, name: str) -> list[Came]:
    """Every file that came under this name, those ahead of the form first."""
    ahead = [earlier(value, request.user) for value in request.POST.getlist(f"{name}-kept")]
    found = [Came(one.name, one.size, one, request.user) for one in ahead if one]
    files = request.FILES.getlist(name)
    return found + [Came(file.name or "", file.size or 0, file, request.user) for file in files]


def laid(
    request: HttpRequest, places: Iterable[Place], spec: Callable[[str], SlotSpec | None]
) -> tuple[list[tuple[str, Document]], dict[str, str]]:
    """Each document that came for one of these places, with its slot; and by slot what was refused, in words.

    A place for one file takes the last of those that came. What the slot does not take is refused before it is kept.
    """
    found: list[tuple[str, Document]] = []
    problems: dict[str, str] = {}
    for place in places:
        files = came(request, f"file-{place.slot}")
        for file in files if place.many else files[-1:]:
            try:
                document = file.taken(spec(place.slot))
            except Refused as refusal:
                problems[place.slot] = str(refusal)
                continue
            if (place.slot, document) not in found:
                found.append((place.slot, document))
    return found, problems


def brings(request: HttpRequest) -> bool:
    """Whether a file comes with the form, or came ahead of it."""
    return bool(request.FILES) or any(name.endswith("-kept") for name in request.POST)


def earlier(value: str | None, actor: Any) -> Document | None:
    """A document that this person uploaded before, by its id."""
    try:
        ident = uuid.UUID(value or "")
    except ValueError:
        return None
    return Document.objects.filter(pk=ident, uploaded_by=actor.pk).first()


def kept(file: UploadedFile[bytes], actor: Any) -> Document:
    """The same file sent twice by the same person is one document, so that a double click has one effect."""
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    same = Document.objects.filter(uploaded_by=actor.pk, sha256=digest, name=shown_name(file.name or ""))
    return same.first() or keep(file, actor=actor, now=clock.now())
