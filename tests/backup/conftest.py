from __future__ import annotations

import os

import pytest

from scrubber.backup import age


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase that is cheap to guess; nobody pulls the plug here, so no disk needs waiting for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    if "full_cost" not in request.keywords:
        monkeypatch.setattr(age, "LOG2_N", 10)
