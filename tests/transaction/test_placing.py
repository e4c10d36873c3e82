"""What a new version looks like on the disk, once it takes the place of an original."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from scrubber.transaction.placing import dress_tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
def test_the_disk_has_the_mode_of_what_is_new_in_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut it must not be open to others; what was there before has its own mode."""
    for name in ("model/kept", "folder/kept", "folder/new"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"content")
        (tmp_path / name).chmod(0o640 if name.startswith("model") else 0o644)
    synced: dict[int, int] = {}

    def note(descriptor: int) -> None:
        status = os.fstat(descriptor)
        synced[status.st_ino] = stat.S_IMODE(status.st_mode)

    monkeypatch.setattr(os, "fsync", note)
    dress_tree(tmp_path / "model", tmp_path / "folder")
    assert {name: synced[(tmp_path / "folder" / name).stat().st_ino] for name in ("kept", "new")} == {
        "kept": 0o640,
        "new": 0o600,
    }
