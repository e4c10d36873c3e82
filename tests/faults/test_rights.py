"""Nobody else may read what is staged, at any moment, and what is new belongs to whom the old belonged to."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber.samples.hosts import OTHERS, TARGET
from tests.faults import homes
from tests.faults.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.conftest import Scene
    from tests.faults.layer import Operation

HOSTS = re.compile("|".join(map(re.escape, (*OTHERS, TARGET))))


@pytest.mark.parametrize(
    "umask",
    [0o000, 0o077, 0o777],
    ids=["everybody may do everything", "nobody else may do anything", "nobody may do anything"],
)
def test_staged_files_are_private_all_the_time(scene: Scene, folder: Path, umask: int) -> None:
    """Whatever the umask: no folder of ours may be entered by others, none lies on another file system."""
    home = scene.set_up(folder)
    seen: set[str] = set()
    open_to_others: list[str] = []

    def act(operation: Operation) -> None:
        with layer.unnoticed():
            for path in ours(folder):
                status = path.lstat()
                seen.add(path.parent.name)
                assert status.st_dev == folder.lstat().st_dev
                # A folder is made with less than 0700 and given the rest only then.
                if stat.S_IMODE(status.st_mode) & ~0o700:
                    open_to_others.append(f"{path} {status.st_mode:o} before {operation}")

    layer = Layer(folder, act)
    before = os.umask(umask)
    try:
        with pytest.MonkeyPatch.context() as patch:
            homes.skip_verifying(patch)
            layer.install(patch)
            ran = homes.clean(home)
    finally:
        os.umask(before)
    assert ran.code == 0, ran.said["messages"]
    assert open_to_others == []
    assert {"google-chrome", "a1b2c3d4.default"} <= seen
    assert homes.differing(homes.content(home), scene.new) == []


def ours(folder: Path) -> Iterator[Path]:
    """The outermost folders that are scrubber's own: what is inside is behind their doors."""
    for parent, folders, _ in os.walk(folder):
        yield from (Path(parent) / name for name in folders if "scrubber-" in name)
        folders[:] = [name for name in folders if "scrubber-" not in name]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_another_persons_home_stays_theirs(scene: Scene, folder: Path) -> None:
    home = scene.set_up(folder)
    for path in (home, *home.rglob("*")):
        os.chown(path, 4711, 4712)
        path.chmod(0o750 if path.is_dir() else 0o640)
    ran = homes.clean(home)
    assert ran.code == 0
    assert ran.said["equality"]["stores"] > 20
    assert {(path.lstat().st_uid, path.lstat().st_gid) for path in (home, *home.rglob("*"))} == {(4711, 4712)}
    assert {stat.S_IMODE(path.lstat().st_mode) for path in home.rglob("*") if path.is_dir()} == {0o750}
    modes = {stat.S_IMODE(path.lstat().st_mode) for path in home.rglob("*") if path.is_file()}
    assert modes == {0o640}


def test_no_name_and_no_line_tells_what_was_visited(scene: Scene, folder: Path) -> None:
    """Neither the names of staged files, nor what is printed, nor the process's title."""
    home = scene.set_up(folder)
    names: set[str] = set()

    def act(operation: Operation) -> None:
        with layer.unnoticed():
            for path in ours(folder):
                names.update(str(one.relative_to(path.parent)) for one in (path, *path.rglob("*")))

    layer = Layer(folder, act)
    title = Path("/proc/self/cmdline")
    before = title.read_bytes() if title.exists() else b""
    with pytest.MonkeyPatch.context() as patch:
        homes.skip_verifying(patch)
        layer.install(patch)
        ran = homes.clean(home)
    assert len(names) > 30
    # A folder that is discarded keeps what is inside under its own name.
    assert [name for name in names if HOSTS.search(name.split("/")[1] if "/" in name else name)] == []
    told = {key: value for key, value in ran.said.items() if key != "sites"}
    assert HOSTS.search(str(told)) is None
    assert (title.read_bytes() if title.exists() else b"") == before
