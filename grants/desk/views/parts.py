"""The pages of an application, one part at a time: saved as one types, merged when two write at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.applications import commands
from grants.applications.completeness import Problem, Standing, open_to_writing, standings
from grants.applications.copying import marked
from grants.applications.enums import Access
from grants.applications.form_definition import OWN_PAGES, Screen
from grants.applications.form_kept import definition_of
from grants.applications.models import Collaboration, Writing
from grants.applications.queries import own_slots, sections_to_correct
from grants.applications.together import kept_from_helpers, writers_of
from grants.desk.forms.application import answers
from grants.desk.forms.parts import AnswersForm, part_asks
from grants.desk.queries.records import find_to_fill_in
from grants.desk.tables.application import as_invited, next_url, places, told_already
from grants.desk.tables.conflicts import Conflict, labels_joined
from grants.desk.tables.writers import is_fresh, who_writes
from grants.desk.views.attempts import Trouble, at_fields, attempt, incomplete
from grants.desk.views.commenting import Talking
from grants.desk.views.copying import copied, seen
from grants.desk.views.looking import looked_at
from grants.desk.views.rows import plan_rows
from grants.desk.views.together import Together, first_marks
from grants.desk.views.uploads import laid
from grants.desk.views.writing import project_to_write, saved_words, share_to
from grants.programmes.papers import spec_at
from storage.queries import attachments_of
from workflow import clock
from workflow.rules import Ask


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """One page of the application: its fields and documents, or the rows of a plan."""
    found, _roles = project_to_write(request, pk, "project_form", part)
    screen = definition_of(found).by_code.get(part)
    if screen is None or part in OWN_PAGES:
        raise Http404
    if answer := seen(request, found, screen):
        return answer
    return plan_rows(request, found, screen) if screen.table else PartPage(request, found, screen).answer()


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def project_files(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed promise, and every document that belongs to no other page."""
    found, _roles = project_to_write(request, pk, "project_form", "files")
    return PartPage(request, found, definition_of(found).by_code["files"]).answer()


@dataclass
class PartPage:
    """One person before one page of an application."""

    request: HttpRequest
    project: Any
    screen: Screen
    trouble: Trouble | None = None

    @cached_property
    def together(self) -> Together:
        """What was typed beside what is saved."""
        return Together(self.request.POST, self._known, self._write)

    def answer(self) -> HttpResponse:
        """Show the page; on POST save what was typed and handed over, and go on, or say what is in the way."""
        self.asks = self._asks()
        if self.request.method != "POST":
            return self.shown(self.form())
        if self.talking.pressed:
            return self._spoken()
        if "remove" in self.request.POST:
            return self._removed()
        form = self.form(self.request.POST)
        self._save(form)
        if self.request.headers.get("HX-Request"):
            return self._autosaved(form)
        refused = self._take_files()
        if self.trouble is None and form.errors:
            self.trouble = incomplete()
        if self.trouble or refused:
            form.shows(self.together.merged.shown)
            return self.shown(form, refused)
        if names := marked(self.project, self.screen):
            attempt(lambda: commands.look_over(self.project, names, actor=self.request.user))
        messages.success(self.request, saved_words(self._conflict()))
        stay = "stay" in self.request.POST
        return redirect(self.request.path if stay else next_url(self.project, self.screen, self.share))

    def _asks(self) -> tuple[Ask, ...]:
        """What the page asks of the person; what is the team's alone is not asked of who was invited."""
        asks = part_asks(self.project, self.screen)
        known = definition_of(self.project).by_name
        return asks if self.share is None else tuple(one for one in asks if not kept_from_helpers(known[one.name]))

    @cached_property
    def share(self) -> Collaboration | None:
        """The invitation by which alone the person is here."""
        return share_to(self.project, self.request.user)

    @cached_property
    def talking(self) -> Talking:
        """What is said about the page."""
        return Talking(self.request, self.project, self.screen.code)

    @cached_property
    def writers(self) -> list[Writing]:
        """Who wrote on the page last."""
        return writers_of(self.project, self.screen.code)

    def _spoken(self) -> HttpResponse:
        """What was said is kept whatever becomes of the answers beside it, which are saved as well."""
        done = self.talking.done()
        form = self.form(self.request.POST)
        if not closed(self.project, self.screen, self.share)["closed"]:
            self._save(form)
        if done and self.trouble is None:
            return redirect(self.request.path + self.talking.anchor)
        if self.trouble is None:
            self.trouble = self.talking.trouble
        form.shows(self.together.merged.shown)
        return self.shown(form)

    def form(self, data: Any = None) -> AnswersForm:
        """The fields of the page, filled with what is known or what was typed."""
        known = answers(self.project)
        return AnswersForm(self.asks, record=self.project, actor=self.request.user, data=data, initial=known)

    def _save(self, form: AnswersForm) -> None:
        """What this person changed is saved, answer by answer; where both changed one, neither is lost."""
        by_itself = bool(self.request.headers.get("HX-Request"))
        self.trouble = self.together.save(form.answers(), choosing=not by_itself)
        if self.trouble:
            self.trouble = at_fields(self.trouble, form)

    def _known(self, *, again: bool) -> dict[str, Any]:
        if again:
            self.project = find_to_fill_in(self.project.pk, self.request.user)
        return answers(self.project)

    def _write(self, given: dict[str, Any]) -> Any:
        return commands.save_form(self.project, actor=self.request.user, version=self.project.version, **given)

    def _conflict(self) -> Conflict:
        """Where somebody else wrote the same meanwhile, with who was there last."""
        other = next((one for one in self.writers if one.person_id != self.request.user.pk), None)
        saved = {"who": other.person, "at": other.last_at} if other and is_fresh(other) else {}
        return self.together.conflict(self.asks, self.project, self.request.user, **saved)

    def _autosaved(self, form: AnswersForm) -> HttpResponse:
        """The line that says what was saved and when, with the marks of what is saved now."""
        faults = [f"{form.fields[name].label}：{said_[0]}" for name, said_ in form.errors.items()]
        faults += [str(reason.message) for reason in self.trouble.reasons] if self.trouble else []
        conflict = self._conflict()
        status = 409 if conflict.sides else 422 if faults else 200
        context = {
            "at": localtime(clock.now()),
            "faults": faults,
            "clashes": [side.label for side in conflict.sides],
            "joined": labels_joined(conflict),
            "marks": self.together.marks_beside,
        }
        return render(self.request, "grants/desk/application/_saved.html", context, status=status)

    def _take_files(self) -> dict[str, str]:
        """What was handed over lies in its place. -> what the store or the application refused, by slot."""
        documents, problems = laid(self.request, self._places(), partial(spec_at, self.project))
        for slot, document in documents:
            _done, trouble = attempt(
                partial(commands.attach_file, self.project, slot, document, actor=self.request.user)
            )
            if trouble:
                problems[slot] = str(trouble.reasons[0].message) if trouble.reasons else trouble.headline
        return problems

    def _removed(self) -> HttpResponse:
        """A document handed over by mistake is taken back; what was typed beside it is saved."""
        form = self.form(self.request.POST)
        if "marks" in self.request.POST:
            self._save(form)
        wanted = self.request.POST.get("remove", "")
        there = next((one for one in attachments_of(self.project) if str(one.pk) == wanted), None)
        if there is not None and self.trouble is None:
            _done, self.trouble = attempt(lambda: commands.remove_file(self.project, there, actor=self.request.user))
        if self.trouble:
            form.shows(self.together.merged.shown)
            return self.shown(form)
        messages.success(self.request, gettext("已撤下。"))
        return redirect(self.request.path)

    def _places(self) -> list[Any]:
        found = places(self.project, self.screen, own_slots(self.project), attachments_of(self.project))
        return found if self.share is None else as_invited(found, self.request.user)

    def shown(self, form: AnswersForm, refused: dict[str, str] | None = None) -> HttpResponse:
        """The page as it stands."""
        if self.trouble is None and refused:
            self.trouble = Trouble(422, gettext("有文件没有收下"))
        standing = standing_of(self.project, self.screen)
        context = {
            "project": self.project,
            "screen": self.screen,
            "form": form,
            "places": self._places(),
            "told": told_already(self.project, self.screen, invited=self.share is not None),
            "refused": refused or {},
            "marks": self.together.marks if form.is_bound else first_marks(answers(self.project), self.asks),
            "conflict": self._conflict(),
            "trouble": self.trouble,
            **closed(self.project, self.screen, self.share),
            "copied": copied(self.project, self.screen) if self.share is None else [],
            "lacking": _open_to(self.share, self.project, standing) if standing.state in {"part", "fix"} else (),
            "writing": who_writes(self.writers, self.request.user),
            **self.talking.onto(form),
        }
        status = self.trouble.status if self.trouble else 200
        return render(self.request, "grants/desk/application/part.html", context, status=status)


def standing_of(project: Any, screen: Screen) -> Standing:
    """How far one page is."""
    return next(one for one in standings(project) if one.screen.code == screen.code)


def _open_to(share: Collaboration | None, project: Any, standing: Standing) -> tuple[Problem, ...]:
    """What is still to do on the page, as far as it is the person's to see."""
    if share is None:
        return standing.lacking
    known = definition_of(project).by_name
    return tuple(one for one in standing.lacking if one.at not in known or not kept_from_helpers(known[one.at]))


def closed(project: Any, screen: Screen, share: Collaboration | None) -> dict[str, Any]:
    """Whether the page can be written on now; if not, why. `share` by which alone the person is here."""
    if share is not None and share.pages.get(screen.code) != Access.WRITE:
        words = gettext("您可以看这一部分、写评论，不能改。要改，请找项目负责人%(leader)s。")
        return {"closed": words % {"leader": project.leader.name}}
    if project.state not in commands.WRITABLE:
        why = gettext("现在是“%(state)s”，申报书不能修改。") % {"state": project.label}
        return {"closed": why}
    marked = sections_to_correct(project)
    if marked is not None and not open_to_writing(screen, marked):
        return {"closed": gettext("这一部分没有退回，不用改，也不能改。")}
    return {"closed": ""}
