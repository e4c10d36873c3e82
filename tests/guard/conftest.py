from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber.model import BrowserProfile

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def chrome(tmp_path: Path) -> BrowserProfile:
    user_data = tmp_path.resolve() / "home" / "google-chrome"
    folder = user_data / "Default"
    folder.mkdir(parents=True)
    return BrowserProfile("chrome", "chromium", "Default", "Person 1", folder, user_data, folder)


@pytest.fixture
def firefox(tmp_path: Path) -> BrowserProfile:
    folder = tmp_path.resolve() / "home" / "firefox" / "ab12.default"
    folder.mkdir(parents=True)
    (folder / ".parentlock").touch()
    return BrowserProfile("firefox", "firefox", "default", "default", folder, folder.parent, folder)


@pytest.fixture
def refuse_writing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Make a file behave as one that another program has opened without sharing."""
    real = os.open

    def arm(path: Path) -> None:
        def refusing(name: Path, flags: int, *rest: int) -> int:
            if Path(name) == path and flags & (os.O_WRONLY | os.O_RDWR):
                raise PermissionError(13, "Permission denied", str(path))
            return real(name, flags, *rest)

        monkeypatch.setattr(os, "open", refusing)

    return arm
