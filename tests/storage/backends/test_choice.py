"""The store is chosen by one address."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from storage.backends import store
from storage.backends.local import LocalStore


def test_a_folder_with_spaces_and_chinese_is_found(settings: Settings, tmp_path: Path):
    settings.STORAGE_URL = (tmp_path / "项目 材料").as_uri()

    found = store()

    assert isinstance(found, LocalStore)
    assert found.root == tmp_path / "项目 材料"
    assert found.capabilities == frozenset()


def test_an_object_store_is_not_yet_in_this_version(settings: Settings):
    settings.STORAGE_URL = "s3://key:secret@host:9000/bucket"
    with pytest.raises(ImproperlyConfigured, match="这个版本还不能把材料存到对象存储"):
        store()


@pytest.mark.parametrize("url", ["", "documents", "file:documents", "file://host/documents", "ftp://host/x"])
def test_another_address_is_told_how_to_write_it(settings: Settings, url: str):
    settings.STORAGE_URL = url
    with pytest.raises(ImproperlyConfigured, match="file:///srv/qingnuan/documents"):
        store()
