"""The English catalogue: complete, compiled, and of one mind with the Chinese about the values in a sentence."""

from __future__ import annotations

import polib
import pytest

from tests.translations import PO, incomplete, load, misnamed, uncompiled


def test_every_sentence_has_its_english_and_names_the_same_values() -> None:
    catalogue = load(PO)

    assert [*incomplete(catalogue), *misnamed(catalogue), *uncompiled(catalogue)] == []


@pytest.mark.parametrize("english", ["%(n)s of them", "from %(day)s to %(end)s", "some day", "from %(day)d"])
def test_english_that_names_other_values_is_found(english: str) -> None:
    """Such a sentence fails when it is shown, or hides a fact."""
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="从 %(day)s 开始", msgstr=english))

    assert misnamed(catalogue) == [f"other %(names)s than the Chinese: 从 %(day)s 开始 => {english}"]
