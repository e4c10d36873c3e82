"""What Firefox set aside as damaged: read as its original where that can be done, else gone or kept."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.firefox.left_over import DAMAGED, OLD_HISTORY
from scrubber.errors import UnreadableStore
from scrubber.model import Policy, Standing
from scrubber.plan.locate import located
from scrubber.samples import make_home
from tests.cleaned import clean, look, tree
from tests.engine.test_engine import verdict
from tests.schemas import create, insert
from tests.stores.running import ask

if TYPE_CHECKING:
    from pathlib import Path

OURS, LOOK_ALIKE = "labs.openai.com", "labs.openai.com.evil.example"
INCLUDING = {word: Policy(include=frozenset({word})) for word in ("bookmarks", "logins")}
ALL = Policy(mentions="all")


def damaged(path: Path, host: str) -> None:
    """A database whose list of tables is destroyed; in its cells the host touches what stands beside it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE visited(before TEXT, host TEXT, after TEXT)")
        database.execute("INSERT INTO visited VALUES ('before', ?, 'after')", (host,))
        database.commit()
    content = bytearray(path.read_bytes())
    content[100:140] = b"\xff" * 40
    path.write_bytes(content)


def cut_off(path: Path, host: str) -> None:
    path.write_text(json.dumps([{"url": f"https://{host}/"}, {"url": "https://kept.example/"}])[:-20])


MAKE = {"sqlite": damaged, "json": cut_off, "mozlz4": cut_off, "lz4": cut_off}


def make(folder: Path, name: str, host: str = OURS) -> Path:
    path = folder / name
    ending = next(part for part in reversed(name.replace("-", ".").split(".")) if part in MAKE)
    MAKE[ending](path, host)
    return path


NOBODYS = [
    "formhistory.sqlite.corrupt",
    "content-prefs.sqlite-1.corrupt",
    "permissions.sqlite.corrupt-1",
    "favicons.sqlite.corrupt",
    "cookies.sqlite.bak",
    "cookies.sqlite.bak-rebuild",
    "handlers.json.corrupt",
]


@pytest.mark.parametrize("name", NOBODYS)
def test_what_nobody_misses_goes_as_a_whole(tmp_path: Path, name: str) -> None:
    path = make(tmp_path, name)
    path.with_name(f"{name}-wal").write_bytes(b"log")
    (tmp_path / "kept").write_bytes(b"nobody's")
    assert set(located(DAMAGED.places, look(tmp_path).profile)) >= {path}
    removed, _ = clean(DAMAGED, path, tmp_path)
    assert [trace.standing for trace in removed] == [Standing.OWN]
    assert set(tree(tmp_path)) == {"kept"}


@pytest.mark.parametrize("name", [*NOBODYS, "places.sqlite.corrupt", "logins.json.corrupt"])
def test_one_that_names_only_what_resembles_the_target_stays(tmp_path: Path, name: str) -> None:
    path = make(tmp_path, name, LOOK_ALIKE)
    before = tree(tmp_path)
    assert clean(DAMAGED, path, tmp_path, ALL) == ([], 0)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "taken_by"),
    [
        ("places.sqlite.corrupt", "bookmarks"),
        ("places.sqlite-2.corrupt", "bookmarks"),
        ("tabnotes.sqlite.corrupt", "bookmarks"),
        ("logins.json-1.corrupt", "logins"),
        ("logins-backup.json.corrupt", "logins"),
        ("autofill-profiles.json.corrupt", ""),
        ("search.json.mozlz4.bak", ""),
        ("unknown.sqlite.corrupt", ""),
    ],
)
def test_what_may_be_the_only_copy_of_what_a_person_made_is_kept(
    tmp_path: Path, name: str, taken_by: str
) -> None:
    path = make(tmp_path, name)
    assert [trace.standing for trace in DAMAGED.find(path, look(tmp_path))] == [Standing.KEPT]
    for word, policy in INCLUDING.items():
        standing = Standing.OWN if word == taken_by else Standing.KEPT
        assert [trace.standing for trace in DAMAGED.find(path, look(tmp_path, policy))] == [standing]
    clean(DAMAGED, path, tmp_path)
    assert path.exists()
    clean(DAMAGED, path, tmp_path, ALL)
    assert not path.exists()


def test_a_name_in_the_log_alone_takes_the_database_along(tmp_path: Path) -> None:
    path = make(tmp_path, "formhistory.sqlite.corrupt", "kept.example")
    log = path.with_name(f"{path.name}-wal")
    log.write_bytes(f"https://{OURS}/".encode())
    assert DAMAGED.find(log, look(tmp_path)) == ()
    clean(DAMAGED, path, tmp_path)
    assert tree(tmp_path) == {}


def test_one_that_can_be_read_is_cleaned_as_its_original_is(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite.corrupt"
    create(path, "firefox-153/places")
    for number, host in enumerate((OURS, OURS, LOOK_ALIKE, "kept.example"), 1):
        url = f"https://{host}/{number}"
        insert(path, "moz_places", {"id": number, "url": url, "guid": f"g{number:011}", "url_hash": number})
        insert(path, "moz_historyvisits", {"id": number, "place_id": number})
    insert(path, "moz_bookmarks", {"id": 20, "type": 1, "fk": 2, "guid": "bookmarked00"})
    clean(DAMAGED, path, tmp_path)
    assert ask(path, "SELECT id FROM moz_places ORDER BY id") == [2, 3, 4]
    assert ask(path, "SELECT id FROM moz_historyvisits ORDER BY id") == [3, 4]


@pytest.mark.parametrize("copied", [False, True], ids=["no room for a copy", "the disk fails at the copy"])
def test_one_that_nobody_can_look_at_now_is_not_taken_for_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copied: bool
) -> None:
    path = tmp_path / "cookies.sqlite.bak"
    create(path, "firefox-153/cookies")
    insert(path, "moz_cookies", {"id": 1, "host": OURS, "name": "a", "path": "/"})

    def fail(*_: object, **__: object) -> None:
        if copied:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error
        raise OSError(28, "No space left on device")

    where = "sqlite3.connect" if copied else "tempfile.mkdtemp"
    monkeypatch.setattr(where, fail)
    with pytest.raises(UnreadableStore):
        DAMAGED.find(path, look(tmp_path))


def test_only_what_is_asked_for(tmp_path: Path) -> None:
    path = make(tmp_path, "formhistory.sqlite.corrupt")
    assert DAMAGED.find(path, look(tmp_path, Policy(without=frozenset({"forms"})))) == ()
    assert DAMAGED.find(path, look(tmp_path, Policy(only=frozenset({"forms"}))))


@pytest.mark.parametrize("host", [OURS, LOOK_ALIKE])
@pytest.mark.parametrize("name", ["history.dat", "formhistory.dat", "downloads.rdf"])
def test_history_before_firefox_3(tmp_path: Path, name: str, host: str) -> None:
    path = tmp_path / name
    path.write_text(f'// <!-- <mdb:mork:z v="1.4"/> -->\n(80=https://{host}/)')
    clean(OLD_HISTORY, path, tmp_path)
    assert path.exists() == (host == LOOK_ALIKE)


@pytest.mark.parametrize(
    ("name", "explained"),
    [("places.sqlite.corrupt", "kept"), ("tabnotes.sqlite", "")],
    ids=["set aside", "in use"],
)
def test_one_that_is_kept_is_explained_with_all_that_lies_in_it(
    tmp_path: Path, name: str, explained: str
) -> None:
    home = tmp_path.resolve() / "home"
    make_home(home)
    folder = next(home.rglob("places.sqlite")).parent
    path = make(folder, name)
    answer = verdict(home)
    found = [one for one in answer.remnants if one.path == path]
    assert {one.seen_as for one in found} >= {"free page"}
    assert {one.explained for one in found} == {explained}
    assert any(item.path == path for item in answer.not_examined) != bool(explained)


def test_one_that_names_nobody_could_still_not_be_looked_into(tmp_path: Path) -> None:
    home = tmp_path.resolve() / "home"
    make_home(home)
    path = make(next(home.rglob("places.sqlite")).parent, "places.sqlite.corrupt", "kept.example")
    assert [item.path for item in verdict(home).not_examined] == [path]
