"""The independent look finds every form of a name, and no look-alike."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.browsers import evidence
from tests.browsers.hosts import LOOK_ALIKES, SIBLINGS, TARGET

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"x{TARGET}id".encode(), id="touching what stands beside it"),
        pytest.param(TARGET.encode("utf-16-le"), id="utf-16, little-endian"),
        pytest.param(TARGET.encode("utf-16-be"), id="utf-16, big-endian"),
        pytest.param(b"moc.ianepo.sbal.", id="reversed, as Places has it"),
        pytest.param(b"mbct/pqfobj/dpn", id="each byte plus one, as an IndexedDB key"),
        pytest.param(b"\x04labs\x06openai\x03com\0", id="as a DNS name"),
        pytest.param(base64.b64encode(f"https://{TARGET}/".encode()), id="base64 at 2"),
        pytest.param(base64.b64encode(f"x{TARGET}/".encode()), id="base64 at 1"),
        pytest.param(base64.b64encode(f"xyz{TARGET}/".encode()), id="base64 at 0"),
        pytest.param(b'"bYHFf+AzMH32J9+A7QcorYoadsY4CiNpCRHDBjTRm4E="', id="hashed as for HSTS"),
        pytest.param(f"{LOOK_ALIKES[-1]} {TARGET}".encode(), id="after a look-alike"),
    ],
)
def test_a_name_is_found(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert evidence.remaining(tmp_path, [TARGET])


@pytest.mark.parametrize("host", [*LOOK_ALIKES, *SIBLINGS, "shop.example"])
@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be"])
def test_another_s_name_is_not(tmp_path: Path, host: str, encoding: str) -> None:
    text = f"https://{host}/"
    (tmp_path / "file").write_bytes(text.encode(encoding) + base64.b64encode(text.encode()))
    assert evidence.remaining(tmp_path, [TARGET]) == []


def test_a_name_that_compression_cuts_in_two_is_found(tmp_path: Path) -> None:
    # Sixteen literal bytes, then four copied from sixteen back: the name's end.
    block = b"\xf0\x01" + b".com labs.openai" + b"\x10\x00"
    (tmp_path / "file").write_bytes(b"mozLz40\0" + (20).to_bytes(4, "little") + block)
    assert evidence.remaining(tmp_path, [TARGET]) == ["file inside as plain"]


def test_a_name_in_a_path_is_found(tmp_path: Path) -> None:
    (tmp_path / f"https+++{TARGET}").mkdir()
    (tmp_path / f"https+++{TARGET}" / "empty").touch()
    assert evidence.remaining(tmp_path, [TARGET]) == [f"https+++{TARGET}/empty in its path as plain"]


def test_a_row_is_found_where_it_is_only_in_the_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=wal")
        database.execute("CREATE TABLE t (host)")
        database.execute("INSERT INTO t VALUES (?)", (TARGET,))
        database.commit()
        lines = evidence.remaining(tmp_path, [TARGET])
    assert any(line.startswith("x.sqlite t.host") for line in lines)
    assert any(line.startswith("x.sqlite-wal at") for line in lines)


def test_a_row_that_was_deleted_without_overwriting_is_found(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as database:
        database.execute("PRAGMA secure_delete=off")
        database.execute("CREATE TABLE t (host)")
        database.execute("INSERT INTO t VALUES (?)", (TARGET,))
        database.commit()
        database.execute("DELETE FROM t")
        database.commit()
    lines = evidence.remaining(tmp_path, [TARGET])
    assert [line.split(" at ")[0] for line in lines] == ["x.sqlite"]


def test_a_broken_database_is_named_and_a_sound_one_not(tmp_path: Path) -> None:
    for name in ("sound", "broken"):
        with closing(sqlite3.connect(tmp_path / name)) as database:
            database.execute("CREATE TABLE a (x UNIQUE)")
            database.executemany("INSERT INTO a VALUES (?)", [(n,) for n in range(9)])
            database.commit()
    broken = tmp_path / "broken"
    content = bytearray(broken.read_bytes())
    content[-2] ^= 1  # a value in the table's or index's last cell, which the other no longer agrees with
    broken.write_bytes(content)
    assert [line.split(":")[0] for line in evidence.damaged(tmp_path)] == ["broken"]
