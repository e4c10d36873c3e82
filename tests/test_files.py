"""Opening what belongs to a person: never through a link, never hanging, never leaving a mark."""

from __future__ import annotations

import fcntl
import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber import files
from scrubber.errors import UnreadableStore

if TYPE_CHECKING:
    from collections.abc import Callable


def make_link(path: Path) -> None:
    path.with_name("beyond").write_bytes(b"beyond")
    path.symlink_to(path.with_name("beyond"))


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        folder = os.open(path.parent, os.O_RDONLY)
        # Such an address is short, unlike the paths of tests.
        listening.bind(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)


KINDS = [
    pytest.param(make_link, "link", id="link"),
    pytest.param(Path.mkdir, "folder", id="folder"),
    pytest.param(os.mkfifo, "FIFO", id="FIFO"),
    pytest.param(make_socket, "socket", id="socket"),
]


@pytest.mark.parametrize(("make", "kind"), KINDS)
def test_what_is_no_file_is_named_and_not_opened(
    tmp_path: Path, make: Callable[[Path], None], kind: str
) -> None:
    path = tmp_path / "store"
    make(path)
    assert files.kind(path) == kind
    with pytest.raises(UnreadableStore, match=rf"store: a {kind}, not a file$"):
        files.open_regular(path)


@pytest.mark.parametrize(("make", "kind"), [case for case in KINDS if case.values[1] != "folder"])
def test_what_is_no_folder_is_named_and_not_listed(
    tmp_path: Path, make: Callable[[Path], None], kind: str
) -> None:
    path = tmp_path / "store"
    make(path)
    for listing in (files.names, files._names_by_path):
        with pytest.raises(UnreadableStore, match=rf"store: a {kind}, not a folder$"):
            listing(path)


def test_a_link_to_a_folder_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    with pytest.raises(UnreadableStore, match="a link, not a folder"):
        files.names(tmp_path / "link")
    assert [path.name for path in files.walk(tmp_path)] == ["folder", "link"]


def test_what_is_not_there(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert files.kind(gone) is None
    assert files.kind(gone / "below") is None
    assert files.names(gone) == files._names_by_path(gone) == []
    with pytest.raises(UnreadableStore, match="No such file"):
        files.open_regular(gone)


def test_reading_and_listing_leave_access_times(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    for path in (file, tmp_path):
        os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    assert files.read_regular(file) == b"content"
    assert files.names(tmp_path) == ["file"]
    assert (file.stat().st_atime_ns, tmp_path.stat().st_atime_ns) == (1_000_000_000, 1_000_000_000)


def test_who_may_read_but_is_not_the_owner_still_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O_NOATIME is the owner's privilege."""
    (tmp_path / "file").write_bytes(b"content")
    opened = os.open

    def refuse_noatime(path: Path, flags: int, *rest: int) -> int:
        if flags & getattr(os, "O_NOATIME", 0):
            raise PermissionError(1, "Operation not permitted", str(path))
        return opened(path, flags, *rest)

    monkeypatch.setattr(os, "open", refuse_noatime)
    assert files.read_regular(tmp_path / "file") == b"content"
    assert files.names(tmp_path) == ["file"]


def test_a_limit_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert files.read_regular(tmp_path / "file", limit=5) == b"12345"
    with pytest.raises(UnreadableStore, match="larger than 4 bytes"):
        files.read_regular(tmp_path / "file", limit=4)


def test_a_copy_is_private_whatever_the_umask(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"x" * 3_000_000)
    source.chmod(0o644)
    before = os.umask(0)
    try:
        files.copy_private(source, target)
    finally:
        os.umask(before)
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.read_bytes() == source.read_bytes()
    with pytest.raises(FileExistsError):
        files.copy_private(source, target)


@dataclass(frozen=True)
class OnWindows:
    """What `lstat` says there of a reparse point."""

    st_mode: int
    st_reparse_tag: int


@pytest.mark.parametrize(
    ("mode", "tag", "kind"),
    [
        pytest.param(stat.S_IFDIR, 0xA0000003, "link", id="a junction leads elsewhere"),
        pytest.param(stat.S_IFREG, 0xA000001D, "link", id="so does a link that WSL made"),
        pytest.param(stat.S_IFDIR, 0x9000601A, "folder", id="OneDrive has the desktop"),
        pytest.param(stat.S_IFREG, 0x80000013, "file", id="a file that the server holds once for all"),
        pytest.param(stat.S_IFREG, 0, "file", id="no reparse point"),
    ],
)
def test_a_reparse_point_is_a_link_where_it_leads_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, tag: int, kind: str
) -> None:
    monkeypatch.setattr(Path, "lstat", lambda _: OnWindows(mode, tag))
    assert files.kind(tmp_path / "Desktop") == kind


def test_no_link_is_followed_where_opening_alone_would_do_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows has no O_NOFOLLOW."""
    make_link(tmp_path / "store")
    monkeypatch.setattr(files, "_READ", os.O_RDONLY)
    monkeypatch.setattr(files, "_NOFOLLOW", 0)
    with pytest.raises(UnreadableStore, match=r"store: a link, not a file$"):
        files.open_regular(tmp_path / "store")
    assert files.read_regular(tmp_path / "beyond") == b"beyond"


@pytest.mark.parametrize(
    ("length", "there", "said"),
    [
        pytest.param(260, True, "too long for Windows", id="there, but hidden"),
        pytest.param(260, False, None, id="not there"),
        pytest.param(259, True, None, id="short enough to be believed"),
    ],
)
def test_what_windows_hides_behind_a_long_path_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int, there: bool, said: str | None
) -> None:
    path = tmp_path / ("n" * (length - len(str(tmp_path)) - 1))
    monkeypatch.setattr(files, "_WINDOWS", True)
    monkeypatch.setattr(os.path, "lexists", lambda name: there and name == f"\\\\?\\{path}")
    if said is None:
        assert files.kind(path) is None
        return
    with pytest.raises(UnreadableStore, match=said):
        files.kind(path)


@pytest.mark.parametrize(
    ("number", "there"),
    [
        pytest.param(123, False, id="a name with *, which nothing can have"),
        pytest.param(1117, True, id="the disk fails: nobody knows"),
    ],
)
def test_a_name_that_windows_forbids_is_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, there: bool
) -> None:
    def refuse(_: Path) -> None:
        error = OSError(22, "no")
        error.winerror = number  # type: ignore[attr-defined,unused-ignore]
        raise error

    monkeypatch.setattr(Path, "lstat", refuse)
    if not there:
        assert files.kind(tmp_path / "opera-*") is None
        return
    with pytest.raises(UnreadableStore, match="no"):
        files.kind(tmp_path / "opera-*")


@pytest.mark.parametrize(
    ("system", "fails", "asked"),
    [
        pytest.param("darwin", False, ["barrier"], id="macOS is asked to keep the order"),
        pytest.param("darwin", True, ["barrier", "fsync"], id="a disk that can't"),
        pytest.param("linux", False, ["fsync"], id="fsync does it on Linux"),
        pytest.param("win32", False, ["fsync"], id="and on Windows"),
    ],
)
def test_what_is_flushed_comes_before_what_follows(
    monkeypatch: pytest.MonkeyPatch, system: str, fails: bool, asked: list[str]
) -> None:
    found = []

    def control(descriptor: int, command: int) -> None:
        assert (descriptor, command) == (7, 85)
        found.append("barrier")
        if fails:
            raise OSError(25, "Inappropriate ioctl for device")

    monkeypatch.setattr(fcntl, "fcntl", control)
    monkeypatch.setattr(os, "fsync", lambda _: found.append("fsync"))
    files.flush(7, system)
    assert found == asked
