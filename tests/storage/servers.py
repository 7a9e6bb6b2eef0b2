"""Real S3 servers for the tests: rclone's from PyPI in every run, Debian's radosgw where it is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from minio import Minio
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

KEY, SECRET = "key", "deep/secret@of:ours"
QUOTED = "deep%2Fsecret%40of%3Aours"
PACKAGES = "radosgw ceph-mon ceph-osd ceph-mgr ceph-common"
CONFIGURATION = """\
[global]
fsid = {fsid}
mon host = v2:127.0.0.1:{mon}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = {folder}/keyring
run dir = {folder}
crash dir = {folder}
admin socket = {folder}/$name.$pid.asok
log file = {folder}/$name.log
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
[mon.a]
mon data = {folder}/mon
[osd.0]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw data = {folder}/rgw
"""


@dataclass(frozen=True)
class Server:
    """An S3 server on this machine, and the folder in which it keeps its objects, where that is one."""

    port: int
    folder: Path | None = None

    def client(self) -> Minio:
        """Speak to it as an administrator."""
        return Minio(f"127.0.0.1:{self.port}", access_key=KEY, secret_key=SECRET, secure=False, region="us-east-1")

    def bucket(self, *, locked: bool = False, versioned: bool = False) -> str:
        """Make an empty bucket and return its name."""
        name = f"documents-{uuid.uuid4().hex[:8]}"
        self.client().make_bucket(name, object_lock=locked)
        if versioned:
            self.client().set_bucket_versioning(name, VersioningConfig(ENABLED))
        return name

    def url(self, bucket: str, *, port: int = 0) -> str:
        """The STORAGE_URL of a bucket, through another port if told so."""
        return f"s3://{KEY}:{QUOTED}@127.0.0.1:{port or self.port}/{bucket}?secure=0"


@contextmanager
def rclone(folder: Path) -> Iterator[Server]:
    """Serve the folders in a folder as buckets; everything that changes in them is seen at once."""
    port = free_port()
    program = str(Path(sys.executable).with_name("rclone"))
    command = [program, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}"]
    # Without a digest for the ETag, which rclone would read the whole object for at every request.
    command += ["--dir-cache-time", "1ms", "--etag-hash", "", str(folder)]
    with (folder.parent / f"{folder.name}.log").open("w") as log:
        serving = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            answering(port, serving)
            yield Server(port, folder)
        finally:
            serving.kill()
            serving.wait()


@contextmanager
def radosgw(folder: Path) -> Iterator[Server]:
    """One monitor, one disk in memory, one gateway: about 14 seconds; all gone afterwards."""
    mon, port, fsid, disk = free_port(), free_port(), str(uuid.uuid4()), str(uuid.uuid4())
    for name in ("mon", "osd", "rgw"):
        (folder / name).mkdir()
    (folder / "ceph.conf").write_text(CONFIGURATION.format(folder=folder, mon=mon, port=port, fsid=fsid))
    run(folder, "ceph-authtool keyring --create-keyring --gen-key -n mon. --cap mon", "allow *")
    for name in ("client.admin", "client.rgw", "osd.0"):
        run(folder, f"ceph-authtool keyring --gen-key -n {name} --cap mon", "allow *", "--cap", "osd", "allow *")
    run(folder, f"monmaptool --create --fsid {fsid} --addv a [v2:127.0.0.1:{mon}] map")
    run(folder, "ceph-mon -c ceph.conf -i a --mkfs --monmap map --keyring keyring")
    daemons = [daemon(folder, "ceph-mon -i a")]
    try:
        run(folder, f"ceph -c ceph.conf osd new {disk}")
        run(folder, f"ceph-osd -c ceph.conf -i 0 --mkfs --osd-uuid {disk}")
        daemons += [daemon(folder, "ceph-osd -i 0"), daemon(folder, "radosgw -n client.rgw")]
        answering(port, daemons[-1])
        who = ["--uid=qingnuan", "--display-name=qingnuan", f"--access-key={KEY}", f"--secret-key={SECRET}"]
        run(folder, "radosgw-admin -c ceph.conf -n client.rgw user create", *who)
        yield Server(port)
    finally:
        for one in daemons:
            one.kill()
            one.wait()


def installed() -> bool:
    """Whether Debian's radosgw is here."""
    return all(shutil.which(name) for name in ("radosgw", "ceph-mon", "ceph-osd", "ceph"))


def run(folder: Path, line: str, *more: str) -> None:
    """Run to its end; what it says is shown only when it fails."""
    subprocess.run([*line.split(), *more], cwd=folder, check=True, capture_output=True, timeout=60)


def daemon(folder: Path, line: str) -> subprocess.Popen[bytes]:
    """Start in the foreground, as our child."""
    with (folder / "daemons.log").open("a") as log:
        return subprocess.Popen([*line.split(), "-c", "ceph.conf", "-f"], cwd=folder, stdout=log, stderr=log)


def answering(port: int, serving: subprocess.Popen[bytes]) -> None:
    """Return once anything answers over HTTP."""
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            assert serving.poll() is None, "the server ended by itself"
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing answers at {port}")


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
