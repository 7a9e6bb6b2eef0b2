"""Readers are shown copies without position; the original lies as it came."""

from __future__ import annotations

import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.db import connection
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from grants.people.models import User
from storage.backends import store
from storage.commands import keep
from storage.copies import Crop, bind_photos, derive_missing, make_anew, reading_copy, thumbnail
from storage.enums import Purpose, Scan
from storage.models import Derivative, Document, Sheet
from storage.queries import copies_of, without_copy
from storage.refusal import Refused
from storage.sweeping import sweep
from storage.verify import verify
from tests.storage import files, good
from tests.storage.conftest import NOW
from tests.storage.good import saved
from tests.storage.test_sweeping import grow_old

pytestmark = pytest.mark.django_db


def kept(actor: User, content: bytes, name: str) -> Document:
    return keep(files.file(content, name), actor=actor, now=NOW)


def opened(copy: Derivative | Document | None) -> Image.Image:
    assert copy is not None
    with store().open(copy.key) as file:
        return Image.open(io.BytesIO(file.read()))


def test_a_photo_is_shown_upright_without_position_and_maker(zhou: User):
    original = good.turned()
    document = kept(zhou, original, "IMG.jpg")

    copy = reading_copy(document, now=NOW)

    picture = opened(copy)
    assert copy is not None
    assert (picture.size, picture.format) == ((20, 40), "JPEG")
    assert (copy.width, copy.height, copy.media_type) == (20, 40, "image/jpeg")
    assert copy.taken_at == "2027-03-05T14:02:11"
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    top, bottom = picture.getpixel((10, 5)), picture.getpixel((10, 35))
    assert top == pytest.approx((0, 0, 254), abs=20)
    assert bottom == pytest.approx((254, 0, 0), abs=20)
    with store().open(document.key) as file:
        assert file.read() == original
    assert b"GPS" not in original
    assert Image.open(io.BytesIO(original)).getexif().get_ifd(0x8825)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (files.picture("HEIF", (64, 48)), "a.heic", "JPEG"),
        (files.picture("WEBP", (64, 48)), "a.webp", "JPEG"),
        (files.picture("JPEG", (64, 48), "CMYK"), "a.jpg", "JPEG"),
        (files.picture("PNG", (64, 48), "I;16"), "a.png", "PNG"),
        (files.picture("PNG", (64, 48), "RGBA"), "a.png", "PNG"),
        (files.picture("PNG", (64, 48), "P"), "a.png", "PNG"),
    ],
)
def test_every_kind_of_photo_becomes_one_that_any_browser_shows(zhou: User, content: bytes, name: str, kind: str):
    document = kept(zhou, content, name)
    for picture in (opened(reading_copy(document, now=NOW)), opened(thumbnail(document, now=NOW))):
        assert (picture.format, picture.size) == (kind, (64, 48))
        assert picture.mode in {"L", "RGB"}


def test_holes_become_white(zhou: User):
    document = kept(zhou, files.picture("PNG", (8, 8), "RGBA"), "a.png")
    assert opened(reading_copy(document, now=NOW)).getpixel((0, 0)) == (255, 255, 255)


def test_colours_of_the_camera_become_those_of_screens(zhou: User):
    from PIL import ImageCms  # noqa: PLC0415 -- only here

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.new("RGB", (8, 8), (200, 100, 50))
    right = kept(zhou, saved(image, "JPEG", icc_profile=profile, quality=100), "a.jpg")
    wrong = kept(zhou, saved(image, "JPEG", icc_profile=b"x" * 200, quality=100), "b.jpg")
    for document in (right, wrong):
        picture = opened(reading_copy(document, now=NOW))
        assert "icc_profile" not in picture.info
        colour = picture.getpixel((4, 4))
        assert isinstance(colour, tuple)
        assert all(abs(a - b) < 6 for a, b in zip(colour, (200, 100, 50), strict=True))


def test_a_large_photo_is_made_smaller_to_look_at(zhou: User):
    document = kept(zhou, files.picture("JPEG", (5000, 3000)), "a.jpg")
    assert opened(reading_copy(document, now=NOW)).size == (2560, 1536)
    assert opened(thumbnail(document, now=NOW)).size == (400, 240)


def test_a_pdf_has_a_picture_of_its_first_page_and_is_read_as_it_is(zhou: User):
    document = kept(zhou, files.PDF, "a.pdf")
    assert reading_copy(document, now=NOW) is None
    assert opened(thumbnail(document, now=NOW)).size == (283, 400)


@pytest.mark.parametrize(("content", "name"), [(files.ofd(), "a.ofd"), (b"<a/>", "a.xml"), (b"hello", "a.txt")])
def test_vouchers_and_texts_have_no_copy(zhou: User, content: bytes, name: str):
    document = kept(zhou, content, name)
    assert reading_copy(document, now=NOW) is None
    assert thumbnail(document, now=NOW) is None
    assert not Derivative.objects.exists()


def test_a_copy_is_made_once(zhou: User, django_assert_num_queries: DjangoAssertNumQueries):
    document = kept(zhou, files.JPEG, "a.jpg")
    first = reading_copy(document, now=NOW)
    with django_assert_num_queries(1):
        assert reading_copy(document, now=NOW + timedelta(1)) == first
    assert str(first) == "a.jpg · 阅览件"


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_who_ask_at_once_get_one_copy(zhou: User):
    document = kept(zhou, files.JPEG, "a.jpg")
    both = threading.Barrier(2)

    def ask(_: int) -> Derivative | None:
        try:
            both.wait(timeout=30)
            return reading_copy(document, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(ask, range(2))
    assert one == other
    assert Derivative.objects.count() == 1


def test_the_same_photo_gives_the_same_bytes(zhou: User, chen: User):
    copies = [reading_copy(kept(person, good.turned(), "a.jpg"), now=NOW) for person in (zhou, chen)]
    assert len({copy.sha256 for copy in copies if copy}) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_copies_of_many_documents_take_one_query(
    zhou: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
):
    documents = [kept(zhou, files.picture("JPEG", (8 + n, 8)), "a.jpg") for n in range(count)]
    for document in documents:
        thumbnail(document, now=NOW)
    with django_assert_num_queries(1):
        assert set(copies_of(documents, Purpose.THUMBNAIL)) == {document.pk for document in documents}


def test_the_clock_makes_what_nobody_asked_for_yet(zhou: User):
    kept(zhou, files.JPEG, "a.jpg")
    kept(zhou, files.PDF, "a.pdf")
    kept(zhou, b"hello", "a.txt")
    assert derive_missing(now=NOW) == 3
    assert derive_missing(now=NOW) == 0


def test_what_cannot_be_drawn_is_tried_once_and_shown_as_nothing(zhou: User):
    """As after a fault of the store: its bytes are a text."""
    odd = kept(zhou, files.JPEG, "a.jpg")
    with store().open(kept(zhou, b"hello", "a.txt").key) as text:
        false = Document(id=odd.pk, sha256=hashlib.sha256(text.read()).hexdigest(), media_type="image/jpeg", size=5)

    assert reading_copy(false, now=NOW) is None
    (row,) = Derivative.objects.all()
    assert (row.problem, row.sha256) == ("broken", "")
    assert reading_copy(false, now=NOW) is None
    assert list(without_copy(Purpose.READING, {"image/jpeg"})) == []


def test_a_copy_of_lost_bytes_waits_for_them(zhou: User, folder: Path):
    document = kept(zhou, files.JPEG, "a.jpg")
    path = folder / document.key
    path.rename(folder / "aside")
    assert reading_copy(document, now=NOW) is None
    assert not Derivative.objects.exists()
    (folder / "aside").rename(path)
    assert reading_copy(document, now=NOW) is not None


def test_what_is_infected_has_no_copy(zhou: User):
    document = kept(zhou, files.JPEG, "a.jpg")
    document.scan = Scan.INFECTED
    assert reading_copy(document, now=NOW) is None
    assert thumbnail(document, now=NOW) is None


def test_copies_are_kept_by_a_sweep_and_proved_by_verification(zhou: User, folder: Path):
    copy = reading_copy(kept(zhou, good.turned(), "a.jpg"), now=NOW)
    assert copy is not None
    grow_old(folder)
    assert sweep(now=NOW).files == 0
    assert list(verify(unclaimed_for=timedelta(0))) == []

    (folder / copy.key).unlink()
    (fault,) = verify(unclaimed_for=timedelta(0))
    assert (fault.code, fault.subject) == ("missing", f"storage.Derivative {copy.pk}")
    assert make_anew(copy)
    assert list(verify(unclaimed_for=timedelta(0))) == []


# Several photos, one PDF ------------------------------------------------------------------------------------------


@pytest.fixture
def photos(zhou: User) -> list[Document]:
    """A wide red one and a high blue one with a green foot."""
    wide = Image.new("RGB", (400, 200), "red")
    high = Image.new("RGB", (200, 400), "blue")
    high.paste("green", (0, 200, 200, 400))
    return [kept(zhou, saved(wide, "JPEG"), "1.jpg"), kept(zhou, saved(high, "PNG"), "2.png")]


def pages(document: Document) -> list[Image.Image]:
    with store().open(document.key) as file:
        pdf = pypdfium2.PdfDocument(file.read())
    return [page.render(scale=0.5).to_pil().convert("RGB") for page in pdf]


def bound(photos: list[Document], actor: User, turns: list[int], crops: list[Crop | None]) -> Document:
    return bind_photos(photos, turns, crops, actor=actor, name="签到表", now=NOW)


def test_photos_become_one_pdf_of_a4_pages_and_stay(zhou: User, photos: list[Document]):
    document = bound(photos, zhou, [0, 0], [None, None])

    assert (document.name, document.media_type, document.uploaded_by) == ("签到表.pdf", "application/pdf", zhou)
    first, second = pages(document)
    assert (first.size, second.size) == ((421, 298), (298, 421))
    assert first.getpixel((210, 149)) == pytest.approx((254, 0, 0), abs=3)
    assert second.getpixel((149, 100)) == pytest.approx((0, 0, 254), abs=3)
    assert first.getpixel((2, 2)) == (255, 255, 255)
    assert [(sheet.number, sheet.photo) for sheet in Sheet.objects.all()] == [(1, photos[0]), (2, photos[1])]
    assert str(Sheet.objects.first()) == "签到表.pdf 1"
    assert all(store().exists(photo.key) for photo in photos)


def test_a_photo_is_turned_clockwise_and_then_cut(zhou: User, photos: list[Document]):
    document = bound(photos[1:], zhou, [90], [(0.0, 0.0, 0.5, 1.0)])

    (page,) = pages(document)
    assert page.getpixel((149, 210)) == pytest.approx((0, 128, 0), abs=3)
    sheet = Sheet.objects.get()
    assert (sheet.turn, sheet.crop) == (90, "0.0000 0.0000 0.5000 1.0000")


def test_the_same_photos_give_the_same_bytes(zhou: User, photos: list[Document]):
    one, other = (bound(photos, zhou, [0, 180], [None, (0.1, 0.1, 0.9, 0.9)]) for _ in range(2))
    assert one.sha256 == other.sha256
    assert one.pk != other.pk
    with store().open(one.key) as file, pikepdf.open(file) as pdf:
        assert "/Info" not in pdf.trailer or not pdf.docinfo


@pytest.mark.parametrize(
    ("turns", "crops", "code"),
    [
        ([0], [None, None], "turn"),
        ([45, 0], [None, None], "turn"),
        ([0, 0], [(0.5, 0.0, 0.5, 1.0), None], "crop"),
        ([0, 0], [(0.0, 0.0, 1.5, 1.0), None], "crop"),
        ([0, 0], [(float("nan"), 0.0, 1.0, 1.0), None], "crop"),
    ],
)
def test_a_turn_or_cut_that_makes_no_sense_is_refused(
    zhou: User, photos: list[Document], turns: list[int], crops: list[Crop | None], code: str
):
    with pytest.raises(Refused) as refusal:
        bound(photos, zhou, turns, crops)
    assert refusal.value.code == code


def test_only_photos_of_ones_own_are_bound(zhou: User, chen: User, photos: list[Document]):
    for chosen, actor, code in (
        ([], zhou, "photos"),
        (photos * 21, zhou, "photos"),
        (photos, chen, "not_yours"),
        ([kept(zhou, files.PDF, "a.pdf")], zhou, "not_photos"),
    ):
        with pytest.raises(Refused) as refusal:
            bound(chosen, actor, [0] * len(chosen), [None] * len(chosen))
        assert refusal.value.code == code
