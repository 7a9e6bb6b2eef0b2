"""The form that a round takes: its own, or a shipped one with what earlier rounds asked otherwise."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache

import yaml

from grants.programmes.profile.basics import ApplicationProfile, FieldRule
from grants.programmes.profile.checks import CHECKS
from grants.programmes.profile.form import Form, FormInput, shipped_text
from grants.programmes.profile.reader import ProfileError, Reader


def read_form(text: str) -> Form:
    """The form in a YAML or JSON text. Raises ProfileError with every fault at its field."""
    reader = Reader(CHECKS)
    found = reader.sections(text, Form)
    if not reader.faults:
        form = Form(**found)
        CHECKS[Form](form, reader.fault)
    if reader.faults:
        raise ProfileError(reader.faults)
    return form


@lru_cache(maxsize=128)
def kept_form(text: str) -> Form:
    """A form as it was kept with answers; whatever is asked of forms today, an old one is read. Raises ValueError."""
    reader = Reader({})
    with suppress(yaml.YAMLError):
        if (found := reader.sections(text, Form)) and not reader.faults:
            return Form(**found)
    message = "A kept form cannot be read."
    raise ValueError(message)


@cache
def shipped_form(name: str) -> Form:
    """A form that comes with the product: short or full. Raises FileNotFoundError for any other name."""
    return read_form(shipped_text(name))


@lru_cache(maxsize=64)
def form_of(profile: ApplicationProfile) -> Form:
    """The form that a round asks."""
    if profile.form is not None:
        return profile.form
    form = shipped_form(profile.default)
    rules = {rule.name: rule for rule in profile.fields}
    if not rules:
        return form
    screens = []
    for screen in form.screens:
        shown = [one for one in screen.fields if one.name not in rules or rules[one.name].shown]
        asked = tuple(_asked(one, rules[one.name]) if one.name in rules else one for one in shown)
        screens.append(replace(screen, fields=asked))
    return Form(tuple(screens))


def _asked(question: FormInput, rule: FieldRule) -> FormInput:
    must = question.required if rule.required is None else rule.required
    return replace(question, required=must, most=rule.most or question.most)
