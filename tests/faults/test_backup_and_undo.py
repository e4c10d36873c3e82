"""`clean --backup` and `undo`: operations of theirs fail, or are the last ones, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scrubber.backup import age, archive
from scrubber.errors import UsageError
from tests.faults import homes
from tests.faults.apart import KINDS
from tests.faults.children import end_of, spread
from tests.faults.layer import CHANGING, Layer
from tests.faults.test_failing_operations import Failing
from tests.faults.test_rights import ours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tests.faults.conftest import Scene
    from tests.faults.layer import Operation
    from tests.tally import Tally

PASSPHRASE = "stretcher ovation prism deluxe"

FAILURES, KILLS = 60, 24
"""Of each command, evenly over its operations; tests/backup has every one of them for fewer stores."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(age, "LOG2_N", 10)


def set_up(scene: Scene, place: Path) -> None:
    """A home to be cleaned, and no archive yet."""
    scene.set_up(place)
    shutil.rmtree(place / "kept", ignore_errors=True)
    (place / "kept").mkdir()
    (place / "kept" / "secret").write_text(PASSPHRASE)


def set_up_cleaned(scene: Scene, place: Path) -> None:
    """A home that was cleaned, with its archive."""
    if not (place / "template").exists():
        set_up(scene, place)
        assert clean(place).code == 0
        for name in ("home", "kept"):
            shutil.copytree(place / name, place / "template" / name, symlinks=True)
    set_up(scene, place)
    for name in ("home", "kept"):
        shutil.rmtree(place / name)
        shutil.copytree(place / "template" / name, place / name, symlinks=True)


def clean(place: Path) -> homes.Ran:
    with pytest.MonkeyPatch.context() as patch:
        homes.skip_verifying(patch)
        return homes.clean(place / "home", "--backup", str(place / "kept" / "backup.age"), *secret(place))


def undo(place: Path) -> homes.Ran:
    words = ("undo", str(place / "kept" / "backup.age"), "--json", "--home", str(place / "home"))
    return homes.scrubber(*words, *secret(place))


def secret(place: Path) -> tuple[str, str]:
    return "--passphrase-file", str(place / "kept" / "secret")


def is_whole(place: Path) -> bool:
    """Whether there is an archive that can be read to its end; one that can't is taken for damaged."""
    path = place / "kept" / "backup.age"
    if not path.exists():
        return False
    try:
        with archive.opened(path, PASSPHRASE) as found:
            for _, members in found.originals():
                for _, member in members:
                    if member.isfile():
                        found.content(member).read()
    except UsageError:
        return False
    return True


def operations(command: Callable[[Path], homes.Ran], place: Path) -> list[Operation]:
    layer = Layer(place, lambda _: None)
    with pytest.MonkeyPatch.context() as patch:
        layer.install(patch)
        assert command(place).code == 0
    return layer.seen


def evenly(operations: Sequence[Operation], most: int) -> list[Operation]:
    return list(operations[:: max(1, -(-len(operations) // most))])


def of_backup(scene: Scene, place: Path) -> list[Operation]:
    """Those that there are only with a backup: originals that are read, the archive that is written."""
    place.mkdir()
    set_up(scene, place)
    known = set(scene.operations)
    return [one for one in operations(clean, place) if one not in known]


def of_undo(scene: Scene, place: Path) -> list[Operation]:
    place.mkdir()
    set_up_cleaned(scene, place)
    return operations(undo, place)


def fail(command: Callable[[Path], homes.Ran], place: Path, at: Operation, number: int) -> homes.Ran | None:
    act = Failing({at: KINDS[number % len(KINDS)]})
    with pytest.MonkeyPatch.context() as patch:
        Layer(place, act).install(patch)
        ran = command(place)
    assert act.failed == [at]
    assert not any("bug" in message for message in ran.said["messages"]), (at, ran)
    return ran


def kill(command: Callable[[Path], homes.Ran], place: Path, at: Operation, _: int) -> None:
    def act(operation: Operation) -> None:
        if operation == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def run() -> None:
        with pytest.MonkeyPatch.context() as patch:
            Layer(place, act).install(patch)
            command(place)

    assert end_of(run) == -signal.SIGKILL


def disturb_backups(
    scene: Scene, disturb: Callable[..., homes.Ran | None], jobs: Iterable[tuple[int, Operation]], place: Path
) -> int:
    count = 0
    for count, (number, at) in enumerate(jobs, 1):  # noqa: B007 - how many there were
        set_up(scene, place)
        ran = disturb(clean, place, at, number)
        found = homes.content(place / "home")
        assert homes.halves(found, scene.old, scene.new) == [], at
        whole = is_whole(place)
        # Nothing goes before there is an archive that holds it.
        assert whole or found == scene.old, (at, ran)
        assert whole or ran is None or ran.code != 0, (at, ran)
        if whole and number % 2:
            assert undo(place).code == 0, at
            assert homes.differing(homes.content(place / "home"), scene.old) == [], at
        else:
            assert homes.clean_unverified(place / "home").code == 0, at
            assert homes.differing(homes.content(place / "home"), scene.new) == [], at
        assert homes.staged(place) == [], at
    return count


def disturb_undoing(
    scene: Scene, disturb: Callable[..., homes.Ran | None], jobs: Iterable[tuple[int, Operation]], place: Path
) -> int:
    count = 0
    for count, (number, at) in enumerate(jobs, 1):  # noqa: B007 - how many there were
        set_up_cleaned(scene, place)
        before = (place / "kept" / "backup.age").read_bytes()
        ran = disturb(undo, place, at, number)
        found = homes.content(place / "home")
        assert homes.halves(found, scene.old, scene.new) == [], at
        assert ran is None or ran.code != 0 or found == scene.old, (at, ran)
        again = homes.clean_unverified(place / "home") if number % 2 else undo(place)
        assert again.code == 0, (at, again)
        wanted = scene.new if number % 2 else scene.old
        assert homes.differing(homes.content(place / "home"), wanted) == [], at
        assert homes.staged(place) == [], at
        assert (place / "kept" / "backup.age").read_bytes() == before, at
    return count


@pytest.mark.parametrize(
    ("of", "check"),
    [
        pytest.param(of_backup, disturb_backups, id="clean with a backup"),
        pytest.param(of_undo, disturb_undoing, id="undo"),
    ],
)
class TestCommands:
    def test_a_failing_operation(
        self,
        scene: Scene,
        folder: Path,
        tally: Tally,
        of: Callable[..., list[Operation]],
        check: Callable[..., int],
    ) -> None:
        every = evenly(of(scene, folder / "first"), FAILURES)
        failed = sum(spread(list(enumerate(every)), partial(check, scene, fail), folder))
        assert failed == len(every)
        tally.add("file operations that failed", failed)

    def test_a_kill(
        self,
        scene: Scene,
        folder: Path,
        tally: Tally,
        of: Callable[..., list[Operation]],
        check: Callable[..., int],
    ) -> None:
        every = evenly([one for one in of(scene, folder / "first") if one.name in CHANGING], KILLS)
        killed = sum(spread(list(enumerate(every)), partial(check, scene, kill), folder))
        assert killed == len(every)
        tally.add("kills survived", killed)


def test_writes_that_are_cut_short(scene: Scene, folder: Path, tally: Tally) -> None:
    cut: list[Operation] = []

    def cut_short(operation: Operation) -> bool:
        if operation.name == "write":
            cut.append(operation)
        return operation.name == "write"

    set_up(scene, folder)
    for command, wanted in ((clean, scene.new), (undo, scene.old)):
        with pytest.MonkeyPatch.context() as patch:
            Layer(folder, cut_short).install(patch)
            assert command(folder).code == 0
        assert is_whole(folder)
        assert homes.differing(homes.content(folder / "home"), wanted) == []
    assert any(one.path.endswith("/backup.age") for one in cut)
    tally.add("file operations that failed", len(cut))


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
def test_nobody_else_can_read_at_any_moment(scene: Scene, folder: Path, umask: int) -> None:
    """Neither the archive nor what is staged for it, or from it."""
    seen: set[str] = set()

    def look(operation: Operation) -> None:
        with layer.unnoticed():
            for path in (*ours(folder), folder / "kept" / "backup.age"):
                if path.exists():
                    seen.add(path.name.partition("-")[0])
                    assert not stat.S_IMODE(path.lstat().st_mode) & 0o077, (path, operation)

    set_up(scene, folder)
    before = os.umask(umask)
    try:
        for command in (clean, undo):
            layer = Layer(folder, look)
            with pytest.MonkeyPatch.context() as patch:
                layer.install(patch)
                assert command(folder).code == 0
    finally:
        os.umask(before)
    assert {".scrubber", "backup.age"} <= seen
    assert homes.differing(homes.content(folder / "home"), scene.old) == []
