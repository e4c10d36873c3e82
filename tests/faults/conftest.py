"""One home for all faults, on a disk in memory where there is one: there are thousands of runs to come."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults import every_store, homes
from tests.faults.layer import Layer, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# Forks, links, sockets, locks and signals as Linux has them.
collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]


@dataclass(frozen=True)
class Scene:
    """A home, what is in it before and after a clean that nothing disturbs, and the operations of that."""

    home: Path
    old: homes.Content
    new: homes.Content
    operations: tuple[Operation, ...]
    """Of a clean without the last look."""
    looking: tuple[Operation, ...]
    """Of the last look at the end of a whole one."""
    options: tuple[str, ...] = ()
    """Of the clean."""

    def set_up(self, place: Path) -> Path:
        """A fresh copy of the home in an empty folder, with a folder for temporary files beside it."""
        for name in ("home", "tmp"):
            shutil.rmtree(place / name, ignore_errors=True)
        (place / "tmp").mkdir()
        tempfile.tempdir = str(place / "tmp")
        return Path(shutil.copytree(self.home, place / "home"))

    def clean(self, place: Path) -> homes.Ran:
        """The home that was set up there."""
        return homes.clean(place / "home", *self.options)

    def clean_unverified(self, place: Path) -> homes.Ran:
        """The same without the last look."""
        return homes.clean_unverified(place / "home", *self.options)


@pytest.fixture(scope="session")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    memory = Path("/dev/shm")  # noqa: S108 - the name in it is made up by tempfile
    base = memory if memory.is_dir() else tmp_path_factory.getbasetemp()
    with tempfile.TemporaryDirectory(prefix="faults-", dir=base) as name:
        yield Path(name).resolve()


@pytest.fixture(scope="session")
def scene(disk: Path) -> Scene:
    """A home with the stores that matter most."""
    return _played(disk / "scene", homes.make)


@pytest.fixture(scope="session")
def every(disk: Path) -> Scene:
    """A home with every store that is described."""
    return _played(disk / "every", every_store.make, every_store.OPTIONS)


def _played(place: Path, make: Callable[[Path], None], options: tuple[str, ...] = ()) -> Scene:
    place.mkdir()
    make(place / "original")
    first = Scene(place / "original", homes.content(place / "original"), {}, (), (), options)
    looks: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", None)  # what `set_up` makes of it ends with the context
        return replace(
            first,
            operations=tuple(operations(first, place, looks=None)),
            looking=tuple(operations(first, place, looks=looks)[slice(*looks)]),
            new=homes.content(place / "home"),
        )


def operations(scene: Scene, place: Path, looks: list[int] | None) -> list[Operation]:
    """Of a clean; between which two of them the last look is taken goes to `looks`, if it is to be taken."""
    scene.set_up(place)
    layer = Layer(place, lambda _: None)
    with pytest.MonkeyPatch.context() as patch:
        if looks is None:
            homes.skip_verifying(patch)
        else:
            homes.watch_verifying(patch, lambda: looks.append(len(layer.seen)))
        layer.install(patch)
        assert scene.clean(place).code == 0
    return layer.seen


@pytest.fixture
def folder(disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty one on the disk; its temporary files are the test's own."""
    with tempfile.TemporaryDirectory(prefix="test-", dir=disk) as name:
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield Path(name)
