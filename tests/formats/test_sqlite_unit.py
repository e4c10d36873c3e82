from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from scrubber.errors import UnreadableStore
from scrubber.formats.sqlite_unit import SIDECARS, fold, snapshot
from tests.crashed import crashed, database, hosts


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def private(tmp_path: Path) -> Path:
    folder = tmp_path / "private"
    folder.mkdir()
    return folder


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    "journal_mode",
    [
        pytest.param("wal", id="committed-wal-is-folded-in"),
        pytest.param("delete", id="hot-journal-is-rolled-back"),
    ],
)
def test_snapshot_is_the_committed_state_and_leaves_the_original_alone(
    profile: Path, private: Path, journal_mode: Literal["wal", "delete"]
) -> None:
    crashed(profile / "Cookies", journal_mode, ["first.example"], committed=["second.example"])
    assert len(contents(profile)) > 1
    before = contents(profile)
    copy = snapshot(profile / "Cookies", private)
    assert contents(profile) == before
    assert list(contents(private)) == ["Cookies"]
    assert copy.read_bytes() != before["Cookies"]
    assert hosts(copy) == ["first.example", "second.example"]


def test_snapshot_without_the_wal_would_lose_what_was_committed(profile: Path, private: Path) -> None:
    crashed(profile / "Cookies", "wal", ["first.example"], committed=["second.example"])
    (profile / "Cookies-wal").unlink()
    assert hosts(snapshot(profile / "Cookies", private)) == ["first.example"]


@pytest.mark.parametrize("journal_mode", ["delete", "wal"])
def test_snapshot_without_sidecars_keeps_every_byte(profile: Path, private: Path, journal_mode: str) -> None:
    database(profile / "Cookies", "first.example")
    with closing(sqlite3.connect(profile / "Cookies")) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal_mode}")
    for suffix in SIDECARS:
        (profile / f"Cookies{suffix}").touch()
    before = contents(profile)
    copy = snapshot(profile / "Cookies", private)
    assert contents(profile) == before
    assert contents(private) == {"Cookies": before["Cookies"]}
    assert hosts(copy) == ["first.example"]


def test_folding_keeps_the_journal_mode(profile: Path, private: Path) -> None:
    crashed(profile / "Cookies", "wal", ["first.example"], committed=["second.example"])
    assert snapshot(profile / "Cookies", private).read_bytes()[18:20] == b"\x02\x02"


@pytest.mark.parametrize(
    "state", ["before-the-journal", "before-the-wal", "before-the-shm", "before-the-end"]
)
@pytest.mark.parametrize("journal_mode", ["wal", "delete"])
def test_old_sidecars_beside_the_folded_file_change_nothing(
    profile: Path, private: Path, journal_mode: Literal["wal", "delete"], state: str
) -> None:
    """The folded file may take the original's place before the sidecars go, one by one in this order."""
    crashed(profile / "Cookies", journal_mode, ["first.example"], committed=["second.example"])
    folded = snapshot(profile / "Cookies", private)
    expected = hosts(folded)
    shutil.copyfile(folded, profile / "Cookies")
    states = ["before-the-journal", "before-the-wal", "before-the-shm", "before-the-end"]
    for suffix in SIDECARS[: states.index(state)]:
        (profile / f"Cookies{suffix}").unlink(missing_ok=True)
    assert hosts(profile / "Cookies") == expected


@pytest.mark.parametrize("umask", [0, 0o777], ids=["nothing-masked", "everything-masked"])
def test_copies_are_private(profile: Path, private: Path, umask: int) -> None:
    database(profile / "Cookies", "first.example")
    old = os.umask(umask)
    try:
        copy = snapshot(profile / "Cookies", private)
    finally:
        os.umask(old)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def make_text(path: Path) -> None:
    path.write_bytes(b"no database " * 400)


def make_link(path: Path) -> None:
    database(path.with_name("elsewhere"), "first.example")
    path.symlink_to("elsewhere")


def make_linked_wal(path: Path) -> None:
    database(path, "first.example")
    path.with_name("elsewhere").write_bytes(b"x")
    path.with_name("Cookies-wal").symlink_to("elsewhere")


def make_fifo_journal(path: Path) -> None:
    database(path, "first.example")
    os.mkfifo(path.with_name("Cookies-journal"))


def make_half(path: Path) -> None:
    """A journal that belongs to a transaction over several files; SQLite would remove the file it names."""
    crashed(path, "delete", ["first.example"])
    victim = os.fsencode(path.with_name("victim"))
    path.with_name("victim").write_bytes(b"/nowhere\0")
    with path.with_name("Cookies-journal").open("ab") as journal:
        journal.write(bytes(4) + victim + len(victim).to_bytes(4, "big") + sum(victim).to_bytes(4, "big"))
        journal.write(bytes.fromhex("d9d505f920a163d7"))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(make_text, "file is not a database", id="text"),
        pytest.param(make_link, "link", id="link"),
        pytest.param(os.mkfifo, "FIFO", id="fifo"),
        pytest.param(Path.mkdir, "folder", id="folder"),
        pytest.param(lambda _: None, "[Nn]o such file", id="missing"),
        pytest.param(make_linked_wal, "Cookies-wal: a link", id="wal-is-a-link"),
        pytest.param(make_fifo_journal, "Cookies-journal: a FIFO", id="journal-is-a-fifo"),
        pytest.param(make_half, "several databases", id="names-a-file-to-remove"),
    ],
)
def test_what_is_no_database_is_refused_by_its_own_name(
    profile: Path, private: Path, make: object, reason: str
) -> None:
    assert callable(make)
    make(profile / "Cookies")
    before = sorted(path.name for path in profile.iterdir())
    with pytest.raises(UnreadableStore, match=reason) as caught:
        snapshot(profile / "Cookies", private)
    assert str(caught.value).startswith(str(profile / "Cookies"))
    assert sorted(path.name for path in profile.iterdir()) == before


def test_changed_while_it_was_read_is_refused(
    profile: Path, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database(profile / "Cookies", "first.example")
    write = os.write

    def write_while_somebody_else_does(descriptor: int, data: bytes) -> int:
        (profile / "Cookies-wal").write_bytes(b"news")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", write_while_somebody_else_does)
    with pytest.raises(UnreadableStore, match="changed"):
        snapshot(profile / "Cookies", private)


def test_fold_does_not_create_a_database(private: Path) -> None:
    with pytest.raises(UnreadableStore):
        fold(private / "Cookies")
    assert contents(private) == {}
