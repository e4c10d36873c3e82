from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber.samples import make_home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests has a home that is not looked into, nor their own site files read."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "CHROME_USER_DATA_DIR", "CHROME_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with profiles of Chrome, Edge and Firefox, made once and only to be copied."""
    folder = tmp_path_factory.mktemp("sample").resolve() / "home"
    make_home(folder)
    return folder


@pytest.fixture
def home(sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample home for one test."""
    return Path(shutil.copytree(sample, tmp_path.resolve() / "home"))


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], AbstractContextManager[None]]:
    """Makes a folder and all in it behave as another person's; root, who may run tests, may enter all."""
    folders: list[Path] = []
    opened, looked = os.open, os.lstat

    def refuse(path: object, *, itself: bool) -> None:
        if isinstance(path, str | os.PathLike):
            for folder in folders:
                if folder in Path(path).parents or (itself and Path(path) == folder):
                    raise PermissionError(13, "Permission denied", str(path))

    def refusing_open(path: Path, flags: int, *rest: int, **more: int) -> int:
        refuse(path, itself=True)
        return opened(path, flags, *rest, **more)

    def refusing_look(path: Path) -> os.stat_result:
        refuse(path, itself=False)
        return looked(path)

    monkeypatch.setattr(os, "open", refusing_open)
    monkeypatch.setattr(Path, "lstat", refusing_look)

    @contextlib.contextmanager
    def forbid(folder: Path) -> Iterator[None]:
        folders.append(folder)
        yield
        folders.remove(folder)

    return forbid
