"""Environment variables are read strictly."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from grants.settings import env

WORDS = {"zh": "试", "en": "try"}


@pytest.mark.parametrize(("word", "meaning"), [("1", True), ("Yes", True), ("", False), ("0", False), ("off", False)])
def test_a_flag_is_yes_or_no(monkeypatch, word, meaning):
    monkeypatch.setenv("TRY", word)
    assert env.flag("TRY", **WORDS) is meaning


def test_a_flag_that_is_neither_is_refused(monkeypatch):
    monkeypatch.setenv("TRY", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="TRY 只能写 1"):
        env.flag("TRY", **WORDS)


def test_a_number_with_letters_is_refused(monkeypatch):
    monkeypatch.setenv("TRY", "80a")
    with pytest.raises(ImproperlyConfigured, match="TRY 要写整数"):
        env.number("TRY", default=1, **WORDS)


def test_names_are_split_and_trimmed(monkeypatch):
    monkeypatch.setenv("TRY", " a.org, ,b.org ")
    assert env.names("TRY", default="", **WORDS) == ["a.org", "b.org"]


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("deep\n")
    monkeypatch.setenv("TRY_FILE", str(tmp_path / "secret"))
    assert env.secret("TRY", shown="", **WORDS) == "deep"


def test_a_secret_in_two_places_is_refused(monkeypatch):
    monkeypatch.setenv("TRY", "deep")
    monkeypatch.setenv("TRY_FILE", "/somewhere")
    with pytest.raises(ImproperlyConfigured, match="只能设置一个"):
        env.secret("TRY", shown="", **WORDS)


def test_every_variable_says_what_it_means_in_both_languages():
    import grants.settings.base  # noqa: F401, PLC0415 -- declares them

    declared = [variable for name, variable in env.DECLARED.items() if not name.startswith("TRY")]
    assert len(declared) > 10
    assert all(variable.zh and variable.en for variable in declared)
