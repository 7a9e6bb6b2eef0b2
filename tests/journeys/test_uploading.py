"""A large photo from a phone over a bad line: the server dies, the line breaks, the page is loaded anew; it arrives."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Browser, Locator, expect

from grants.applications.models import Project
from grants.desk.commands import act
from grants.implementation.models import Activity
from storage.models import Document
from storage.queries import attachments_of
from tests.cast import Cast, a_cast
from tests.factories import CALL, on
from tests.journey_steps import a_project_in
from tests.journeys.person import PHONE, Person
from tests.journeys.site import Site
from tests.serving import Process, served
from workflow import clock
from workflow.lifecycle import ProjectState as S

MB = 1024 * 1024
LONG = 120_000  # milliseconds; a slow machine is no fault of the page


@pytest.fixture(scope="module")
def server(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server that can be killed, on the database of the site."""
    with served(tmp_path_factory.mktemp("server"), LARGEST_MB="40") as process:
        yield process


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """A project that runs since August 2026."""
    with clock.held(CALL):
        cast = a_cast()
        project = a_project_in(cast, S.AGREEMENT_SIGNED)
    with on(2026, 8, 1):
        act(project, "start", actor=cast.team_leader)
    return cast


@pytest.fixture
def team(browser: Browser, server: Process, cast: Cast) -> Iterator[Person]:
    """The leader of the team, on a phone, before the activity log."""
    with Person(browser, Site(server.url), width=PHONE) as person:
        person.page.on("dialog", lambda asked: asked.accept())
        person.is_(cast.team_leader).opens(f"/projects/{Project.objects.get().pk}/activities/")
        yield person


def photo(folder: Path, name: str, side: int) -> Path:
    """A photo of noise: as many bytes as it has points."""
    path = folder / name
    Image.frombytes("L", (side, side), os.urandom(side * side)).save(path, compress_level=0)
    return path


class Line:
    """What the phone hangs on: so many megabytes a second, or nothing at all."""

    def __init__(self, person: Person) -> None:
        self.session = person.context.new_cdp_session(person.page)
        self.session.send("Network.enable")

    def takes(self, megabytes: float, *, offline: bool = False) -> None:
        """From now on."""
        limits = {"offline": offline, "latency": 5, "downloadThroughput": -1, "uploadThroughput": megabytes * MB}
        self.session.send("Network.emulateNetworkConditions", limits)


def row(person: Person, name: str) -> Locator:
    return person.page.locator(".up").filter(has_text=name)


def comes_to(person: Person, percent: int) -> None:
    """The first bar is there and shows that much."""
    shows = "n => document.querySelector('.up progress')?.value >= n"
    person.page.wait_for_function(shows, arg=percent, timeout=LONG)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_server_dies_at_half_and_the_browser_goes_on_by_itself(team: Person, server: Process, tmp_path: Path):
    large, small = photo(tmp_path, "现场.png", 5000), photo(tmp_path, "合影.png", 400)
    begun: list[str] = []
    team.page.on("request", lambda asked: begun.append(asked.url) if asked.method == "POST" else None)
    team.types(name="社区救护课", place="清波街道社区礼堂", volunteers="8", hours="2.5", served="40")
    Line(team).takes(4)
    team.page.locator('[name="photos"]').set_input_files([large, small])
    expect(row(team, "合影")).to_contain_text("已上传", timeout=LONG)
    team.presses("记下", exact=True)
    expect(team.page.locator(".ups-wait")).to_contain_text("传完自动提交")

    comes_to(team, 50)
    server.kill()
    expect(row(team, "现场")).to_contain_text("连接断了", timeout=LONG)
    assert not Activity.objects.exists()
    team.picture("upload-waiting")
    with team.page.expect_navigation(timeout=LONG):
        server.start()

    team.sees("1次活动")
    assert len(begun) == 3, "two uploads and the form: nothing began anew"
    papers = {paper.document.name: paper.document for paper in attachments_of(Activity.objects.get())}
    papers |= {document.name: document for document in Document.objects.filter(name__in=("现场.png", "合影.png"))}
    assert {name: papers[name].sha256 for name in ("现场.png", "合影.png")} == {
        "现场.png": sha256(large),
        "合影.png": sha256(small),
    }
    assert not list(Path(settings.STORAGE_PIECES).iterdir())


def test_paused_offline_and_loaded_anew_it_goes_on_from_where_it_was(team: Person, tmp_path: Path):
    large = photo(tmp_path, "集合.png", 4900)
    sent: list[int] = []
    team.page.on(
        "request", lambda asked: sent.append(int(asked.headers["upload-offset"])) if asked.method == "PATCH" else None
    )
    (line := Line(team)).takes(3)
    chooser = team.page.locator('[name="photos"]')
    chooser.set_input_files(large)
    comes_to(team, 10)
    team.page.get_by_role("button", name="暂停上传：集合.png").click()
    expect(row(team, "集合")).to_contain_text("已暂停")
    assert team.faults() == []
    team.picture("upload-paused")
    before = len(sent)
    team.page.wait_for_timeout(1000)
    assert len(sent) == before

    team.page.get_by_role("button", name="继续：集合.png").click()
    comes_to(team, 30)
    line.takes(3, offline=True)
    expect(row(team, "集合")).to_contain_text("连接断了", timeout=LONG)
    line.takes(3)
    comes_to(team, 50)

    team.page.reload()
    expect(row(team, "集合")).to_contain_text("再选一次这个文件", timeout=LONG)
    came = max(sent)
    sent.clear()
    chooser.set_input_files(large)
    expect(row(team, "集合")).to_contain_text("已上传", timeout=LONG)
    assert min(sent) >= came > 0
    assert Document.objects.get(name="集合.png").sha256 == sha256(large)

    team.page.reload()
    expect(row(team, "集合")).to_contain_text("已上传", timeout=LONG)
    team.page.get_by_role("button", name="移除：集合.png").click()
    expect(team.page.locator(".up")).to_have_count(0)


DROP = """([at, name, text]) => {
  const held = new DataTransfer();
  held.items.add(new File([text], name));
  const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: held });
  document.querySelector(at).dispatchEvent(drop);
}"""


def test_what_is_dropped_on_the_checklist_lies_in_its_slot(team: Person, tmp_path: Path):
    project = Project.objects.get()
    lay = {one.document.name for one in attachments_of(project, "activity_record")}  # of the activities told before
    team.opens(f"/projects/{project.pk}/papers/activity_record/")
    team.page.evaluate(DROP, ["#f-files", "现场记录.txt", "8 月 20 日，清波街道。"])
    expect(row(team, "现场记录")).to_contain_text("已上传", timeout=LONG)
    team.page.locator("#f-files").set_input_files(photo(tmp_path, "签到.png", 60))
    expect(row(team, "签到")).to_contain_text("已上传", timeout=LONG)
    assert team.faults() == []
    team.presses("上传", exact=True)
    team.sees("已收下2份")
    lie = {one.document.name for one in attachments_of(project, "activity_record")}
    assert lie - lay == {"现场记录.txt", "签到.png"}

    team.page.evaluate(DROP, ["#f-files", "程序.exe", "MZ"])
    expect(row(team, "程序")).to_contain_text("没有收下", timeout=LONG)
    team.refused.clear()


def test_a_refused_file_says_why_at_its_place_and_leaves_the_rest(team: Person, tmp_path: Path):
    fine, wrong = photo(tmp_path, "合影.png", 400), tmp_path / "说明.png"
    wrong.write_text("不是照片")
    more = [photo(tmp_path, f"{n}.png", 40) for n in range(3)]
    team.page.locator('[name="photos"]').set_input_files([fine, wrong])
    expect(row(team, "说明")).to_contain_text("没有收下", timeout=LONG)
    expect(row(team, "合影")).to_contain_text("已上传", timeout=LONG)
    team.page.locator('[name="photos"]').set_input_files(more)
    expect(row(team, "2.png")).to_contain_text("最多放 3 份", timeout=LONG)
    expect(row(team, "1.png")).to_contain_text("已上传", timeout=LONG)
    team.refused.clear()
    assert team.faults() == []
    team.picture("upload-refused")
    team.types(name="社区救护课", place="清波街道社区礼堂", volunteers="8", hours="2.5", served="40")
    team.presses("记下", exact=True)
    team.sees("2次活动")
    assert Activity.objects.latest("number").photos.count() == 3


def test_whoever_was_signed_out_meanwhile_is_told_to_sign_in_and_goes_on(
    team: Person, cast: Cast, server: Process, tmp_path: Path
):
    large = photo(tmp_path, "合练.png", 3000)
    (line := Line(team)).takes(2)
    team.page.locator('[name="photos"]').set_input_files(large)
    comes_to(team, 30)
    team.context.clear_cookies()
    expect(row(team, "合练")).to_contain_text("登录可能已经过期", timeout=LONG)
    line.takes(20)
    team.is_(cast.team_leader).page.reload()
    expect(row(team, "合练")).to_contain_text("再选一次这个文件", timeout=LONG)
    team.page.locator('[name="photos"]').set_input_files(large)
    expect(row(team, "合练")).to_contain_text("已上传", timeout=LONG)
    assert Document.objects.get(name="合练.png").sha256 == sha256(large)
