from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from scrubber.backup.passphrase import exposed, read, strength
from scrubber.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [
        pytest.param(b"four words by chance\n", "four words by chance", id="a line"),
        pytest.param(b"no end", "no end", id="a line without an end"),
        pytest.param(b"windows\r\n", "windows", id="a line as Windows ends them"),
        pytest.param(b" spaces \n", " spaces ", id="spaces belong to it"),
        pytest.param(b"first\nsecond\n", "first", id="only the first line"),
        pytest.param("größer\n".encode(), "größer", id="beyond ASCII"),
    ],
)
def test_the_first_line_is_the_passphrase(tmp_path: Path, content: bytes, passphrase: str) -> None:
    (tmp_path / "file").write_bytes(content)
    assert read(tmp_path / "file") == passphrase


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(None, "No such file", id="missing"),
        pytest.param(b"", "no passphrase in its first line", id="empty"),
        pytest.param(b"\nsecond\n", "no passphrase in its first line", id="an empty line"),
        pytest.param(b"caf\xe9\n", "not UTF-8", id="another encoding"),
    ],
)
def test_no_passphrase(tmp_path: Path, content: bytes | None, reason: str) -> None:
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    with pytest.raises(UsageError, match=reason):
        read(tmp_path / "file")


def test_a_pipe_will_do(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=["from a pipe\n"])
    writer.start()
    assert read(tmp_path / "pipe") == "from a pipe"
    writer.join()
    assert not exposed(tmp_path / "pipe")


@pytest.mark.parametrize(("mode", "expected"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_that_others_may_read_is_told(tmp_path: Path, mode: int, *, expected: bool) -> None:
    (tmp_path / "file").write_text("passphrase\n")
    (tmp_path / "file").chmod(mode)
    assert exposed(tmp_path / "file") is expected


@pytest.mark.parametrize(
    ("passphrase", "level"),
    [
        pytest.param("password", "weak", id="the usual one"),
        pytest.param("scrubber", "weak", id="ours"),
        pytest.param("qwertyuiop", "weak", id="a row of keys"),
        pytest.param("dalle2024", "fair", id="a word and a year"),
        pytest.param("stretcher ovation prism deluxe", "strong", id="four words"),
        pytest.param("stretcher ovation prism deluxe " * 10, "strong", id="longer than is looked at"),
    ],
)
def test_strength(passphrase: str, level: str) -> None:
    found = strength(passphrase)
    assert found.level == level
    assert found.time
    assert bool(found.advice) == (level == "weak")
