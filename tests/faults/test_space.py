"""A full disk: what doesn't fit is told before anything starts, what wasn't foreseen loses nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest

from tests.faults import homes
from tests.faults.homes import CHROME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.conftest import Scene
    from tests.tally import Tally

_Usage = namedtuple("_Usage", ["total", "used", "free"])


def test_what_does_not_fit_is_skipped_with_the_bytes_it_lacks(
    scene: Scene, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = scene.set_up(folder)
    free = 60_000
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(1 << 30, (1 << 30) - free, free))
    sizes = {path: path.stat().st_size for path in (home / CHROME).rglob("*") if path.is_file()}
    ran = homes.clean(home)
    assert ran.code == 4
    stores = {
        store["path"]: store["skipped"] for profile in ran.said["profiles"] for store in profile["stores"]
    }
    icons, tabs = home / CHROME / "Favicons", home / CHROME / "Sessions" / "Session_13440000000000000"
    assert 3 * sizes[tabs] < free < 3 * sizes[icons]
    needed = 3 * sizes[icons]
    lacks = f"needs {needed} bytes of free space, {free} are free: lacks {needed - free}"
    assert stores[str(icons)] == lacks
    assert stores[str(tabs)] is None
    found = homes.content(home)
    assert homes.halves(found, scene.old, scene.new) == []
    assert found[icons.relative_to(home).as_posix()] == scene.old[icons.relative_to(home).as_posix()]
    assert found[tabs.relative_to(home).as_posix()] == scene.new[tabs.relative_to(home).as_posix()]


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of a few megabytes, of which a file of ballast takes what a test wants taken."""
    place = folder / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk, and not everywhere")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_fills_up_loses_nothing(
    scene: Scene, small_disk: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    """With any room left from none to enough, in steps; SQLite's own writing fails here, too."""
    # Nothing is foreseen: it is as if another program filled the disk in the same moment.
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(1 << 40, 0, 1 << 40))
    codes = []
    for free in (*range(0, 3 << 20, 1 << 17), 8 << 20):
        home = scene.set_up(small_disk)
        left = os.statvfs(small_disk)
        (small_disk / "ballast").write_bytes(bytes(left.f_bavail * left.f_frsize - free))
        ran = homes.clean_unverified(home)
        codes.append(ran.code)
        found = homes.content(home)
        assert homes.halves(found, scene.old, scene.new) == [], (free, ran)
        (small_disk / "ballast").unlink()
        assert homes.clean_unverified(home).code == 0
        assert homes.differing(homes.content(home), scene.new) == [], free
        assert homes.staged(small_disk) == []
    assert codes[-1] == 0
    assert set(codes) >= {0, 4}
    tally.add("full disks survived", len(codes))
