"""What only an object store does: signed addresses, versions, locks; and what it is asked about."""

from __future__ import annotations

import io
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from urllib3 import BaseHTTPResponse

from storage.backends import Unavailable
from storage.backends.address import understood
from storage.backends.minio import Client, MinioStore
from storage.backends.pool import Pool
from tests.storage.backends.conftest import RADOSGW, Place, locked_place
from tests.storage.files import PDF
from tests.storage.servers import KEY, SECRET, Server, free_port

BOTH = pytest.mark.parametrize("place", ["rclone", RADOSGW], indirect=True)
YEARS = datetime(2061, 1, 1, tzinfo=UTC)


def put(place: Place, content: bytes = PDF) -> str:
    return place.store.save(io.BytesIO(content), size=len(content)).key


def status(url: str) -> int:
    """How the server answers to whoever holds the address."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def held(server: Server, place: Place, key: str) -> tuple[str, datetime]:
    """The lock on the object, as the server tells it to its administrator."""
    found = server.client().stat_object(place.bucket, key).metadata
    assert found is not None
    return found["x-amz-object-lock-mode"], datetime.fromisoformat(found["x-amz-object-lock-retain-until-date"])


@BOTH
def test_a_signed_address_gives_the_file_to_save_under_its_name(place: Place):
    url = place.store.presigned(put(place), name="申报书（终稿）.pdf", media_type="application/pdf")

    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.read() == PDF
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename*=utf-8''%E7%94%B3%E6%8A%A5%E4%B9%A6%EF%BC%88%E7%BB%88%E7%A8%BF%EF%BC%89.pdf"
        )
        assert answer.headers["Content-Type"] == "application/pdf"
    assert "X-Amz-Expires=60" in url
    assert SECRET not in url


@BOTH
def test_a_signed_address_cannot_be_bent_to_another_file_or_name(place: Place):
    mine, other = put(place), put(place, b"another's")
    url = place.store.presigned(mine, name="a.pdf", media_type="application/pdf")

    assert status(url.replace(mine, other)) in {400, 403}
    assert status(url.replace("a.pdf", "a.html")) in {400, 403}
    assert status(url.partition("?")[0]) in {400, 403}
    assert status(url) == 200


@BOTH
def test_a_signed_address_is_for_the_public_endpoint_alone(place: Place, tmp_path: Path):
    assert place.server is not None
    url = place.server.url(place.bucket) + "&public=https://files.example.org"
    key = put(place)

    two_sided = MinioStore(understood(url), scratch=tmp_path)

    assert two_sided.presigned(key, name="a.pdf", media_type="application/pdf").startswith(
        f"https://files.example.org/{place.bucket}/{key}?"
    )
    with two_sided.open(key) as file:
        assert file.read() == PDF


@BOTH
def test_what_a_store_can_is_found_out_from_it(place: Place):
    assert place.store.capabilities == {"presigned_put"}


@pytest.mark.parametrize("place", [RADOSGW], indirect=True)  # rclone lists none; it clears its own after a day
def test_broken_transfers_are_cleared_once_they_are_old(place: Place):
    assert place.server is not None
    client = Client(f"127.0.0.1:{place.server.port}", KEY, SECRET, secure=False, region="us-east-1", http_client=Pool())
    for n in range(3):
        client._create_multipart_upload(place.bucket, f"sha256/ab/cd/{n}", {})  # noqa: SLF001 -- somebody's broken one

    assert place.store.clear_partial(unsaved_for=timedelta(days=1)) == 0
    assert place.store.clear_partial(unsaved_for=timedelta(0)) == 3
    assert place.store.clear_partial(unsaved_for=timedelta(0)) == 0


@BOTH
def test_a_wrong_secret_is_no_missing_file(place: Place, tmp_path: Path):
    assert place.server is not None
    key = put(place)
    other = MinioStore(understood(place.server.url(place.bucket).replace("deep", "shallow")), scratch=tmp_path)

    for ask in (other.ready, lambda: other.stat(key), lambda: other.capabilities, lambda: put(Place(other))):
        with pytest.raises(Unavailable) as away:
            ask()
        assert "shallow" not in str(away.value)


@BOTH
def test_a_bucket_that_is_not_there_takes_nothing(place: Place, tmp_path: Path):
    assert place.server is not None
    nowhere = MinioStore(understood(place.server.url("no-such-bucket")), scratch=tmp_path)
    with pytest.raises(Unavailable, match="no-such-bucket"):
        nowhere.ready()
    with pytest.raises(Unavailable, match="NoSuchBucket"):
        put(Place(nowhere))


def test_a_store_that_nobody_runs_is_away_and_asked_anew_later(s3: Server, tmp_path: Path):
    nobody = MinioStore(understood(s3.url("documents", port=free_port())), scratch=tmp_path)
    for _ in range(2):
        with pytest.raises(Unavailable):
            _ = nobody.capabilities
    with pytest.raises(Unavailable):
        list(nobody.names())
    with pytest.raises(Unavailable):
        nobody.delete("sha256/00/00/" + "0" * 64)


def test_a_connection_is_given_back_after_every_use(s3: Server, tmp_path: Path):
    store = MinioStore(understood(s3.url(s3.bucket())), scratch=tmp_path)
    key = store.save(io.BytesIO(PDF * 100_000), size=len(PDF) * 100_000).key
    for at in (0, 1_000_000, 5):
        with store.open(key) as file:
            file.seek(at)
            file.read(3)

    pools = [store._pool.pools[name] for name in store._pool.pools.keys()]  # noqa: SIM118, SLF001 -- its own container
    assert len(pools) == 1
    assert pools[0].num_connections <= 4


def test_an_object_shorter_than_it_was_said_to_be_is_away_not_half(s3: Server, tmp_path: Path):
    bucket = s3.bucket()
    store = MinioStore(understood(s3.url(bucket)), scratch=tmp_path)
    key = store.save(io.BytesIO(b"x" * 3_000_000), size=3_000_000).key
    file = store.open(key)
    assert s3.folder is not None
    (s3.folder / bucket / key).write_bytes(b"x" * 1_000_000)

    with pytest.raises(Unavailable), file:
        file.read()


@pytest.mark.radosgw
def test_a_bucket_with_versions_and_locks_says_so(ceph: Server, tmp_path: Path):
    versioned = locked_place(ceph, tmp_path, locked=False, versioned=True)
    locked = locked_place(ceph, tmp_path, locked=True, versioned=False)

    assert versioned.store.capabilities == {"presigned_put", "versioning"}
    assert locked.store.capabilities == {"presigned_put", "versioning", "object_lock"}


@pytest.mark.radosgw
def test_removal_from_a_bucket_with_versions_leaves_none(ceph: Server, tmp_path: Path):
    place = locked_place(ceph, tmp_path, locked=False, versioned=True)
    key = put(place)
    put(place)

    assert place.store.delete(key)

    assert not place.store.exists(key)
    assert list(ceph.client().list_objects(place.bucket, recursive=True, include_version=True)) == []


@pytest.mark.radosgw
def test_versions_outlive_a_careless_hand(ceph: Server, tmp_path: Path):
    place = locked_place(ceph, tmp_path, locked=False, versioned=True)
    key = put(place)

    place.put(key, b"a lie")
    (version,) = [
        one.version_id
        for one in ceph.client().list_objects(place.bucket, recursive=True, include_version=True)
        if one.is_latest == "false"
    ]

    answer: BaseHTTPResponse = ceph.client().get_object(place.bucket, key, version_id=version)
    assert answer.read() == PDF
    answer.release_conn()


@pytest.mark.radosgw
def test_what_is_held_cannot_be_removed_by_us_nor_overwritten_for_good(ceph: Server, tmp_path: Path):
    place = locked_place(ceph, tmp_path, locked=True, versioned=False)
    key = put(place)

    assert place.store.hold_until(key, YEARS)

    assert not place.store.delete(key)
    assert place.store.exists(key)
    assert held(ceph, place, key) == ("GOVERNANCE", YEARS)


@pytest.mark.radosgw
def test_a_hold_is_made_longer_never_shorter(ceph: Server, tmp_path: Path):
    place = locked_place(ceph, tmp_path, locked=True, versioned=False)
    key = put(place)

    assert place.store.hold_until(key, YEARS)
    assert place.store.hold_until(key, YEARS - timedelta(days=900))
    assert place.store.hold_until(key, YEARS + timedelta(days=900))

    assert held(ceph, place, key) == ("GOVERNANCE", YEARS + timedelta(days=900))


@pytest.mark.radosgw
def test_conditions_are_honoured_there_and_saving_does_not_rest_on_them(ceph: Server, tmp_path: Path):
    place = locked_place(ceph, tmp_path, locked=False, versioned=False)
    key = put(place)
    url = ceph.client().get_presigned_url("PUT", place.bucket, key)
    again = urllib.request.Request(url, data=PDF, method="PUT", headers={"If-None-Match": "*"})

    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(again, timeout=10)

    with refusal.value:
        assert refusal.value.code == 412
    assert put(place) == key
