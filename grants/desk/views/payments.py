"""Payments of a round that wait for a person: chosen together, done one by one, told one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_stubs_ext import StrOrPromise

from grants.desk.commands import act, put_forward, stand_behind
from grants.desk.forms.asks import AskForm
from grants.desk.queries.finance import FINANCE_ROLES
from grants.desk.queries.payments import MONEY_ROLES, UNDER_WAY, at_hand, judged, lines_for, of_round, on_their_way
from grants.desk.queries.proposals import own_proposal, proposal_by_id, step_of_key
from grants.desk.queries.records import find
from grants.desk.tables.payments import (
    DEEDS,
    DESKS,
    Desk,
    Table,
    by_round,
    elsewhere,
    given_by,
    row_of,
    tables,
)
from grants.desk.views.attempts import Trouble, attempt, incomplete
from grants.desk.views.looking import looked_at
from grants.desk.views.proving import CONFIRMED, PASSWORD, prove, proven_at
from grants.funds.models import Batch, Payment
from grants.funds.queries import round_story
from grants.kernel.money import capitals
from grants.people.queries import PROVINCE_ROLES, holds
from grants.programmes.models import Round
from workflow.command import new_key
from workflow.lifecycle import PAYMENT
from workflow.looking import looking
from workflow.models import Step
from workflow.phrases import one_after_another
from workflow.ports import domain
from workflow.rules import Ask, asks_of
from workflow.trail import given_of

NEW = "new"
MOST = 200


@require_safe
@looked_at
def payments(request: HttpRequest) -> HttpResponse:
    """Every round with payments under way."""
    if not holds(request.user, *PROVINCE_ROLES):
        raise Http404
    rounds = by_round(on_their_way(request.user))
    context = {"rounds": rounds, "finance": holds(request.user, *FINANCE_ROLES)}
    return render(request, "grants/desk/payments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@looked_at
def round_payments(request: HttpRequest, pk: int) -> HttpResponse:
    """The desks of the person; a POST shows what was chosen once more, and with `sure` does it, each on its own."""
    found = find("round", pk, request.user)
    if found is None or not holds(request.user, *PROVINCE_ROLES):
        raise Http404
    page = Friday(request, found)
    if request.method != "POST":
        return page.shown()
    desk = next((desk for desk in DESKS if desk.code == request.POST.get("desk") and desk.role in page.roles), None)
    if desk is None:
        raise Http404
    return Bulk(page, desk).answer()


@dataclass
class Friday:
    """One person before the payments of one round."""

    request: HttpRequest
    round: Round
    trouble: Trouble | None = None

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles over the round."""
        return domain().roles(self.request.user, self.round)

    @cached_property
    def payments(self) -> list[Payment]:
        """Everything under way."""
        rows = of_round(self.round, self.request.user).filter(state__in=UNDER_WAY)
        if (number := self.request.GET.get("batch", "")).isdecimal():
            rows = rows.filter(batch__number=int(number))
        return at_hand(rows, self.round)

    @cached_property
    def tables(self) -> list[Table]:
        """What lies on the person's desks."""
        mine = {str(desk.state) for desk in DESKS if desk.role in self.roles}
        rows = [payment for payment in self.payments if str(payment.state) in mine]
        found = judged(rows, DEEDS, self.request.user)
        sent = [row for row in rows if DEEDS[str(row.state)] == "pay"]
        return tables(found, self.roles, lines_for(sent, self.round) if sent else {}, self.request.user)

    def shown(self) -> HttpResponse:
        """The page, with the desk that the address asks for or the first that has something to do."""
        wanted = self.request.GET.get("desk") or self.request.POST.get("desk")
        table = next((one for one in self.tables if one.desk.code == wanted), None)
        table = table or next((one for one in self.tables if one.ready), next(iter(self.tables), None))
        mine = {row.payment.pk for one in self.tables for row in (*one.ready, *one.stuck)}
        context = {
            "round": self.round,
            "tables": self.tables,
            "table": table,
            "elsewhere": elsewhere(self.payments, mine),
            "money": round_story(self.round).projects,
            "acts": bool(self.roles & set(MONEY_ROLES)),
            "trouble": self.trouble,
        }
        status = self.trouble.status if self.trouble else 200
        return render(self.request, "grants/desk/round_payments.html", context, status=status)


@dataclass
class Outcome:
    """What became of one payment."""

    payment: Payment
    done: bool
    words: str = ""


@dataclass
class Bulk:
    """What a person does with the payments they chose on one desk."""

    page: Friday
    desk: Desk
    outcomes: list[Outcome] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def request(self) -> HttpRequest:
        """The request."""
        return self.page.request

    @property
    def actor(self) -> Any:
        """Who acts."""
        return self.request.user

    @property
    def deed(self) -> Any:
        """The deed of the table."""
        return PAYMENT.deeds["refuse" if self.refusing else self.desk.deed]

    @property
    def refusing(self) -> bool:
        """Whether the payments go back instead of on."""
        return self.desk.refuses and "refuse" in self.request.POST

    @property
    def verb(self) -> StrOrPromise:
        """What is being done, as the button says it."""
        return _("退回") if self.refusing else self.desk.verb

    @cached_property
    def batch(self) -> Batch | None:
        """The batch that was filled, for a look at it."""
        return next((row.batch for row in self.chosen if row.batch), None)

    @property
    def key(self) -> str:
        """The key of the whole form; each payment's own hangs on it."""
        return (self.request.POST.get("key") or new_key())[:64]

    @cached_property
    def chosen(self) -> list[Payment]:
        """The payments that were ticked, as far as the person may see them."""
        picked = [int(one) for one in self.request.POST.getlist("pick")[:MOST] if one.isdecimal()]
        return at_hand(of_round(self.page.round, self.actor).filter(pk__in=picked), self.page.round)

    @property
    def wants_password(self) -> bool:
        """Whether the deed wants the person to prove who they are."""
        return "reauthenticated" in self.deed.rules and self.desk.code not in {"propose", "endorse"}

    @cached_property
    def asks(self) -> tuple[Ask, ...]:
        """What is asked once for all of them; a decision and an endorsement ask nothing new."""
        asks: dict[str, Ask] = {}
        if self.refusing or self.desk.code == "propose":
            asks = {ask.name: ask for payment in self.chosen for ask in asks_of(self.deed, payment)}
        elif self.desk.code == "batch":
            asks = {ask.name: ask for ask in BATCH}
        if self.wants_password and not proven_at(self.request):
            asks["password"] = PASSWORD
        return tuple(asks.values())

    def form(self, data: Any = None) -> AskForm:
        """The one form for all."""
        record = next((row for row in self.chosen if _asks_meeting(self.deed, row)), self.chosen[0])
        return AskForm(self.asks, record=record, actor=self.actor, data=data, initial={"batch": NEW, "freeze": True})

    def answer(self) -> HttpResponse:
        """Nothing chosen: the list again. Not sure yet: what was chosen, once more. Sure: done, one by one."""
        if not self.chosen:
            self.page.trouble = Trouble(422, gettext("请至少选一笔拨款。"))
            return self.page.shown()
        if "sure" not in self.request.POST:
            return self.asked(self.form(), None)
        form = self.form(self.request.POST)
        if not form.is_valid():
            return self.asked(form, incomplete())
        given = form.given()
        if self.wants_password:
            given[CONFIRMED] = prove(self.request)
        self.run(given)
        return self.told()

    def asked(self, form: AskForm, trouble: Trouble | None) -> HttpResponse:
        """What was chosen once more, with sum and capitals, before anything is done."""
        with looking():
            ready = {row.payment.pk: row for one in self.page.tables if one.desk is self.desk for row in one.ready}
            rows = [ready.get(row.pk) or row_of(row, []) for row in self.chosen if row.pk in ready or self.refusing]
        if not rows:
            self.page.trouble = Trouble(422, gettext("选中的拨款现在都不能办理，请看下面的原因。"))
            return self.page.shown()
        total = sum(row.payment.amount_fen for row in rows)
        context = {
            "round": self.page.round,
            "bulk": self,
            "rows": rows,
            "left_out": len(self.chosen) - len(rows),
            "total_fen": total,
            "capitals": capitals(total),
            "form": form,
            "trouble": trouble,
            "key": new_key(),
        }
        status = trouble.status if trouble else 200
        return render(self.request, "grants/desk/round_payments_sure.html", context, status=status)

    def told(self) -> HttpResponse:
        """What became of each; the whole is a success only if every one is."""
        done = [one for one in self.outcomes if one.done]
        failed = [one for one in self.outcomes if not one.done]
        context = {
            "round": self.page.round,
            "bulk": self,
            "done": done,
            "failed": failed,
            "total_fen": sum(one.payment.amount_fen for one in done),
        }
        status = 200 if done else 422
        return render(self.request, "grants/desk/round_payments_told.html", context, status=status)

    # Doing it ------------------------------------------------------------------------------------------------

    def run(self, given: dict[str, Any]) -> None:
        """Each payment on its own; one that is refused keeps nobody else back."""
        chosen = given
        if self.desk.code == "batch" and not self.refusing:
            number = self._batch(given)
            if number is None:
                return
            chosen = {"batch": number}
        for payment in self.chosen:
            self.outcomes.append(self._one(payment, chosen))
        if self.desk.code == "batch" and not self.refusing and given.get("freeze"):
            self._freeze(chosen["batch"])

    def _one(self, payment: Payment, given: dict[str, Any]) -> Outcome:
        names = {ask.name for ask in asks_of(self.deed, payment)} | {CONFIRMED}
        own = {name: value for name, value in given.items() if name in names}
        key = f"{self.key}:{payment.pk}"
        made, trouble = attempt(self._call(payment, own, key))
        if made is None and not self._same_again(payment, own, key):
            reasons = trouble.reasons if trouble else []
            return Outcome(payment, done=False, words=one_after_another(reason.message for reason in reasons))
        payment.refresh_from_db(fields=["state", "version", "batch"])
        return Outcome(payment, done=True)

    def _call(self, payment: Payment, own: dict[str, Any], key: str) -> Callable[[], Any]:
        """The one command for this payment; the version is the one that the person saw."""
        seen = self._number(f"version-{payment.pk}")
        proposal = self._number(f"proposal-{payment.pk}") or 0
        if not self.refusing and self.desk.code == "propose":
            return lambda: put_forward(payment, self.deed.name, actor=self.actor, version=seen, given=own)
        if not self.refusing and self.desk.code == "endorse":
            found = proposal_by_id(proposal)
            if found is None or (found.machine, found.object_id, found.move) != (
                "payment",
                payment.pk,
                "approve_payment",
            ):
                raise Http404
            return lambda: stand_behind(found, actor=self.actor)
        if not self.refusing and self.desk.code == "decide":
            own = given_by(own_proposal(self.actor, payment, self.deed.name, proposal)) | own
        if self.desk.code == "arrive":
            own = {"line": self.request.POST.get(f"line-{payment.pk}", "")}
        return lambda: act(payment, self.deed.name, actor=self.actor, version=seen, key=key, given=own)

    def _same_again(self, payment: Payment, own: dict[str, Any], key: str) -> bool:
        """Whether the key stands for the very same deed, told apart only by the instant of the password."""
        step = step_of_key(key, self.actor, payment, self.deed.name)
        return step is not None and {**given_of(step), CONFIRMED: ""} == {**own, CONFIRMED: ""}

    def _batch(self, given: dict[str, Any]) -> str | None:
        """The number of the batch that was chosen, or of a new one, opened once however often the form is sent."""
        if given.get("batch") != NEW:
            return str(given.get("batch", ""))
        made, trouble = attempt(lambda: act(self.page.round, "open_batch", actor=self.actor, key=f"{self.key}:open"))
        if made is None:
            reasons = trouble.reasons if trouble else []
            self.notes.append(one_after_another(reason.message for reason in reasons))
            return None
        return str(self._opened_by(made).number)

    def _opened_by(self, step: Step) -> Batch:
        return Batch.objects.get(round=self.page.round, opened_by=step.actor_id, opened_at=step.at)

    def _freeze(self, number: str) -> None:
        """The batch is locked when everything that was chosen is in it; otherwise a person looks first."""
        if not all(one.done for one in self.outcomes):
            self.notes.append(gettext("有拨款没有编进去，批次没有锁定；请看清原因，再到批次页锁定。"))
            return
        given, key = {"batch": number}, f"{self.key}:freeze"
        made, trouble = attempt(lambda: act(self.page.round, "freeze_batch", actor=self.actor, key=key, given=given))
        words = gettext("第%(n)s批已锁定，转出纳发送。") % {"n": number}
        reasons = one_after_another(reason.message for reason in trouble.reasons) if trouble else ""
        self.notes.append(words if made else reasons)

    def _number(self, name: str) -> int | None:
        said = self.request.POST.get(name, "")
        return int(said) if said.isdecimal() else None


def _asks_meeting(deed: Any, payment: Payment) -> bool:
    return any(ask.name == "meeting" for ask in asks_of(deed, payment))


def _batches(payment: Any, _actor: Any) -> list[tuple[str, str]]:
    """A new batch, or one that is still open."""
    found = Batch.objects.filter(round=payment.project.round_id, frozen_at__isnull=True).order_by("number")
    told = gettext("第%(n)s批，已有%(count)s笔")
    return [
        (NEW, gettext("新建一批")),
        *((str(row.number), told % {"n": row.number, "count": row.count}) for row in found),
    ]


BATCH = (
    Ask("batch", _("编入哪一批"), "choice", choices=_batches),
    Ask("freeze", _("编好就锁定，转出纳"), "yes", required=False),
)
