"""Several photos become one PDF: taken, put in order, turned, cut, then bound into the slot. The photos stay."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.applications.commands import add_paper
from grants.desk.forms.photos import Shot, cut, done, read
from grants.desk.views.attempts import Trouble, attempt
from grants.desk.views.bundles import BOUND, framed, own_photos
from grants.desk.views.looking import looked_at
from grants.desk.views.papers import in_words, slot_to_fill
from grants.desk.views.uploads import came
from grants.programmes.papers import no_room, room_of, spec_at
from storage.copies import MOST_PHOTOS, bind_photos
from storage.kinds import PHOTOS
from storage.refusal import Refused
from workflow import clock

MOST_NAME = 60


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def photos(request: HttpRequest, pk: int, slot: str) -> HttpResponse:
    """The photos as they are now; each button is one step, and every step stands in the address."""
    project, place = slot_to_fill(request, pk, slot)
    spec: Any = spec_at(project, slot)
    if not spec.photos:
        raise Http404
    problems: list[str] = []
    trouble: Trouble | None = None
    said = request.POST if request.method == "POST" else request.GET
    shots, name = read(said.getlist("p")), said.get("name", "").strip()[:MOST_NAME]
    if request.method == "POST":
        shots = cut(shots, request.POST)
        fresh, problems = _brought(request, len(shots))
        shots = done([*shots, *(one for one in fresh if one not in shots)], request.POST.get("do", ""))
        if request.POST.get("do") == "bind" and not problems:
            made, problems, trouble = _bound(request, project, place, shots, name)
            if made:
                words = {"n": len(shots), "name": made.document.name}
                messages.success(request, gettext("%(n)s张照片已合成“%(name)s”，原来的照片都留着。") % words)
                return redirect("project_slot", pk, slot)
        elif not problems:
            return redirect(f"{request.path}?{urlencode({'p': list(map(str, shots)), 'name': name}, doseq=True)}")
    if problems and trouble is None:
        trouble = in_words(gettext("还有几处要改"), problems)
    context = {
        "project": project,
        "place": place,
        "spec": spec,
        "frames": framed(shots, own_photos(shots, request.user)),
        "name": name or place.label,
        "most": MOST_PHOTOS,
        "use": room_of(project),
        "trouble": trouble,
        "back": reverse("project_slot", args=[pk, slot]),
    }
    return render(request, "grants/desk/photos.html", context, status=trouble.status if trouble else 200)


def _brought(request: HttpRequest, there: int) -> tuple[list[Shot], list[str]]:
    """The photos that came with the form, kept at once; what was not taken, by name and in words."""
    found: list[Shot] = []
    problems: list[str] = []
    for file in came(request, "photos"):
        if there + len(found) >= MOST_PHOTOS:
            problems.append(gettext("一次最多合%(n)s张照片，多出来的没有收。请分成两个 PDF。") % {"n": MOST_PHOTOS})
            break
        try:
            document = file.taken()
        except Refused as refusal:
            problems.append(gettext("“%(name)s”没有收下：%(why)s") % {"name": file.name, "why": refusal})
            continue
        if document.media_type in PHOTOS:
            found.append(Shot(document.pk))
        else:
            problems.append(gettext("“%(name)s”不是照片，合不进来。") % {"name": file.name})
    return found, problems


def _bound(
    request: HttpRequest, project: Any, place: Any, shots: Sequence[Shot], name: str
) -> tuple[Any, list[str], Trouble | None]:
    """Make the PDF and lay it into the slot. -> the attachment, or what stands against it."""
    actor: Any = request.user
    found = own_photos(shots, actor)
    chosen = [shot for shot in shots if shot.photo in found]
    if bad := [number for number, shot in enumerate(chosen, 1) if not shot.sound]:
        return None, [gettext("第%(n)s张裁得太多了，请少裁一点。") % {"n": number} for number in bad], None
    if refusal := no_room(project, sum(found[shot.photo].size for shot in chosen)):
        return None, [str(refusal.message)], None
    written = "|".join(map(str, chosen))
    ident = uuid.uuid5(BOUND, f"{project.pk}:{place.slot}:{actor.pk}:{name}:{written}")
    try:
        document = bind_photos(
            [found[shot.photo] for shot in chosen],
            [shot.degrees for shot in chosen],
            [shot.crop for shot in chosen],
            actor=actor,
            name=name or place.label,
            now=clock.now(),
            ident=ident,
        )
    except Refused as refusal:
        return None, [str(refusal)], None
    made, trouble = attempt(lambda: add_paper(project, place.slot, document, actor=actor))
    return made, [], trouble
