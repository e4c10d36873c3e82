from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.crashed import crashed, database
from tests.transaction.runs import BYSTANDERS, DATABASES, NEW, OLD, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """On a disk in memory where there is one: there are a thousand runs to come."""
    memory = Path("/dev/shm")  # noqa: S108 - the name in it is made up by tempfile
    with tempfile.TemporaryDirectory(
        dir=memory if memory.is_dir() else tmp_path_factory.getbasetemp()
    ) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def place(folder: Path) -> Place:
    profile = folder / "template"
    for name in ("Local Storage", "Cache/deeper", "Sync Data"):
        (profile / name).mkdir(parents=True)
    for name in ("Preferences", "Last Session", "Last Tabs"):
        (profile / name).write_text("old")
    crashed(profile / "Cookies", "wal", OLD[:2], committed=OLD[2:])
    crashed(profile / "History", "delete", OLD)
    for name in ("CURRENT", "000003.log"):
        (profile / "Local Storage" / name).write_text("old")
    for name in ("data_0", "deeper/f_000001"):
        (profile / "Cache" / name).write_text("old")
    for name in DATABASES:
        (profile / name).chmod(0o640)
    for name in BYSTANDERS:
        (profile / name).write_text(f"{name} stays")
    database(folder / "new", *NEW)
    return Place(profile, folder / "new")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody pulls the plug here, so no disk needs waiting for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def fresh(place: Place, folder: Path) -> Callable[[], Place]:
    def make() -> Place:
        profile = folder / "profile"
        shutil.rmtree(profile, ignore_errors=True)
        shutil.copytree(place.profile, profile)
        return Place(profile, place.new)

    return make
