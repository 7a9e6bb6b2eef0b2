"""`python -m tests.translations [--write]`: every Chinese sentence has its English, and the compiled file is current.

Where gettext is installed the sentences are collected from the code anew; without it the committed list is trusted.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("manage.py", "grants", "workflow", "storage", "templates")
FOLDER = Path("grants/locale/en/LC_MESSAGES")
PO, MO = ROOT / FOLDER / "django.po", ROOT / FOLDER / "django.mo"

SHOWN = 20
VALUE = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")

Sentence = tuple[str, str]


def main(options: list[str]) -> int:
    """Say what is missing and return 1, or return 0; with --write collect and compile first."""
    collected = collect() if shutil.which("xgettext") else None
    if "--write" in options:
        write(collected)
    catalogue = load(PO)
    faults = [*incomplete(catalogue), *misnamed(catalogue), *uncompiled(catalogue)]
    faults += uncollected(catalogue, collected) if collected else []
    for fault in faults[:SHOWN]:
        print(fault, file=sys.stderr)
    if faults:
        print(f"English is written in {PO.relative_to(ROOT)}, then: make messages", file=sys.stderr)
    source = "the code" if collected else "the catalogue only, gettext is not installed"
    print(f"translations: {len(catalogue)} sentences, {len(faults)} faults, compared with {source}")
    return 1 if faults else 0


def load(path: Path) -> polib.POFile:
    """The catalogue at the path; an empty one when there is none."""
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def collect() -> polib.POFile:
    """The catalogue as it would be with every sentence of the code in it, made on a copy."""
    with tempfile.TemporaryDirectory(prefix="qingnuan-messages-") as name:
        copy = Path(name)
        for source in SOURCES:
            place = ROOT / source
            shutil.copytree(place, copy / source) if place.is_dir() else shutil.copy(place, copy / source)
        command = [
            sys.executable,
            "manage.py",
            "makemessages",
            "--locale=en",
            "--no-location",
            "--no-wrap",
            "--verbosity=0",
        ]
        subprocess.run(command, cwd=copy, check=True, env={**os.environ, "DATA_DIR": str(copy / "var")})
        return load(copy / FOLDER / "django.po")


def write(collected: polib.POFile | None) -> None:
    """Write the collected catalogue, if there is one, without gettext's guesses, and compile."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    if collected is not None:
        for guess in collected.fuzzy_entries():  # most are wrong, and a wrong one has been taken for English before
            guess.msgstr, guess.previous_msgid, guess.previous_msgid_plural = "", None, None
            guess.msgstr_plural = dict.fromkeys(guess.msgstr_plural, "")
            guess.flags.remove("fuzzy")
        collected.metadata.pop("POT-Creation-Date", None)
        collected.save(str(PO))
    load(PO).save_as_mofile(str(MO))


def incomplete(catalogue: polib.POFile) -> list[str]:
    """The sentences without English and those with a guess for it."""
    guesses = catalogue.fuzzy_entries()
    return [
        *(f"no English: {entry.msgid}" for entry in catalogue.untranslated_entries()),
        *(f"only a guess (fuzzy): {entry.msgid} => {entry.msgstr}" for entry in guesses),
    ]


def misnamed(catalogue: polib.POFile) -> list[str]:
    """The sentences whose English does not name the same values: a page that shows one fails, or hides a fact."""
    return [
        f"other %(names)s than the Chinese: {entry.msgid} => {english}"
        for entry in catalogue.translated_entries()
        for english in said(entry)
        if english and set(VALUE.findall(english)) != set(VALUE.findall(entry.msgid))
    ]


def uncompiled(catalogue: polib.POFile) -> list[str]:
    """A complaint when the compiled file says something else than the catalogue."""
    compiled = {} if not MO.exists() else {key(entry): said(entry) for entry in polib.mofile(str(MO))}
    current = {key(entry): said(entry) for entry in catalogue.translated_entries()}
    return [] if compiled == current else [f"{MO.relative_to(ROOT)} is out of date: make messages"]


def uncollected(catalogue: polib.POFile, collected: polib.POFile) -> list[str]:
    """The sentences of the code that the catalogue lacks, and those it keeps though the code lost them."""
    known = {key(entry) for entry in catalogue if not entry.obsolete}
    used = {key(entry) for entry in collected if not entry.obsolete}
    return [
        *(f"not collected, make messages: {sentence}" for _context, sentence in sorted(used - known)),
        *(f"no longer used, make messages: {sentence}" for _context, sentence in sorted(known - used)),
    ]


def key(entry: polib.POEntry | polib.MOEntry) -> Sentence:
    """What a sentence is known by."""
    return entry.msgctxt or "", entry.msgid


def said(entry: polib.POEntry | polib.MOEntry) -> tuple[str, ...]:
    """What a sentence becomes."""
    return entry.msgstr, *entry.msgstr_plural.values()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
