"""What a virus scanner on Windows refuses for a moment, and what is refused for good."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest

from scrubber.transaction.patience import patiently, remove_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCANNED = PermissionError(errno.EACCES, "The process cannot access the file")
FULL = OSError(errno.ENOSPC, "There is not enough space on the disk")


def refusing(times: int, error: OSError) -> tuple[Callable[[], str], list[None]]:
    """Something that fails so many times, and what is counted of it."""
    tried: list[None] = []

    def act() -> str:
        tried.append(None)
        if len(tried) <= times:
            raise error
        return "done"

    return act, tried


@pytest.mark.parametrize(
    ("error", "times"),
    [
        pytest.param(SCANNED, 1, id="a scanner looks at the file"),
        pytest.param(SCANNED, 4, id="it takes its time"),
        pytest.param(OSError(errno.ENOTEMPTY, "not empty"), 1, id="the last file still goes"),
    ],
)
def test_windows_is_asked_again_after_a_pause(error: OSError, times: int) -> None:
    act, tried = refusing(times, error)
    pauses: list[float] = []
    assert patiently(act, system="win32", sleep=pauses.append) == "done"
    assert len(tried) == times + 1
    assert len(pauses) == times
    assert sum(pauses) < 1


@pytest.mark.parametrize(
    ("error", "system", "tries"),
    [
        pytest.param(SCANNED, "win32", 5, id="refused for good"),
        pytest.param(FULL, "win32", 1, id="time won't help"),
        pytest.param(SCANNED, "linux", 1, id="Linux means it"),
        pytest.param(SCANNED, "darwin", 1, id="so does macOS"),
    ],
)
def test_what_is_refused_for_good_is_said(error: OSError, system: str, tries: int) -> None:
    act, tried = refusing(99, error)
    with pytest.raises(OSError, match=str(error.strerror)):
        patiently(act, system=system, sleep=lambda _: None)
    assert len(tried) == tries


def test_windows_deletes_what_is_marked_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But takes no mark off what lies behind a link."""
    folder = tmp_path / "staging"
    (folder / "1").mkdir(parents=True)
    for file in (folder / "1" / "f_000001", tmp_path / "elsewhere"):
        file.write_bytes(b"content")
        file.chmod(stat.S_IREAD)
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    delete = os.unlink

    def as_windows(path: str, **where: int) -> None:
        status = os.lstat(path, **where)
        if stat.S_ISREG(status.st_mode) and not status.st_mode & stat.S_IWRITE:
            raise PermissionError(errno.EACCES, "Access is denied")
        delete(path, **where)

    monkeypatch.setattr(os, "unlink", as_windows)
    remove_tree(folder, system="win32")
    assert not folder.exists()
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) == stat.S_IREAD
