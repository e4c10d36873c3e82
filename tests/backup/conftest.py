from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from scrubber.backup import age
from tests.backup.runs import make_profile

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase that is cheap to guess; nobody pulls the plug here, so no disk needs waiting for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    if "full_cost" not in request.keywords:
        monkeypatch.setattr(age, "LOG2_N", 10)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "profile"
    make_profile(folder)
    return folder


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup.age"
