"""The pictures of the handbooks: everybody of the demonstration before the pages their work is on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test.utils import override_settings
from playwright.sync_api import Browser

from grants.applications.models import Project
from grants.desk.demo.story import tell
from grants.funds.models import Payment
from grants.implementation.models import Check
from grants.people.models import User
from grants.programmes.models import Round
from tests.journeys.developing import LARGEST, small
from tests.journeys.person import DESK, PHONE, WIDTHS, Person
from tests.journeys.site import Site
from workflow import clock
from workflow.lifecycle import CheckState, PaymentState, RoundState


def project(title: str, page: str = "") -> Callable[[], str]:
    """A page of the project of that name."""
    return lambda: f"/projects/{Project.objects.get(title=title).pk}/{page}"


def round_(state: RoundState, page: str) -> Callable[[], str]:
    """A page of the round in that state."""
    return lambda: f"/rounds/{Round.objects.get(state=state).pk}/{page}/"


def check() -> str:
    """The check that waits for an opinion."""
    return f"/checks/{Check.objects.filter(state=CheckState.FILED).earliest('pk').pk}/"


def payment() -> str:
    """The payment whose receipt is missing."""
    return f"/payment/{Payment.objects.get(state=PaymentState.PAID).pk}/"


PICTURES: tuple[tuple[str, str, Callable[[], str], int], ...] = (
    ("team-home", "chen", lambda: "/", PHONE),
    ("team-form", "chen", project("亚运场馆急救志愿岗", "form/"), PHONE),
    ("team-activities", "chen", project("救在身边进社区", "activities/"), PHONE),
    ("team-project", "chen", project("亚运场馆急救志愿岗"), DESK),
    ("payee-home", "fang", lambda: "/", DESK),
    ("payee-voucher", "fang", project("救在身边进社区", "vouchers/new/"), PHONE),
    ("payee-receipt", "fang", payment, PHONE),
    ("county-home", "zhou", lambda: "/", DESK),
    ("county-home", "zhou", lambda: "/", PHONE),
    ("county-ranking", "zhou", round_(RoundState.OPEN, "recommending"), DESK),
    ("city-check", "xu", check, DESK),
    ("reviewer-home", "qian", lambda: "/", PHONE),
    ("reviewer-scoring", "zheng", project("新市民急救课堂", "scoring/"), DESK),
    ("reviewer-chair", "sun", project("钱塘江防溺水宣传"), DESK),
    ("province-home", "lin", lambda: "/", DESK),
    ("province-board", "lin", round_(RoundState.PUBLISHED, "board"), DESK),
    ("province-eligibility", "lin", round_(RoundState.ELIGIBILITY, "eligibility"), DESK),
    ("province-endorsing", "he", lambda: "/", PHONE),
    ("finance-home", "wu", lambda: "/", DESK),
    ("finance-payments", "wu", round_(RoundState.PUBLISHED, "payments"), DESK),
    ("finance-accounts", "wu", project("造血干细胞科普行", "accounts/"), DESK),
    ("oversight-archive", "su", project("老年心理陪伴站", "archive/"), DESK),
    ("oversight-objection", "ji", lambda: "/", PHONE),
    ("administrator-people", "guan", lambda: "/people/", DESK),
    ("administrator-roles", "guan", lambda: "/roles/", PHONE),
)
"""What it is called, who looks, at which page, on a screen or a phone."""


@pytest.fixture(scope="module")
def demonstration(site: Site) -> Iterator[Site]:
    """The demonstration as `make demo` tells it."""
    with override_settings(DEMO=True), site.moment():
        tell(clock.today())
        yield site


def test_the_pictures_of_the_handbooks(browser: Browser, demonstration: Site):
    """Every page is there for whom it is meant and nothing is refused; the gallery can be read by everybody too."""
    heavy, faults = [], []
    for width in WIDTHS:
        for login in dict.fromkeys(who for _name, who, _page, at in PICTURES if at == width):
            with Person(browser, demonstration, width=width) as person:
                person.is_(User.objects.get(username=login))
                for name, _who, page, _width in (one for one in PICTURES if (one[1], one[3]) == (login, width)):
                    assert person.opens(page()) == 200, name
                    person.page.wait_for_load_state("networkidle")
                    weight = small(person.picture(name))
                    heavy += [f"{name}: {weight}"] if weight > LARGEST else []
                faults += [f"{login}: {one}" for one in person.refused]
        with Person(browser, demonstration, width=width) as visitor:
            assert visitor.opens("/_components/") == 200
            faults += [f"the gallery at {width}: {one}" for one in visitor.faults()]
    assert not heavy
    assert not faults, "\n".join(faults)
