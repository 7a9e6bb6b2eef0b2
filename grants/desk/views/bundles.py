"""Files of a deed's form: one for a place, or several photos that become one PDF on the page of the form itself.

The photos are put in order, turned and cut by buttons named `shots`, which send the whole form and do nothing else: the
page comes back with everything typed. Only the deed's own button binds them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from grants.desk.forms.photos import Shot, cut, done, read
from grants.desk.tables.photos import Frame, frames
from grants.desk.views.uploads import Came, came, earlier
from storage.copies import MOST_PHOTOS, bind_photos, thumbnail
from storage.kinds import PHOTOS
from storage.models import Document
from storage.refusal import Refused
from storage.slots import SlotSpec
from workflow import clock
from workflow.rules import Ask

BOUND = uuid.UUID("5f0d7f3e-2f0a-4d52-9e0b-6f6c2d9b7a10")
"""The space of names of our PDFs: the same photos, turned and cut alike, for the same place, are one."""
BUTTON = "shots"
"""What the buttons are called that only change how the photos lie."""


@dataclass
class Brought:
    """What came with a form, by field: documents, what was not taken in words, photos on their way to one PDF."""

    documents: dict[str, Document] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    frames: dict[str, list[Frame]] = field(default_factory=dict)
    looking: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """The same as a form takes it."""
        return {"documents": self.documents, "problems": self.problems, "frames": self.frames}


@dataclass(frozen=True)
class Wanted:
    """A question for a document, with what the slot behind it takes, and the place for which photos are bound."""

    ask: Ask
    spec: SlotSpec | None
    place: str

    @property
    def alone(self) -> bool:
        """Whether it takes one file as it came; several photos are of no use there."""
        return self.ask.alone or (self.spec is not None and not self.spec.photos)

    @property
    def no_photo(self) -> bool:
        """Whether even a single photo has to become a PDF."""
        return not self.alone and self.spec is not None and self.spec.kinds.isdisjoint(PHOTOS)


def brought(
    request: HttpRequest, asks: Iterable[Ask], spec: Callable[[str], SlotSpec | None], *, place: str = "deed"
) -> Brought:
    """Take what came for each question that asks for a document, now or with an earlier try.

    What the slot behind a question does not take is refused by its name and size, before it is kept.
    While the person is `looking` nothing is bound: the page is to be shown again, and nothing to be done.
    """
    found = Brought(looking=BUTTON in request.POST)
    for ask in asks:
        if ask.kind == "document":
            _take(request, Wanted(ask, spec(ask.name), place), found)
    return found


def _take(request: HttpRequest, wanted: Wanted, found: Brought) -> None:
    """What came for one field: kept at once, so that a refused form does not ask for it again."""
    name = wanted.ask.name
    there = earlier(request.POST.get(f"{name}-had"), request.user)
    place, _, deed = request.POST.get(BUTTON, "").partition(":")
    shots = [] if wanted.alone else _shots(request, name)
    files = came(request, name)
    photos = [one for one in files if one.photo]
    several = bool(shots) or len(files) > 1 or place == name or (bool(photos) and wanted.no_photo)
    fresh = _kept(files, wanted, found, several=several)
    if wanted.alone or not several:
        if last := fresh[-1] if fresh else there:
            found.documents[name] = last
        return
    if there and not shots and not fresh:
        fresh = [there]
    rest = _added(shots, fresh, found, name)
    shots = done(shots, deed) if place == name else shots
    if rest and not shots:
        found.documents[name] = rest
    if not shots:
        return
    mine = own_photos(shots, request.user)
    found.frames[name] = framed(shots, mine)
    if not found.looking and name not in found.problems:
        _bind(request.user, wanted, [shot for shot in shots if shot.photo in mine], mine, found)


def _kept(files: Iterable[Came], wanted: Wanted, found: Brought, *, several: bool) -> list[Document]:
    """Those that are taken. A photo on its way to a PDF is asked nothing by the slot: the PDF will be."""
    fresh = []
    for one in files:
        try:
            fresh.append(one.taken(None if several and one.photo and not wanted.alone else wanted.spec))
        except Refused as refusal:
            found.problems[wanted.ask.name] = str(refusal)
    return fresh


def _shots(request: HttpRequest, name: str) -> list[Shot]:
    """The photos that lie in the form already, cut as its sliders say."""
    post, lead = request.POST, f"{name}-"
    typed = {key.removeprefix(lead): post[key] for key in post if key.startswith(lead)}
    return cut(read(post.getlist(f"p-{name}")), typed)


def _added(shots: list[Shot], fresh: Iterable[Document], found: Brought, name: str) -> Document | None:
    """Put the photos among these behind the others; the last of what is no photo, which stands alone or not at all."""
    other: Document | None = None
    for document in fresh:
        if document.media_type not in PHOTOS:
            other = document
        elif len(shots) >= MOST_PHOTOS:
            found.problems[name] = gettext("一次最多合%(n)s张照片，多出来的没有收。") % {"n": MOST_PHOTOS}
        elif document.pk not in {shot.photo for shot in shots}:
            shots.append(Shot(document.pk))
    if other and shots:
        words = gettext("“%(name)s”不是照片，合不进来。这里放一个文件，或者放几张照片。")
        found.problems[name] = words % {"name": other.name}
    elif other and found.looking:
        words = gettext("“%(name)s”不是照片，不用合。几张照片才能合成一份。")
        found.problems[name] = words % {"name": other.name}
    elif not shots and not other:
        found.problems.setdefault(name, gettext("请先拍照或选几张照片。"))
    return other


def own_photos(shots: Iterable[Shot], actor: Any) -> dict[uuid.UUID, Document]:
    """The person's own photos only, whatever the form says."""
    mine = Document.objects.filter(uploaded_by=actor.pk, media_type__in=PHOTOS)
    return mine.in_bulk([shot.photo for shot in shots])


def framed(shots: Iterable[Shot], photos: Mapping[uuid.UUID, Document]) -> list[Frame]:
    """The photos as the page shows them, each with its small picture."""
    known = [(shot, photos[shot.photo]) for shot in shots if shot.photo in photos][:MOST_PHOTOS]
    return frames([(shot, document, thumbnail(document, now=clock.now())) for shot, document in known])


def _bind(actor: Any, wanted: Wanted, shots: list[Shot], photos: Mapping[uuid.UUID, Document], found: Brought) -> None:
    """One photo that nobody touched stays as it is where photos are taken; everything else becomes a PDF.

    It is named after the field.
    """
    ask = wanted.ask
    if bad := [number for number, shot in enumerate(shots, 1) if not shot.sound]:
        found.problems[ask.name] = gettext("第%(n)s张裁得太多了，请少裁一点。") % {"n": bad[0]}
    elif len(shots) == 1 and shots[0] == Shot(shots[0].photo) and not wanted.no_photo:
        found.documents[ask.name] = photos[shots[0].photo]
    elif shots:
        written = "|".join(map(str, shots))
        try:
            found.documents[ask.name] = bind_photos(
                [photos[shot.photo] for shot in shots],
                [shot.degrees for shot in shots],
                [shot.crop for shot in shots],
                actor=actor,
                name=str(ask.label),
                now=clock.now(),
                ident=uuid.uuid5(BOUND, f"{wanted.place}:{ask.name}:{actor.pk}:{written}"),
            )
        except Refused as refusal:
            found.problems[ask.name] = str(refusal)
