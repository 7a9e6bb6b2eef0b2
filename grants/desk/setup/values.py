"""Where a value of a configuration stands, and the words that stand for its codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from grants.desk.setup.schema import NOTHING

Values = dict[str, Any]
Names = Callable[[Values], Mapping[str, StrOrPromise]]
"""The words for codes, as the configuration itself or the product has them."""
BETWEEN = re.compile(r"[、，,；;\n]+")


class Unknown(ValueError):
    """A word that stands for nothing; the message says which and what there is."""


def at(data: Values, path: str) -> Any:
    """What stands at a dotted path, None where nothing does."""
    found: Any = data
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def put(data: Values, path: str, value: Any, unsaid: Any = NOTHING) -> None:
    """The value stands at the path; nothing where it is what stands there unsaid."""
    *way, last = path.split(".")
    for name in way:
        data = data[name]
    say(data, last, value, unsaid)


def say(row: Values, name: str, value: Any, unsaid: Any) -> None:
    """The value stands in the row under that name; nothing where it is what stands there unsaid."""
    if unsaid is not NOTHING and (value == unsaid or (value is None and not unsaid)):
        row.pop(name, None)
    else:
        row[name] = value


def listed_names(codes: Iterable[Any], names: Mapping[str, StrOrPromise]) -> str:
    """The codes in words, one after the other."""
    return gettext("、").join(str(names.get(str(code), code)) for code in codes)


def codes_in(
    words: str, names: Mapping[str, StrOrPromise], before: Mapping[str, StrOrPromise], *, one: bool = False
) -> Any:
    """The codes that the words stand for, by their names or those they had before; with `one`, the code of one word.

    Raises Unknown for a word that stands for nothing.
    """
    known = {str(name): code for code, name in before.items() if code in names}
    known |= {code: code for code in names} | {str(name): code for code, name in names.items()}
    found = [word.strip() for word in BETWEEN.split(words) if word.strip()]
    for word in found:
        if word not in known:
            told = {"word": word, "known": gettext("、").join(str(name) for name in names.values())}
            raise Unknown(gettext("没有“%(word)s”，可以写的有：%(known)s。") % told)
    if one and len(found) != 1:
        raise Unknown(
            gettext("请写一个：%(known)s。") % {"known": gettext("、").join(str(name) for name in names.values())}
        )
    return known[found[0]] if one else [known[word] for word in found]


def new_code(cells: Mapping[str, Any], taken: set[str]) -> str:
    """A code nobody has yet: from the English name where there is one."""
    stem = slugify(str(cells.get("en", ""))).replace("-", "_")[:30]
    stem = stem if re.match(r"[a-z]", stem) else "item"
    tries = (stem if not n and stem != "item" else f"{stem}_{n + 1}" for n in range(len(taken) + 2))
    code = next(one for one in tries if one not in taken)
    taken.add(code)
    return code
