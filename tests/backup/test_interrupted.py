"""A run and its undoing, each interrupted at each of its file operations in turn."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber.errors import ScrubError
from scrubber.transaction import PREFIX, interrupted, recover
from tests.backup.runs import NEW, OLD, make_profile, run, tree, undo, without_folder_times
from tests.crashed import hosts_of_copy
from tests.interruptions import DIED, Counter, counting, die, fail, impoverish, in_child, interrupt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATABASES = ("Cookies", "History", "Favicons")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """On a disk in memory where there is one: there are a thousand runs to come."""
    memory = Path("/dev/shm")  # noqa: S108 - the name in it is made up by tempfile
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        make_profile(Path(name) / "template")
        yield Path(name)


@pytest.fixture
def fresh(folder: Path) -> Callable[[], tuple[Path, Path]]:
    """A profile as before the run, and where the backup is to be."""

    def make() -> tuple[Path, Path]:
        profile, backup = folder / "profile", folder / "backup.age"
        backup.unlink(missing_ok=True)
        shutil.rmtree(profile, ignore_errors=True)
        shutil.copytree(folder / "template", profile)
        return profile, backup

    return make


def cut_short(act: Callable[[], None], at: int, function: Callable[[], object]) -> int:
    """How many operations there were."""
    with pytest.MonkeyPatch.context() as patch:
        counter = Counter(act, at)
        counter.install(patch)
        function()
    return counter.count


def die_at(at: int, function: Callable[[], object], *, poor: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if poor:
            impoverish(patch)
        cut_short(die, at, function)


def databases(profile: Path, scratch: Path) -> set[str]:
    """Which of the two versions there are."""
    found = set()
    for name in DATABASES:
        content = hosts_of_copy(profile / name, scratch)
        assert content in (OLD, NEW), f"{name}: {content}"
        found.add("old" if content == OLD else "new")
    return found


@pytest.mark.parametrize("poor", [False, True], ids=["all-features", "no-hard-links-no-exchange"])
def test_a_run_that_died_is_undone(
    fresh: Callable[[], tuple[Path, Path]], folder: Path, *, poor: bool
) -> None:
    for at in counting():
        profile, backup = fresh()
        before = tree(profile)
        status = in_child(partial(die_at, at, partial(run, profile, backup), poor=poor))
        try:
            undo(profile, backup)
        except ScrubError:
            recover([profile])  # died before there was a whole backup, and so before anything was changed
        assert without_folder_times(tree(profile)) == without_folder_times(before)
        if status != DIED:
            assert status == 0
            assert tree(profile) == before
            return


@pytest.mark.parametrize("poor", [False, True], ids=["all-features", "no-hard-links-no-exchange"])
def test_an_undoing_that_died_is_done_again(
    fresh: Callable[[], tuple[Path, Path]], folder: Path, *, poor: bool
) -> None:
    profile, backup = fresh()
    before = tree(profile)
    run(profile, backup)
    assert databases(profile, folder / "scratch") == {"new"}
    profile.rename(folder / "after")
    for at in counting():
        shutil.copytree(folder / "after", profile)
        status = in_child(partial(die_at, at, partial(undo, profile, backup), poor=poor))
        databases(profile, folder / "scratch")
        assert undo(profile, backup).changed == ()
        assert without_folder_times(tree(profile)) == without_folder_times(before)
        shutil.rmtree(profile)
        if status != DIED:
            assert status == 0
            shutil.rmtree(folder / "after")
            return


@pytest.mark.parametrize("act", [fail, interrupt])
def test_an_undoing_that_fails_leaves_what_the_run_left(
    fresh: Callable[[], tuple[Path, Path]], folder: Path, act: Callable[[], None]
) -> None:
    profile, backup = fresh()
    before = tree(profile)
    run(profile, backup)
    shutil.copytree(profile, folder / "after", symlinks=True)
    after = tree(folder / "after")
    for at in counting():
        shutil.rmtree(profile)
        shutil.copytree(folder / "after", profile, symlinks=True)
        failed = True
        with suppress(ScrubError, KeyboardInterrupt, OSError):
            count = cut_short(act, at, partial(undo, profile, backup))
            failed = False
        recover([profile])
        assert interrupted([profile]) == ()
        found = without_folder_times(tree(profile))
        # The last step is to clear away what was set aside: all is done by then.
        assert found in (without_folder_times(after), without_folder_times(before))
        assert failed or found == without_folder_times(before)
        if not failed and count < at:
            shutil.rmtree(folder / "after")
            return


def test_a_backup_that_finds_no_room_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile, backup = tmp_path / "profile", tmp_path / "backup.age"
    make_profile(profile)
    before = tree(profile)

    def full(_: int) -> None:
        if backup.exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ScrubError, match=r"backup\.age: no backup could be written \(No space"):
        run(profile, backup)
    assert not backup.exists()
    assert tree(profile) == before
    assert not list(profile.glob(f"{PREFIX}*"))
