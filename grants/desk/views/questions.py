"""The application form of a round on pages: which one it takes, every question in order, one question, one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from grants.applications.completeness import required_inputs, screens_needed
from grants.applications.form_definition import asked
from grants.desk.forms.questions import page_asks, page_of, question_asks, question_known, question_of
from grants.desk.forms.setup import CodedRows, SetupForm
from grants.desk.queries.proposals import step_of_key
from grants.desk.setup import queries, questions
from grants.desk.setup.questions import KINDS, PROFILES, Change
from grants.desk.setup.values import Unknown
from grants.desk.views.deeds import Doing
from grants.desk.views.looking import looked_at
from grants.desk.views.setup import MORE, round_to_set_up
from grants.programmes.models import Round
from grants.programmes.profile.form import Form, FormInput, FormScreen
from grants.programmes.profile.forms import form_of
from grants.programmes.queries import parsed, rules_of, text_of
from workflow.lifecycle import Stage
from workflow.refusals import Refusal, Refused
from workflow.rules import Ask
from workflow.trail import given_of

Made = tuple[str, str]
Make = Callable[[dict[str, Any]], Made]


class Changing(Doing):
    """A person who changes the form of a round. `make` makes of what was given the whole text, and says what it did."""

    form_class = SetupForm

    def __init__(
        self, request: HttpRequest, round_: Round, make: Make, asks: Sequence[Ask] = (), **options: Any
    ) -> None:
        self.make, self.text = make, text_of(round_)
        own = tuple(asks)
        super().__init__(
            request,
            round_,
            "configure",
            shape=lambda known: (*own, *(one for one in known if own and one.name == "reason")),
            **options,
        )

    def answer(self, then: Callable[[], str], **options: Any) -> HttpResponse | None:
        """As any deed; where somebody only asks for more rows, the form comes back with them and everything typed."""
        wanted = self.request.POST.get("more", "")
        if not (self.sent and self.mine and wanted):
            return super().answer(then, complete=self.complete)
        known: dict[str, Any] = {"record": self.record, "actor": self.request.user}
        sent = SetupForm(self.asks, data=self.request.POST, **known)
        self._form = SetupForm(self.asks, initial={bound.name: bound.value() for bound in sent}, **known)
        if isinstance(field := self._form.fields.get(wanted), CodedRows):
            field.spare = MORE
        return None

    def complete(self, given: dict[str, Any]) -> None:
        """What was typed or pressed becomes the whole text. Raises Refused with every fault."""
        again = step_of_key(self._key or "", self.request.user, self.record, "configure")
        if again is not None:
            told = given_of(again)
            given.clear()
            given.update(told)
            return
        text, done = self.make(given)
        if parsed(text) == parsed(self.text):
            raise Refused([Refusal("unchanged", gettext("没有改动，不用保存。"))])
        reason = given.get("reason") or done
        given.clear()
        given.update(text=text, reason=reason)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_questions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every question in order, with what may be done to it; which form the round takes."""
    found = round_to_set_up(request, pk)

    def make(_given: dict[str, Any]) -> Made:
        return _pressed(text_of(found), request.POST.get("do", ""))

    doing = Changing(request, found, make)
    if answer := doing.answer(lambda: reverse("round_questions", args=[pk])):
        return answer
    rules, trouble = rules_of(found), doing.trouble
    form = form_of(rules.application_profile)
    needed = sum(one.required for one in rules.checklist.of(Stage.APPLICATION))
    context = {
        "round": found,
        "record": found,
        "doing": doing,
        "trouble": trouble,
        "pages": [(screen, [_row(form, one) for one in screen.fields]) for screen in form.screens],
        "profiles": PROFILES.items(),
        "profile": rules.application_profile.default,
        "own": rules.application_profile.form is not None or bool(rules.application_profile.fields),
        "screens": screens_needed(asked(rules)),
        "inputs": required_inputs(rules, needed),
        "size": rules.application_profile.size,
        "published": None if doing.mine else queries.published(found),
        "touched": queries.projects_touched(found),
    }
    return render(request, "grants/desk/setup/questions.html", context, status=trouble.status if trouble else 200)


def _row(form: Form, one: FormInput) -> dict[str, Any]:
    names = {other.name: other.label for _screen, other in form.questions()}
    return {"one": one, "kind": KINDS[one.kind], "fixed": questions.fixed(one.name), "when": names.get(one.when, "")}


def _pressed(text: str, what: str) -> Made:
    """The text after the button that was pressed: which form, or a question or page up, down or out."""
    deed, _colon, name = what.partition(":")
    if deed == "take" and name in PROFILES:
        return questions.taken(text, name), gettext("改用%(form)s申报书") % {"form": PROFILES[name]}
    changes: Mapping[str, Callable[[], Change]] = {
        "up": lambda: questions.moved(name, -1),
        "down": lambda: questions.moved(name, 1),
        "page-up": lambda: questions.page_moved(name, -1),
        "page-down": lambda: questions.page_moved(name, 1),
        "remove": lambda: questions.removed(name),
    }
    if deed not in changes:
        raise Refused([Refusal("unchanged", gettext("没有改动，不用保存。"))])
    return questions.changed(text, changes[deed]())


NEEDED_WITH = {
    "choices": ("kind", "choice choices"),
    "source": ("kind", "choice choices"),
    "columns": ("kind", "rows"),
    "slot": ("kind", "file"),
    "of": ("kind", "earlier"),
    "least": ("kind", "text longtext number money choices rows"),
    "most": ("kind", "text longtext number money choices rows"),
    "equals": ("when", ""),
}
"""What of a question is asked with which answer to another: the page hides the rest, the check of the form decides."""


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_question(request: HttpRequest, pk: int) -> HttpResponse:
    """One question by its name, or a new one on the page that the address names."""
    found = round_to_set_up(request, pk)
    rules = rules_of(found)
    form = form_of(rules.application_profile)
    page, one = _asked_for(form, request.GET.get("name", ""), request.GET.get("page", ""))
    name = one.name if one else ""

    def make(given: dict[str, Any]) -> Made:
        try:
            made = question_of(form, one, given)
        except Unknown as fault:
            raise Refused([Refusal("configuration", str(fault), at="equals")]) from fault
        change = questions.put(made, given.get("page") or page.code, name)
        return questions.changed(text_of(found), change, str(made["name"]))

    slots = rules.checklist.of(Stage.APPLICATION)
    known = question_known(form, one, page.code)
    doing = Changing(request, found, make, question_asks(form, one, slots), initial=known)
    title = one.label if one else gettext("加一个问题")
    return _one(request, found, doing, title, f"q-{name}" if name else f"s-{page.code}")


def _asked_for(form: Form, name: str, page: str) -> tuple[FormScreen, FormInput | None]:
    """The question of that name with its page, else the page alone. Raises Http404 where there is none."""
    for screen, one in form.questions():
        if name and one.name == name:
            return screen, one
    found = next((screen for screen in form.screens if screen.code == page), None)
    if name or found is None or page == "budget":
        raise Http404
    return found, None


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_question_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The heading of one page by its code, or of a new page."""
    found = round_to_set_up(request, pk)
    form = form_of(rules_of(found).application_profile)
    code = request.GET.get("page", "")
    screen = next((one for one in form.screens if one.code == code), None)
    if code and screen is None:
        raise Http404

    def make(given: dict[str, Any]) -> Made:
        made = page_of(form, screen, given)
        return questions.changed(text_of(found), questions.page_put(made, code), str(made["code"]))

    names = ("zh", "en", "hint", "hint_en", "section")
    known = {name: getattr(screen, name) for name in names} if screen else {"section": "design"}
    asks = [ask for ask in page_asks() if not (code in {"budget", "files"} and ask.name == "section")]
    doing = Changing(request, found, make, asks, initial=known)
    title = screen.label if screen else gettext("加一页")
    return _one(request, found, doing, title, f"s-{code}" if code else "pages")


def _one(request: HttpRequest, found: Round, doing: Changing, title: str, place: str) -> HttpResponse:
    back = reverse("round_questions", args=[found.pk])
    if answer := doing.answer(lambda: f"{back}#{place}"):
        return answer
    trouble, form = doing.trouble, doing.form
    for name, (when, equals) in NEEDED_WITH.items():
        if form and {name, when} <= form.fields.keys():
            vars(form.fields[name]).update(when=f"f-{when}", equals=equals)
    context = {
        "round": found,
        "record": found,
        "doing": doing,
        "form": form,
        "title": title,
        "back": f"{back}#{place}",
        "trouble": trouble,
        "published": None if doing.mine else queries.published(found),
        "touched": queries.projects_touched(found),
    }
    return render(request, "grants/desk/setup/question.html", context, status=trouble.status if trouble else 200)
