"""What verification catches: stores that fail at their job, tables nobody knows, remains of a run cut off."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber import residue
from scrubber.stores.hashed_hosts import HashedHosts
from scrubber.stores.sqlite import Sqlite
from tests.cli.running import CHROME, FIREFOX, Result, content, environment, everything, scrubber
from tests.saboteurs.seam import spoil_edits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import Changes, Trace
    from tests.saboteurs.seam import Write

    Remove = Callable[[Sqlite, Path, tuple[Trace, ...], Changes], int]

_REAL = Sqlite.remove


def nothing(_store: Sqlite, _path: Path, _traces: tuple[Trace, ...], _changes: Changes) -> int:
    return 0


def too_little(store: Sqlite, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
    return _REAL(store, path, traces[1:], changes)


def without_overwriting(store: Sqlite, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
    """Rows are gone for every reader of the table; their bytes lie in free space."""
    with changes.edit(path, ("-wal", "-journal", "-shm")) as edit:
        edit.after.write_bytes(edit.before.read_bytes())
        with closing(sqlite3.connect(edit.after)) as database:
            database.execute("PRAGMA secure_delete = off")
            for trace in traces:
                database.execute(f'DELETE FROM "{trace.where}" WHERE rowid = ?', (trace.key,))
            database.commit()
    return 0


@pytest.mark.parametrize("saboteur", [nothing, too_little, without_overwriting])
def test_a_store_that_does_not_do_its_job_is_caught(
    home: Path, monkeypatch: pytest.MonkeyPatch, saboteur: Remove
) -> None:
    monkeypatch.setattr(Sqlite, "remove", saboteur)
    found = scrubber("clean", "--yes", "--only", "cookies", "-b", "chrome", "--home", home)
    assert found.code == 1
    assert f"still there: {home / CHROME / 'Network' / 'Cookies'}: " in found.out


def test_a_store_that_takes_too_much_is_rolled_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_more(write: Write, before: Path, after: Path) -> None:
        write(before, after)
        with closing(sqlite3.connect(after)) as database:
            database.execute("DELETE FROM cookies WHERE host_key = 'shop.example'")
            database.commit()

    before = content(home)
    spoil_edits(monkeypatch, take_more)
    found = scrubber("clean", "--yes", "--only", "cookies", "-b", "chrome", "--home", home)
    assert found.code == 5
    assert "what would stay could not be proved to be the same" in found.out
    assert content(home) == before


def test_what_the_sweep_can_not_see_the_plan_made_again_does(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HashedHosts, "remove", lambda *_: 0)
    monkeypatch.setattr(residue, "sweep", lambda *_, **__: iter(()))
    hosts = home / CHROME / "Network" / "TransportSecurity"
    found = scrubber("clean", "--yes", "-b", "chrome", "--home", home)
    assert found.code == 1
    assert f"still there: {hosts}: 1 entry that clean would remove" in found.out
    assert scrubber("verify", "-b", "chrome", "--home", home).code == 1
    assert scrubber("verify", "-b", "chrome", "--except", "network", "--home", home).code == 0


def test_a_table_that_nobody_knows_is_seen(home: Path) -> None:
    history = home / CHROME / "History"
    with closing(sqlite3.connect(history)) as database:
        database.execute("CREATE TABLE mystery (note TEXT)")
        database.execute("INSERT INTO mystery VALUES ('seen at labs.openai.com')")
        database.commit()
    found = scrubber("clean", "--yes", "--json", "--home", home)
    assert found.code == 1
    unexplained = [remnant for remnant in found.json["residue"] if not remnant["explained"]]
    assert [(one["path"], one["where"]) for one in unexplained] == [(str(history), "mystery.note rowid 1")]


def test_a_bookmark_is_explained_and_no_other_row_by_it(home: Path) -> None:
    assert scrubber("clean", "--yes", "--home", home).code == 0
    found = scrubber("verify", "--json", "--home", home)
    assert (found.code, found.json["status"]) == (0, "clean")
    places = str(home / FIREFOX / "places.sqlite")
    assert {one["explained"] for one in found.json["residue"] if one["path"] == places} == {"kept"}
    with closing(sqlite3.connect(places)) as database:
        database.execute("INSERT INTO moz_meta (key, value) VALUES ('note', 'labs.openai.com')")
        database.commit()
    found = scrubber("verify", "--json", "--home", home)
    assert found.code == 1
    assert [one["where"].split()[0] for one in found.json["residue"] if not one["explained"]] == [
        "moz_meta.value"
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("--only", "cookies"), 0, id="cookies are clean"),
        pytest.param(("--except", "history,downloads,icons"), 1, id="but not all others"),
        pytest.param(("--only", "history"), 1, id="history is not"),
        pytest.param((), 1, id="nor the whole"),
    ],
)
def test_verify_answers_for_what_it_is_asked(home: Path, words: tuple[str, ...], code: int) -> None:
    assert scrubber("clean", "--yes", "--only", "cookies", "--home", home).code == 0
    assert scrubber("verify", *words, "--home", home).code == code


def test_free_pages_of_a_store_not_asked_for_are_no_residue(home: Path) -> None:
    history = home / CHROME / "History"
    with closing(sqlite3.connect(history)) as database:
        database.execute("PRAGMA secure_delete = off")
        database.execute("DELETE FROM urls WHERE url LIKE 'https://labs.openai.com/%'")
        database.commit()
    assert b"labs.openai.com/c/" in history.read_bytes()
    assert scrubber("clean", "--yes", "--only", "cookies", "--home", home).code == 0
    assert scrubber("verify", "--only", "history", "--home", home).code == 1
    assert scrubber("clean", "--yes", "--home", home).code == 0
    assert b"labs.openai.com/c/" not in history.read_bytes()


_KILLED = """
import os, signal
from scrubber.transaction.changes import FileEdit
from scrubber.__main__ import main
forward, count = FileEdit.forward, [0]
def third(self):
    count[0] += 1
    if count[0] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    forward(self)
FileEdit.forward = third
main()
"""


@pytest.fixture
def cut_off(home: Path) -> Path:
    """A home in which a run was killed in the midst of its swaps."""
    words = [sys.executable, "-c", _KILLED, "clean", "--yes", "--home", str(home)]
    done = subprocess.run(words, env=environment(), capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    # One beside the profile, and one in its caches.
    assert len(list(home.rglob(".scrubber-*"))) == 2
    return home


@pytest.mark.skipif(os.name == "nt", reason="nothing is killed like that there")
@pytest.mark.parametrize("words", [("scan",), ("verify",), ("clean", "--dry-run")], ids=" ".join)
def test_a_run_that_was_cut_off_is_mentioned_by_what_only_looks(
    cut_off: Path, words: tuple[str, ...]
) -> None:
    before = everything(cut_off)
    found = scrubber(*words, "--home", cut_off)
    cache, staging = sorted(cut_off.rglob(".scrubber-*"))
    assert found.code == 1
    ways = "`scrubber clean` finishes it, `scrubber undo` takes it back"
    assert found.err in (
        f"An earlier run was cut off ({staging}, {cache}); {ways}.\n",
        f"An earlier run was cut off ({cache}, {staging}); {ways}.\n",
    )
    assert everything(cut_off) == before


def test_what_it_left_is_residue_even_where_all_else_is_clean(cut_off: Path) -> None:
    _, staging = sorted(cut_off.rglob(".scrubber-*"))
    aside = cut_off.parent / "aside"
    staging.rename(aside)
    assert scrubber("clean", "--yes", "--home", cut_off).code == 0
    aside.rename(staging)
    found = scrubber("verify", "--json", "--home", cut_off)
    assert found.code == 1
    left = {one["path"] for one in found.json["residue"] if not one["explained"]}
    assert left
    assert all(path.startswith(str(staging)) for path in left)


def test_the_next_clean_finishes_it_and_says_so(cut_off: Path) -> None:
    found = scrubber("clean", "--yes", "--home", cut_off)
    assert found.code == 0
    assert "An earlier run was cut off. It is finished now: 2 stores had been cleaned, " in found.err
    assert list(cut_off.rglob(".scrubber-*")) == []
    assert scrubber("verify", "--home", cut_off).code == 0


def test_a_run_at_work_is_not_taken_for_one_that_was_cut_off(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Result] = []

    def look(store: Sqlite, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        if not seen:
            seen.append(scrubber("clean", "--yes", "-b", "chrome", "--home", home))
        return _REAL(store, path, traces, changes)

    monkeypatch.setattr(Sqlite, "remove", look)
    assert scrubber("clean", "--yes", "-b", "chrome", "--home", home).code == 0
    assert seen[0].code == 3
    assert "another scrubber is working on" in seen[0].err


@pytest.mark.parametrize(
    ("profile", "marker"),
    [
        pytest.param(CHROME, "Local State", id="Chromium's"),
        pytest.param(FIREFOX, "profiles.ini", id="Firefox's"),
    ],
)
def test_unknown_files_beside_the_profiles_are_looked_at(home: Path, profile: str, marker: str) -> None:
    """In a folder that is the browser's; one that merely lies above a profile is nobody's business."""
    assert scrubber("clean", "--yes", "--home", home).code == 0
    folder = (home / profile).parent
    (folder / "unknown.dat").write_bytes(b"\0https://labs.openai.com/\0")
    (folder / "notes").write_bytes(b"\0https://labs.openai.com.evil.example/\0")
    found = scrubber("verify", "--home", home)
    assert found.code == 1
    assert f"still there: {folder / 'unknown.dat'}: labs.openai.com" in found.out
    assert str(folder / "notes") not in found.out
    (folder / marker).unlink(missing_ok=True)
    assert scrubber("verify", "-p", home / profile, "--home", home).code == 0
