"""Production starts on sound parts only, and says in words what is unsound."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from grants.settings.soundness import faults
from tests.architecture.source import ROOT

SOUND = {
    "DATABASE_URL": "postgresql://grants:deep@db/grants",
    "BROKER_URL": "redis://broker/0",
    "STORAGE_URL": "s3://key:secret@store/documents",
    "SECRET_KEY": "k3Jw9-vQ2xZ7pLm4RtY8uIoA1sDfG6hJ5kLzXcVbN0mQwErTyU",
    "ALLOWED_HOSTS": "grants.example.org",
}


def settings(**changes: object) -> dict[str, object]:
    return {**SOUND, "ALLOWED_HOSTS": ["grants.example.org"], "DEMO": False, "DEBUG": False, **changes}


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("DATABASE_URL", "sqlite:///var/db.sqlite3", "SQLite"),
        ("BROKER_URL", "filesystem://", "队列"),
        ("STORAGE_URL", "file:///srv/documents", "对象存储"),
        ("SECRET_KEY", "", "密钥"),
        ("SECRET_KEY", "short", "密钥"),
        ("SECRET_KEY", "a" * 60, "密钥"),
        ("SECRET_KEY", "django-insecure-" + str(SOUND["SECRET_KEY"]), "密钥"),
        ("DEMO", True, "演示"),
        ("DEBUG", True, "调试"),
        ("ALLOWED_HOSTS", [], "域名"),
        ("ALLOWED_HOSTS", ["localhost"], "域名"),
        ("ALLOWED_HOSTS", ["*"], "域名"),
    ],
)
def test_an_unsound_part_is_named(name: str, value: object, word: str):
    [reason] = faults(settings(**{name: value}))
    assert word in reason


def test_sound_parts_pass():
    assert faults(settings()) == []


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATA_DIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import grants.settings.production"],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_does_not_start_on_the_embedded_defaults():
    refused = start()
    assert refused.returncode == 1
    assert refused.stderr.count("\n  · ") == 5


def test_production_starts_on_sound_parts():
    assert start(**SOUND).returncode == 0
