"""Files that were being written when the browser crashed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.chromium.preferences import UNFINISHED
from scrubber.browsers.firefox.outside import UNFINISHED as OF_FIREFOX
from scrubber.formats import mozlz4
from scrubber.model import Skipped, Standing
from scrubber.plan.locate import located
from scrubber.stores.hashed_hosts import hashed
from tests.stores.running import THEIRS, clean, look

if TYPE_CHECKING:
    from pathlib import Path

NAMING = {
    "host": b'{"servers": [{"server": "https://labs.openai.com"}]',  # cut off, as crashes do
    "sub-domain": b'{"server": "https://cdn.labs.openai.com"}',
    "HSTS hash": f'{{"sts": [{{"host": "{hashed("labs.openai.com")}"}}]}}'.encode(),
    "UTF-16": "labs.openai.com".encode("utf-16-le"),
}
SILENT = {
    "look-alikes": " ".join(THEIRS).encode(),
    "another's hash": hashed("kept.example").encode(),
    "empty": b"",
}


@pytest.mark.parametrize("content", NAMING.values(), ids=NAMING)
def test_a_file_that_names_the_target_goes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ".org.chromium.Chromium.Network Persistent State.a1B2c3"
    path.write_bytes(content)
    assert len(clean(UNFINISHED, path).removed) == 1
    assert not path.exists()


@pytest.mark.parametrize("content", SILENT.values(), ids=SILENT)
def test_a_file_that_does_not_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "4d1c.tmp"
    path.write_bytes(content)
    assert clean(UNFINISHED, path).removed == ()
    assert path.read_bytes() == content


def test_files_with_a_name_of_their_own_are_not_looked_at(tmp_path: Path) -> None:
    names = (".org.chromium.Chromium.a1B2c3", "Network/.com.google.Chrome.Preferences.a1B2c3", "x.TMP")
    for name in (*names, "Preferences", ".org.example.a1B2c3", "Network/x.tmpl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"labs.openai.com")
    (tmp_path / ".org.chromium.Chromium.folder").mkdir()
    asked = look(tmp_path)
    found = (path for path in located(UNFINISHED.places, asked.profile) if not isinstance(path, Skipped))
    traced = {path.relative_to(tmp_path).as_posix() for path in found if UNFINISHED.find(path, asked)}
    assert traced == set(names)


LONG = b'{"windows":[{"tabs":["https://%s/"],"random":"' + bytes(range(97, 123)) * 20 + b'"}]}'
PACKED = {
    "packed": (mozlz4.write(LONG % b"labs.openai.com"), True),
    "packed, a look-alike": (mozlz4.write(LONG % b"labs.openai.com.evil.example"), False),
    "plain, cut off": ((LONG % b"labs.openai.com")[:60], True),
    "plain, a look-alike": (LONG % b"notopenai.com", False),
}


@pytest.mark.parametrize(("content", "goes"), PACKED.values(), ids=PACKED)
def test_files_of_firefox(tmp_path: Path, content: bytes, goes: bool) -> None:
    path = tmp_path / "sessionstore.jsonlz4.tmp"
    path.write_bytes(content)
    clean(OF_FIREFOX, path)
    assert path.exists() != goes


def test_what_was_cut_off_while_it_was_packed_may_name_anything(tmp_path: Path) -> None:
    path = tmp_path / "recovery.jsonlz4.tmp"
    path.write_bytes(mozlz4.write(LONG % b"labs.openai.com")[:30])
    assert [trace.standing for trace in clean(OF_FIREFOX, path).removed] == [Standing.MENTION]
    assert not path.exists()


def test_which_files_of_firefox(tmp_path: Path) -> None:
    unfinished = (
        "logins.json.tmp",
        "search.json.mozlz4.tmp",
        "addonStartup.json.lz4.tmp",
        "sessionstore.jsonlz4.tmp",
        "sessionstore.js.tmp",
        "sessionstore-backups/recovery.jsonlz4.tmp",
        "sessionstore-backups/recovery.baklz4.tmp",
        "cert_override-1.txt",
        "serviceworker-12.txt",
    )
    others = ("cert_override.txt", "ssl_tokens_cache.tmp", "logins.json", "notes.txt", "a.tmp")
    for name in (*unfinished, *others):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"labs.openai.com")
    asked = look(tmp_path, family="firefox")
    found = [path for path in located(OF_FIREFOX.places, asked.profile) if not isinstance(path, Skipped)]
    assert {path.relative_to(tmp_path).as_posix() for path in found} == set(unfinished)
