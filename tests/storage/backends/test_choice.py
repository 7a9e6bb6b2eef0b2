"""The store is chosen by one address, and an address that is wrong is explained, without its secret."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from storage.backends import at, home, store
from storage.backends.address import understood
from storage.backends.layered import Layered
from storage.backends.local import LocalStore
from storage.backends.minio import MinioStore


def test_a_folder_with_spaces_and_chinese_is_found(settings: Settings, tmp_path: Path):
    settings.STORAGE_URL = (tmp_path / "项目 材料").as_uri()

    found = store()

    assert isinstance(found, LocalStore)
    assert found.root == tmp_path / "项目 材料"
    assert found.capabilities == frozenset()
    assert str(found) == settings.STORAGE_URL


def test_an_object_store_is_found_with_the_spool_before_it(settings: Settings):
    settings.STORAGE_URL = "s3://key:secret@host:9000/bucket"

    found = store()

    assert isinstance(found, Layered)
    assert isinstance(found.main, MinioStore)
    assert found.main is home() is at(settings.STORAGE_URL)
    assert str(found.main) == "s3://host:9000/bucket"
    assert "secret" not in repr(found.main.address)


def test_a_folder_that_documents_left_is_read_after_the_new_home(settings: Settings, tmp_path: Path):
    settings.STORAGE_FALLBACK_URL = (tmp_path / "old").as_uri()
    found = store()
    assert isinstance(found, Layered)
    assert [str(place) for place in found.places[1:]] == [settings.STORAGE_URL, settings.STORAGE_FALLBACK_URL]


def test_every_part_of_an_address_is_understood():
    secret = "a/b@c:d+e%f 密"
    found = understood(
        f"s3://my%40key:{quote(secret, safe='')}@minio.local:9000/docs?secure=0&region=zj&public=https://files.example.org"
    )

    assert (found.host, found.secure, found.bucket, found.region) == ("minio.local:9000", False, "docs", "zj")
    assert (found.key, found.secret) == ("my@key", secret)
    assert (found.public_host, found.public_secure) == ("files.example.org", True)


def test_what_an_address_leaves_out_is_sound():
    found = understood("s3://key:secret@[::1]/docs/")
    assert (found.host, found.secure, found.bucket, found.region) == ("[::1]", True, "docs", "us-east-1")
    assert (found.public_host, found.public_secure) == (found.host, found.secure)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://host/bucket", "访问密钥"),
        ("s3://key@host/bucket", "访问密钥"),
        ("s3://key:hush@/bucket", "主机名"),
        ("s3://key:hush@host", "存储桶"),
        ("s3://key:hush@host/", "存储桶"),
        ("s3://key:hush@host/Bucket", "存储桶"),
        ("s3://key:hush@host/a/b", "存储桶"),
        ("s3://key:hush@host:90000/bucket", "端口"),
        ("s3://key:hu/sh@host:9000/bucket", "端口"),
        ("s3://key:hush@host/bucket?secure=yes", "secure"),
        ("s3://key:hush@host/bucket?tls=1&colour=red", "colour、tls"),
        ("s3://key:hush@host/bucket?public=files.example.org", "public"),
        ("s3://key:hush@host/bucket?public=https://files.example.org/docs", "public"),
        ("s3://key:hush@host/bucket?public=https://", "主机名"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_without_its_secret(settings: Settings, url: str, words: str):
    settings.STORAGE_URL = url
    with pytest.raises(ImproperlyConfigured, match=words) as refusal:
        store()
    assert "hush" not in str(refusal.value)
    assert str(refusal.value).endswith("。")


@pytest.mark.parametrize("url", ["", "documents", "file:documents", "file://host/documents", "ftp://host/x"])
def test_another_address_is_told_how_to_write_it(settings: Settings, url: str):
    settings.STORAGE_URL = url
    with pytest.raises(ImproperlyConfigured, match="file:///srv/qingnuan/documents"):
        store()
