"""Firefox's backups: the files behind the page."""

from __future__ import annotations

import email
import io
import zipfile

import pytest

from scrubber.formats import backup_archive
from scrubber.formats.damaged import Damaged
from tests import backup_files

FILES = {"places/places.sqlite": bytes(range(256)) * 40, "prefs.js": b"x"}


@pytest.mark.parametrize("chunk", [1 << 20, 100, 101, 102], ids=lambda size: f"{size} bytes at a time")
def test_the_files_come_out(chunk: int) -> None:
    archive = backup_archive.archive(backup_files.page(FILES, chunk=chunk))
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == FILES


def test_another_reader_of_mime_sees_the_same() -> None:
    content = backup_files.page(FILES)
    _, _, mail = content.partition(b"--\n")
    held = {
        part.get_filename(): part.get_payload(decode=True) for part in email.message_from_bytes(mail).walk()
    }
    assert held["archive.zip"] == backup_archive.archive(content)


@pytest.mark.parametrize(
    ("encryption", "is_encrypted"), [("null", False), (' {"salt": null}', True)], ids=["open", "password"]
)
def test_whether_a_password_is_needed(encryption: str, is_encrypted: bool) -> None:
    assert backup_archive.is_encrypted(backup_files.page(FILES, encryption)) == is_encrypted


def test_a_page_of_somebody_else_is_none() -> None:
    content = b"<!DOCTYPE html><html>hello</html>"
    assert not backup_archive.is_encrypted(content)
    with pytest.raises(Damaged, match="no whole archive in it"):
        backup_archive.archive(content)


@pytest.mark.parametrize("lost", range(1, 9))
def test_what_is_cut_off_is_damaged(lost: int) -> None:
    content = backup_files.page(FILES, chunk=100)
    end = content.rfind(b"\n\n------=_Part")
    with pytest.raises(Damaged):
        backup_archive.archive(content[: end - lost])
