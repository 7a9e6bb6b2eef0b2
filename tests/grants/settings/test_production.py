"""Production starts on sound parts only, and says in words what is unsound."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grants.settings.soundness import faults
from tests.architecture.source import ROOT

SOUND = {
    "DATABASE_URL": "postgresql://grants:deep@db/grants",
    "BROKER_URL": "redis://broker/0",
    "STORAGE_URL": "s3://key:secret@store/documents",
    "SECRET_KEY": "k3Jw9-vQ2xZ7pLm4RtY8uIoA1sDfG6hJ5kLzXcVbN0mQwErTyU",
    "ALLOWED_HOSTS": "grants.example.org",
    "EMAIL_HOST": "smtp.example.org",
    "EMAIL_SECURITY": "starttls",
    "SITE_URL": "https://grants.example.org",
    "CACHE_URL": "redis://cache/0",
}
STAYING = {
    "TRUST_PROXY": False,
    "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
    "PROOF_MINUTES": 15,
    "SESSION_DAYS": 14,
    "SESSION_HOURS_WEIGHTY": 12,
}


def settings(**changes: object) -> dict[str, object]:
    return {**SOUND, **STAYING, "ALLOWED_HOSTS": ["grants.example.org"], "DEMO": False, "DEBUG": False, **changes}


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("DATABASE_URL", "sqlite:///var/db.sqlite3", "SQLite"),
        ("BROKER_URL", "filesystem://", "队列"),
        ("STORAGE_URL", "file:///srv/documents", "对象存储"),
        ("STORAGE_URL", "/srv/documents", "对象存储"),
        ("SECRET_KEY", "", "密钥"),
        ("SECRET_KEY", "short", "密钥"),
        ("SECRET_KEY", "a" * 60, "密钥"),
        ("SECRET_KEY", "django-insecure-" + str(SOUND["SECRET_KEY"]), "密钥"),
        ("CACHE_URL", "", "缓存"),
        ("TRUST_PROXY", True, "ALLAUTH_TRUSTED_PROXY_COUNT"),
        ("PROOF_MINUTES", 0, "PROOF_MINUTES"),
        ("PROOF_MINUTES", 600, "PROOF_MINUTES"),
        ("SESSION_DAYS", 0, "登录保持"),
        ("SESSION_HOURS_WEIGHTY", 0, "登录保持"),
        ("DEMO", True, "演示"),
        ("DEBUG", True, "调试"),
        ("EMAIL_HOST", "", "邮件服务器"),
        ("EMAIL_SECURITY", "ssl3", "EMAIL_SECURITY"),
        ("SITE_URL", "http://127.0.0.1:8000", "SITE_URL"),
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


def start(what: str = "import grants.settings.production", **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATA_DIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", what],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_does_not_start_on_the_embedded_defaults():
    refused = start()
    assert refused.returncode == 1
    assert refused.stderr.count("\n  · ") == 8


def test_production_starts_on_sound_parts():
    assert start(**SOUND).returncode == 0


def test_production_has_a_place_for_what_its_clock_remembers(tmp_path: Path):
    read = "from grants.settings import production; print(production.CELERY_BEAT_SCHEDULE_FILENAME)"
    started = start(read, **SOUND, DATA_DIR=str(tmp_path / "new"))
    assert Path(started.stdout.strip()).parent.is_dir(), started.stderr


def test_production_knows_its_object_store_without_asking_it():
    check = "import django; django.setup(); from storage.backends import home; print(home())"
    started = start(check, DJANGO_SETTINGS_MODULE="grants.settings.production", **SOUND)
    assert (started.stdout.strip(), started.stderr) == ("s3://store/documents", "")
