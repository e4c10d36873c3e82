"""What a run that died had swapped goes back byte for byte, unless somebody wrote there since."""

from __future__ import annotations

import os
import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scrubber.errors import ScrubError
from scrubber.transaction import PREFIX, Transaction, WrittenSince, interrupted, recover, take_back
from scrubber.transaction.staging import Staging
from tests.crashed import crashed
from tests.interruptions import DIED, Counter, counting, die, impoverish, in_child
from tests.transaction.runs import OLD, STORES, Place, die_at, run, stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("quick")

Tree = dict[str, tuple[int, int, bytes]]


def tree(profile: Path) -> Tree:
    """Mode, time and content of all but staging folders.

    A folder's times don't count: a run that dies can't give them back.
    """
    return {
        path.relative_to(profile).as_posix(): (
            path.lstat().st_mode,
            0 if path.is_dir() else path.lstat().st_mtime_ns,
            b"" if path.is_dir() else path.read_bytes(),
        )
        for path in profile.rglob("*")
        if PREFIX not in str(path)
    }


@pytest.mark.parametrize(
    ("ending", "poor"),
    [
        pytest.param("commit", False, id="all-features"),
        pytest.param("commit", True, id="no-hard-links-no-exchange"),
        pytest.param("rollback", False, id="while-it-is-rolled-back"),
    ],
)
def test_a_run_that_died_anywhere_is_taken_back(
    place: Place, fresh: Callable[[], Place], ending: str, poor: bool
) -> None:
    """Design 4.5: a crash before the originals are destroyed leaves them recoverable, every byte of them."""
    before = tree(place.profile)
    for at in counting():
        scene = fresh()
        status = in_child(partial(die_at, scene, ending, at, poor=poor))  # type: ignore[arg-type]
        dead = tree(scene.profile)
        # Without a journal the run was over: what its folder holds was being destroyed.
        is_over = not any((folder / "journal").exists() for folder in interrupted([scene.profile]))
        take_back([scene.profile])
        assert interrupted([scene.profile]) == ()
        assert tree(scene.profile) == (dead if is_over else before), at
        if status != DIED:
            assert (dead == before) is (ending == "rollback")
            return


def swapped_and_dead(place: Place, *, poor: bool = False) -> None:
    """A process that dies when all is swapped and nothing destroyed: while the run is verified, say."""
    with pytest.MonkeyPatch.context() as patch:
        if poor:
            impoverish(patch)
        patch.setattr(Staging, "destroy", lambda _: os._exit(DIED))
        run(place, "commit", [], [])


@pytest.mark.parametrize("poor", [False, True], ids=["all-features", "no-hard-links-no-exchange"])
def test_taking_back_dies_too_and_is_taken_up_again(
    place: Place, fresh: Callable[[], Place], poor: bool
) -> None:
    before = tree(place.profile)
    for at in counting():
        scene = fresh()
        assert in_child(partial(swapped_and_dead, scene, poor=poor)) == DIED
        status = in_child(partial(take_back_until, scene, at, poor=poor))
        take_back([scene.profile])
        assert tree(scene.profile) == before, at
        assert interrupted([scene.profile]) == ()
        if status != DIED:
            return


def take_back_until(place: Place, at: int, *, poor: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if poor:
            impoverish(patch)
        Counter(die, at).install(patch)
        take_back([place.profile])


def visit(profile: Path) -> None:
    """A browser that ran since: its database has a WAL again."""
    shutil.copyfile(profile / "Cookies", profile / "copy")
    (profile / "Cookies").unlink()
    crashed(profile / "Cookies", "wal", OLD)
    (profile / "copy").unlink()


WRITTEN: dict[str, Callable[[Path], object]] = {
    "a file": lambda profile: (profile / "Preferences").write_text("newer"),
    "a file that keeps its size": lambda profile: (profile / "Preferences").write_text("odd"),
    "a database": visit,
    "a WAL came": lambda profile: (profile / "History-wal").write_text("committed"),
    "a folder": lambda profile: (profile / "Local Storage" / "000008.log").write_text("newer"),
    "a folder is gone": lambda profile: shutil.rmtree(profile / "Local Storage"),
    "made anew": lambda profile: (profile / "Last Tabs").write_text("newer"),
    "gone": lambda profile: (profile / "Preferences").unlink(),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_nothing_goes_back_where_somebody_wrote_since(fresh: Callable[[], Place], how: str) -> None:
    scene = fresh()
    assert in_child(partial(swapped_and_dead, scene)) == DIED
    WRITTEN[how](scene.profile)
    before = tree(scene.profile)
    with pytest.raises(WrittenSince) as caught:
        take_back([scene.profile])
    assert len(caught.value.messages) == 2
    after = tree(scene.profile)
    assert after == before
    assert len(interrupted([scene.profile])) == 1
    recover([scene.profile])
    assert interrupted([scene.profile]) == ()


def test_what_lies_beside_may_have_changed(place: Place, fresh: Callable[[], Place]) -> None:
    scene = fresh()
    assert in_child(partial(swapped_and_dead, scene)) == DIED
    (scene.profile / "Bookmarks").write_text("one more")
    assert {path.name for path in take_back([scene.profile])} == set(STORES)
    changed = {name for name, entry in tree(scene.profile).items() if entry != tree(place.profile)[name]}
    assert changed == {"Bookmarks"}


def test_a_link_on_the_way_is_not_followed(fresh: Callable[[], Place], tmp_path: Path) -> None:
    scene = fresh()
    (scene.profile / "Sync Data" / "more").write_text("old")
    assert in_child(partial(swapped_one_and_dead, scene.profile, "Sync Data/more")) == DIED
    shutil.move(scene.profile / "Sync Data", tmp_path / "outside")
    (scene.profile / "Sync Data").symlink_to(tmp_path / "outside")
    with pytest.raises(WrittenSince):
        take_back([scene.profile])
    assert (tmp_path / "outside" / "more").read_text() == "new"


def swapped_one_and_dead(profile: Path, name: str) -> None:
    with Transaction([profile]) as transaction:
        with transaction.edit(profile / name) as edit:
            edit.after.write_text("new")
        transaction.swap()
        os._exit(DIED)


def test_a_run_at_work_is_left_alone(fresh: Callable[[], Place]) -> None:
    scene = fresh()
    with Transaction([scene.profile]) as transaction:
        stage(transaction, scene)
        transaction.swap()
        assert take_back([scene.profile]) == ()
        assert not (scene.profile / "Cache").exists()
        transaction.commit()


def test_a_cut_off_undo_is_finished_and_not_undone(fresh: Callable[[], Place]) -> None:
    scene = fresh()
    assert in_child(partial(restored_and_dead, scene.profile)) == DIED
    assert take_back([scene.profile]) == ()
    assert (scene.profile / "Preferences").read_text() == "once"
    assert interrupted([scene.profile]) == ()


def restored_and_dead(profile: Path) -> None:
    with Transaction([profile]) as transaction:
        with transaction.restore(profile / "Preferences") as after:
            after.write_text("once")
        transaction.swap()
        os._exit(DIED)


def test_what_could_not_be_put_back_waits(
    place: Place, fresh: Callable[[], Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = fresh()
    assert in_child(partial(swapped_and_dead, scene)) == DIED
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(ScrubError, match="not put back: Input/output error"):
            take_back([scene.profile])
    assert len(interrupted([scene.profile])) == 1
    take_back([scene.profile])
    assert tree(scene.profile) == tree(place.profile)


def refuse(*_: object) -> None:
    raise OSError(5, "Input/output error")
