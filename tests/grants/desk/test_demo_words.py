"""The applications of the demonstration differ as real ones do: nobody who compares two finds the same words."""

from __future__ import annotations

from grants.applications.form_definition import made
from grants.desk.demo.plans import APPLYING, FUNDED, IN_REVIEW
from grants.desk.demo.words import SAID, answers
from grants.programmes.profile.forms import shipped_form

TITLES = [plan.title for plan in (*FUNDED, *IN_REVIEW, *APPLYING)]


def test_every_application_has_words_of_its_own_that_fit_the_form():
    assert sorted(SAID) == sorted(TITLES)
    for name in ("summary", "need", "feature"):
        said = [str(answers(title)[name]) for title in TITLES]
        assert len(set(said)) == len(TITLES)
        assert max(map(len, said)) <= made(shipped_form("short")).by_name[name].most


def test_whoever_serves_children_says_how_they_are_looked_after():
    young = [answers(title) for title in TITLES if "children" in answers(title)["beneficiaries"]]
    assert young
    assert all(told["minors"] and told["safeguarding"] for told in young)
