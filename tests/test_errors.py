"""What a refusal says beside the path."""

from __future__ import annotations

import errno

import pytest

from scrubber.errors import reason_of


@pytest.mark.parametrize(
    ("number", "system", "hints"),
    [
        pytest.param(errno.EPERM, "darwin", True, id="macOS wants the person asked"),
        pytest.param(errno.EACCES, "darwin", False, id="modes forbid it"),
        pytest.param(errno.ENOENT, "darwin", False, id="nothing is there"),
        pytest.param(errno.EPERM, "linux", False, id="Linux has no such thing"),
    ],
)
def test_who_lacks_full_disk_access_is_told_so(number: int, system: str, hints: bool) -> None:
    said = reason_of(OSError(number, "no"), system)
    assert said.startswith("no")
    assert ("Full Disk Access" in said) is hints
