"""Typed environment variables: each is declared once, read strictly, and listed by `manage.py docs`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

YES = ("1", "true", "yes", "on")
NO = ("", "0", "false", "no", "off")


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One environment variable as an operator meets it: its name, what holds without it, and what it means."""

    name: str
    default: str
    zh: str
    en: str


DECLARED: dict[str, Variable] = {}
"""Every variable read so far, in the order of reading."""


def text(name: str, *, default: str, zh: str, en: str, shown: str | None = None) -> str:
    """Return the variable as text; `shown` stands for a default that depends on the machine."""
    DECLARED[name] = Variable(name=name, default=default if shown is None else shown, zh=zh, en=en)
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, zh: str, en: str) -> bool:
    """Return whether the variable says yes; unset means no, any other word is refused."""
    word = text(name, default="", shown="0", zh=zh, en=en).lower()
    if word not in YES + NO:
        raise ImproperlyConfigured(f"环境变量 {name} 只能写 1（是）或 0（否），现在是“{word}”。")
    return word in YES


def number(name: str, *, default: int, zh: str, en: str) -> int:
    """Return the variable as a whole number of at least zero."""
    word = text(name, default=str(default), zh=zh, en=en)
    if not word.isdecimal():
        raise ImproperlyConfigured(f"环境变量 {name} 要写整数，现在是“{word}”。")
    return int(word)


def names(name: str, *, default: str, zh: str, en: str) -> list[str]:
    """Return the comma-separated names in the variable, without empty ones."""
    return [word.strip() for word in text(name, default=default, zh=zh, en=en).split(",") if word.strip()]


def folder(name: str, *, default: Path, shown: str, zh: str, en: str) -> Path:
    """Return the variable as an absolute path."""
    return Path(text(name, default=str(default), shown=shown, zh=zh, en=en)).expanduser().resolve()


def secret(name: str, *, shown: str, zh: str, en: str) -> str:
    """Return the secret from the variable or from the file named by `<name>_FILE`, empty when neither is set."""
    value = text(name, default="", shown=shown, zh=zh, en=en)
    file_name = f"{name}_FILE"
    path = text(file_name, default="", zh=f"存放 {name} 的文件", en=f"file that holds {name}")
    if value and path:
        raise ImproperlyConfigured(f"{name} 和 {file_name} 只能设置一个。")
    return Path(path).read_text(encoding="utf-8").strip() if path else value


def reference() -> str:
    """Return the page of all variables, as Markdown."""
    rows = (f"| `{v.name}` | {f'`{v.default}`' if v.default else ''} | {v.zh} | {v.en} |" for v in DECLARED.values())
    return "\n".join(
        [
            "# 环境变量 · Environment",
            "",
            "由 `make docs` 生成，请勿手改 · written by `make docs`, do not edit.",
            "",
            "| 变量 | 默认 · default | 含义 | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def example() -> str:
    """Return a file of all variables for systemd's EnvironmentFile or a compose file, each commented out."""
    head = "# 由 make docs 生成 · written by make docs。供 systemd 的 EnvironmentFile 或 compose 的 env_file 使用。\n"
    return head + "".join(f"\n# {v.zh}\n# {v.en}\n#{v.name}={v.default}\n" for v in DECLARED.values())
