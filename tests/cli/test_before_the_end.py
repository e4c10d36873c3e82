"""Design 4.5: originals are destroyed after the last look, and a run that dies before that leaves them."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scrubber import verdict
from scrubber.cli import cleaning
from scrubber.stores.sqlite import Sqlite
from scrubber.transaction import Transaction
from tests.backup.runs import tree
from tests.cli.running import CHROME, EDGE, FIREFOX, content, everything, scrubber
from tests.interruptions import DIED, in_child

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import Look, Trace

VERIFY = verdict.verify
NAME = re.compile(rb"labs\.openai\.com(?!\.evil)")


def at_the_last_look(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    def look(*arguments: object, **options: object) -> verdict.Verdict:
        happens()
        return VERIFY(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(verdict, "verify", look)


def staged(home: Path) -> list[Path]:
    return sorted(home.rglob(".scrubber-*"))


def test_the_originals_of_all_profiles_lie_aside_while_they_are_verified(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[Path, bool] = {}

    def look() -> None:
        for folder in staged(home):
            seen[folder] = any(NAME.search(path.read_bytes()) for path in folder.rglob("*") if path.is_file())

    at_the_last_look(monkeypatch, look)
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 0
    for profile in (CHROME, EDGE, FIREFOX):
        assert any(full for folder, full in seen.items() if (home / profile).is_relative_to(folder.parent))
    assert staged(home) == []
    # What lies aside is full of the target, and no residue.
    assert "Nothing unexplained remains." in found.out


def test_what_a_dead_run_left_is_still_seen_beside_them(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this run's own folders are left out."""
    old = home / CHROME / ".scrubber-0"

    def plant() -> None:
        old.mkdir()
        (old / "1").write_bytes(b"https://labs.openai.com/")

    at_the_last_look(monkeypatch, plant)
    found = scrubber("clean", "--yes", "--json", "--home", home)
    assert found.code == 1
    assert {one["path"] for one in found.json["residue"] if not one["explained"]} == {str(old / "1")}


def test_residue_does_not_bring_them_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def plant() -> None:
        (home / CHROME / "new").write_bytes(b"https://labs.openai.com/")

    with monkeypatch.context() as patch:
        at_the_last_look(patch, plant)
        assert scrubber("clean", "--yes", "--home", home).code == 1
    assert staged(home) == []
    (home / CHROME / "new").unlink()
    assert scrubber("verify", "--home", home).code == 0


def spoil(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """After the swap a store can't be read any more, although nobody has written there."""
    cookies = home / CHROME / "Network" / "Cookies"
    broken: list[bool] = []

    def find(store: Sqlite, path: Path, look: Look) -> tuple[Trace, ...]:
        if broken and path == cookies:
            from scrubber.errors import UnreadableStore

            raise UnreadableStore(path, "is torn")
        return found(store, path, look)

    found = Sqlite.find
    monkeypatch.setattr(Sqlite, "find", find)
    at_the_last_look(monkeypatch, lambda: broken.append(True))
    return cookies


def test_a_store_that_can_not_be_read_any_more_is_put_back_and_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookies = spoil(home, monkeypatch)
    before = cookies.read_bytes()
    found = scrubber("clean", "--yes", "--json", "--home", home)
    assert (found.code, found.json["status"]) == (4, "partial")
    stores = [store for profile in found.json["profiles"] for store in profile["stores"]]
    (told,) = (store for store in stores if store["path"] == str(cookies))
    assert told["removed"] == 0
    assert "could not be read any more once it was changed" in told["skipped"]
    assert cookies.read_bytes() == before
    assert not any(store["skipped"] for store in stores if store["path"] != str(cookies))
    assert NAME.search((home / EDGE / "Network" / "Cookies").read_bytes()) is None
    assert staged(home) == []


def test_it_is_not_put_back_over_what_a_browser_wrote_since(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookies = spoil(home, monkeypatch)

    def visit(*_: object) -> None:
        with closing(sqlite3.connect(cookies)) as database:
            database.execute("UPDATE cookies SET value = 'new' WHERE host_key = 'shop.example'")
            database.commit()

    put_back = Transaction.put_back

    def late(self: Transaction, paths: frozenset[Path]) -> object:
        if cookies in paths:
            visit()
        return put_back(self, paths)

    monkeypatch.setattr(Transaction, "put_back", late)
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 4
    assert "not put back" in found.out
    with closing(sqlite3.connect(cookies)) as database:
        assert database.execute("SELECT value FROM cookies WHERE host_key = 'shop.example'").fetchone() == (
            "new",
        )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(OSError(5, "Input/output error"), "Input/output error", id="a bad disk"),
        pytest.param(MemoryError(), "MemoryError", id="no memory"),
    ],
)
def test_a_look_that_fails_leaves_a_complete_run(
    home: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def fail() -> None:
        raise error

    at_the_last_look(monkeypatch, fail)
    found = scrubber("clean", "--yes", "--json", "--home", home)
    assert (found.code, found.json["status"]) == (4, "partial")
    assert any("not checked again" in message and told in message for message in found.json["messages"])
    assert staged(home) == []
    monkeypatch.setattr(verdict, "verify", VERIFY)
    assert scrubber("verify", "--home", home).code == 0


@pytest.mark.skipif(os.name == "nt", reason="nothing is stopped like that there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_stopped_while_it_is_verified_is_complete(
    home: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    at_the_last_look(monkeypatch, lambda: os.kill(os.getpid(), number))
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 130
    assert "cleaned, but not checked again: chrome:Default, edge:Default, firefox:default." in found.err
    assert staged(home) == []
    monkeypatch.setattr(verdict, "verify", VERIFY)
    assert scrubber("verify", "--home", home).code == 0


@pytest.mark.skipif(os.name == "nt", reason="nothing is stopped like that there")
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_stopped_while_it_is_booked_says_what_is_there(
    home: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Whole profiles are done or as they were, however close to the last step the signal comes."""
    before = content(home)
    keep, kept = Transaction.keep, []

    def stopped(self: Transaction) -> None:
        kept.append(self)
        if when == "after":
            keep(self)
        if len(kept) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        keep(self)

    monkeypatch.setattr(Transaction, "keep", stopped)
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 130
    done = found.err.partition("not checked again: ")[2].partition(".")[0].split(", ")
    assert done == ["chrome:Default", "edge:Default"][: 2 if when == "after" else 1]
    after = content(home)
    changed = {name.split("/")[1] for name in before.keys() | after if before.get(name) != after.get(name)}
    assert ("microsoft-edge" in changed) is (when == "after")
    assert "google-chrome" in changed
    assert "mozilla" not in changed
    assert staged(home) == []


def clean(home: Path) -> None:
    scrubber("clean", "--yes", "--home", home)


@pytest.mark.skipif(os.name == "nt", reason="nothing is stopped like that there")
def test_a_run_stopped_after_it_was_verified_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "signed_in", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 130
    assert "Interrupted; cleaned and checked: chrome:Default, edge:Default, firefox:default." in found.err
    assert staged(home) == []


@pytest.fixture
def died(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose run died while it was verified."""
    with monkeypatch.context() as patch:
        at_the_last_look(patch, lambda: os._exit(DIED))
        assert in_child(partial(clean, home)) == DIED
    assert staged(home)
    return home


def contents(home: Path) -> dict[str, object]:
    """Owners, modes, content, and times of all but folders, which the dead could not give back."""
    return {name: entry[:-1] if (home / name).is_dir() else entry for name, entry in tree(home).items()}


def test_undo_without_a_file_takes_it_back(sample: Path, died: Path) -> None:
    """Every byte, mode, owner and time."""
    found = scrubber("undo", "--home", died)
    assert (found.code, found.err) == (0, "")
    assert "Put back as before the run: " in found.out
    assert contents(died) == contents(sample)
    assert staged(died) == []
    again = scrubber("undo", "--home", died, "--json")
    assert again.code == 2
    assert "no run was cut off here" in again.json["messages"][0]


def test_undo_without_a_file_refuses_where_a_browser_ran_since(died: Path) -> None:
    (died / EDGE / "Preferences").write_text("{}")
    before = everything(died)
    found = scrubber("undo", "--home", died)
    assert found.code == 5
    assert f"{died / EDGE / 'Preferences'}: changed since the run was cut off" in found.err
    assert "`scrubber clean` finishes that run" in found.err
    assert {name: entry[:4] for name, entry in everything(died).items()} == {
        name: entry[:4] for name, entry in before.items()
    }
    assert scrubber("clean", "--yes", "--home", died).code == 0
    assert staged(died) == []


def test_clean_rolls_it_forward_and_says_so(died: Path) -> None:
    found = scrubber("clean", "--yes", "--home", died)
    assert found.code == 0
    assert "An earlier run was cut off. It is finished now: " in found.err
    assert "0 are as they were, 0 were put back" in found.err
    assert staged(died) == []


@pytest.mark.parametrize("words", [("scan",), ("verify",)], ids=" ".join)
def test_who_only_looks_mentions_both_ways(died: Path, words: tuple[str, ...]) -> None:
    before = everything(died)
    found = scrubber(*words, "--home", died)
    assert "`scrubber clean` finishes it, `scrubber undo` takes it back." in found.err
    assert everything(died) == before


@pytest.mark.parametrize("words", [("--force",), ("--passphrase-file", "x")], ids=" ".join)
def test_what_goes_with_a_file_needs_one(died: Path, words: tuple[str, ...]) -> None:
    before = everything(died)
    assert scrubber("undo", *words, "--home", died).code == 2
    assert everything(died) == before
