"""The applications of the demonstration differ as real ones do: nobody who compares two finds the same words."""

from __future__ import annotations

import datetime as dt

from grants.applications.form_definition import made
from grants.desk.demo.plans import APPLYING, FUNDED, IN_REVIEW
from grants.desk.demo.story import SCHEDULE
from grants.desk.demo.words import SAID, answers
from grants.programmes.profile.forms import shipped_form

SOME_DAY = dt.date(2027, 1, 15)
TITLES = [plan.title for plan in (*FUNDED, *IN_REVIEW, *APPLYING)]


def test_every_application_has_words_of_its_own_that_fit_the_form():
    assert sorted(SAID) == sorted(TITLES)
    for name in ("summary", "need", "feature"):
        said = [str(answers(title, SOME_DAY)[name]) for title in TITLES]
        assert len(set(said)) == len(TITLES)
        assert max(map(len, said)) <= made(shipped_form("short")).by_name[name].most


def test_whoever_serves_children_says_how_they_are_looked_after():
    young = [answers(title, SOME_DAY) for title in TITLES if "children" in answers(title, SOME_DAY)["beneficiaries"]]
    assert young
    assert all(told["minors"] and told["safeguarding"] for told in young)


def test_the_scenes_are_told_in_the_order_of_days():
    days = [before for before, _scene in SCHEDULE]
    assert days == sorted(days, reverse=True)
