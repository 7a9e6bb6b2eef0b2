"""The default profile: everything in one folder, nothing to install but Python packages."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

from grants.settings import base
from grants.settings.base import *  # noqa: F403 -- a profile is the base and its differences


def kept_secret(path: Path) -> str:
    """Return the secret in the file at `path`, made there once, readable by its owner only.

    It is written whole beside its place and then linked there, so that of two processes starting together one wins
    and neither reads half a secret.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(get_random_secret_key(), encoding="utf-8")
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def queue_folders(root: Path) -> dict[str, str]:
    """Make the folders of the filesystem broker under `root` and return its options; what goes in comes out."""
    messages, control = root / "messages", root / "control"
    for place in (messages, control):
        place.mkdir(parents=True, exist_ok=True)
    return {"data_folder_in": str(messages), "data_folder_out": str(messages), "control_folder": str(control)}


base.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
SECRET_KEY = base.SECRET_KEY or kept_secret(base.DATA_DIR / "secret_key")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # browsers themselves allow passkeys without HTTPS on this machine only
CELERY_BROKER_TRANSPORT_OPTIONS = queue_folders(base.DATA_DIR / "queue")
