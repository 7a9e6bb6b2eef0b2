"""A configuration with one section saying something else."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any

from grants.desk.setup.parts import reasons_of
from grants.desk.setup.sections import Section
from grants.desk.setup.values import Unknown, Values
from grants.programmes.profile import ProfileError
from grants.programmes.profile.text import sections_in, with_sections
from grants.programmes.queries import parsed
from workflow.refusals import Refusal, Refused


@lru_cache(maxsize=32)
def read(text: str) -> Values:
    """What a configuration says, read once a process. Whoever changes it changes a copy."""
    return sections_in(text)


def known(text: str, section: Section) -> dict[str, Any]:
    """What the form of a section begins with."""
    data = read(text)
    return {part.name: part.read(data) for part in section.parts}


def rewritten(text: str, section: Section, values: Mapping[str, Any]) -> str:
    """The text with the section as these values say; what it does not show is as it was, letter by letter.

    Raises Refused with every fault at the field it is about.
    """
    old = read(text)
    data, reasons = deepcopy(old), []
    for part in section.parts:
        try:
            part.write(data, values.get(part.name), old)
        except Unknown as fault:
            reasons.append(Refusal("configuration", str(fault), at=part.name))
    if reasons:
        raise Refused(reasons)
    new = with_sections(text, {key: data[key] for key in sorted(section.keys) if data[key] != old[key]})
    try:
        parsed(new)
    except ProfileError as error:
        raise Refused(reasons_of(section.parts, error.faults, data)) from error
    return new
