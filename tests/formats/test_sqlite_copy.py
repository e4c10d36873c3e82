"""Private copies of databases: gone with their block, and where a run was killed, with the next copy."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from scrubber.errors import UnreadableStore
from scrubber.formats import sqlite_copy
from scrubber.formats.sqlite_copy import private_copy
from tests.crashed import crashed, hosts


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "History"
    crashed(path, "wal", ["shop.example"], committed=["late.example"])
    return path


def killed(database: Path) -> None:
    """A process that ends in the middle of its block, and takes its lock along."""
    child = os.fork()
    if child == 0:
        with private_copy(database):
            os._exit(0)
    os.waitpid(child, 0)


def test_a_copy_is_whole_private_and_gone_in_the_end(database: Path, temporary: Path) -> None:
    with private_copy(database) as copy:
        assert hosts(copy) == ["late.example", "shop.example"]
        assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert list(temporary.iterdir()) == []


def test_what_a_killed_run_left_goes_and_what_others_hold_stays(database: Path, temporary: Path) -> None:
    killed(database)
    assert len(list(temporary.iterdir())) == 1
    (temporary / "scrubber-copy-link").symlink_to(database.parent)
    (temporary / "somebody-else").mkdir()
    with private_copy(database) as first, private_copy(database) as second:
        names = {path.name for path in temporary.iterdir()}
        assert names == {first.parent.name, second.parent.name, "scrubber-copy-link", "somebody-else"}
    assert database.exists()


def test_a_folder_that_another_run_took_for_abandoned_is_made_again(
    database: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = tempfile.mkdtemp
    taken: list[str] = []

    def taken_at_once(**options: str) -> str:
        folder = make(**options)
        if not taken:
            taken.append(folder)
            Path(folder).rmdir()
        return folder

    monkeypatch.setattr(tempfile, "mkdtemp", taken_at_once)
    with private_copy(database) as copy:
        assert hosts(copy) == ["late.example", "shop.example"]
        assert [str(copy.parent)] != taken
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("refused", ["mkdir", "open"], ids=["no folder", "no file"])
def test_no_room_for_a_copy_is_no_reason_to_stop(
    database: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    function = getattr(os, refused)

    def full(path: object, *rest: int, **more: int) -> object:
        if str(path).startswith(str(temporary)):
            raise OSError(28, "No space left on device")
        return function(path, *rest, **more)

    monkeypatch.setattr(os, refused, full)
    with pytest.raises(UnreadableStore, match="No space left on device"), private_copy(database):
        pass
    assert database.exists()


def test_on_windows_a_file_tells_which_copies_are_abandoned(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can't be deleted there as long as the run that made it has it open."""
    living, killed = (temporary / f"scrubber-copy-{name}" for name in ("living", "killed"))
    others = temporary / "somebody-else"
    for folder in (living, killed, others):
        folder.mkdir()
        (folder / "History").write_bytes(b"content")
        os.close(sqlite_copy._lock_file(folder))
    unlink = Path.unlink

    def refused_while_open(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == "scrubber-copy-living.lock":
            raise PermissionError(13, "The process cannot access the file")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refused_while_open)
    sqlite_copy._clear_by_files(temporary)
    assert {path.name for path in temporary.iterdir()} == {
        "scrubber-copy-living",
        "scrubber-copy-living.lock",
        "somebody-else",
        "somebody-else.lock",
    }


@pytest.mark.parametrize("left", [True, False], ids=["not all could be deleted", "all is gone"])
def test_on_windows_the_file_stays_as_long_as_there_is_something_to_delete(
    temporary: Path, left: bool
) -> None:
    folder = temporary / "scrubber-copy-mine"
    os.close(sqlite_copy._lock_file(folder))
    if left:
        folder.mkdir()
    sqlite_copy._forget(folder)
    assert folder.with_suffix(".lock").exists() is left
