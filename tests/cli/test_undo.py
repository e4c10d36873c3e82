"""The way back: clean with a backup, undo, and everything that may stand between them."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import click
import pytest

from scrubber import engine
from scrubber.backup import age
from scrubber.transaction.swapping import Swaps
from tests.backup.runs import tree
from tests.cli.running import CHROME, EDGE, FIREFOX, Result, browser, everything, scrubber
from tests.interruptions import DIED, in_child

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PASSPHRASE = "stretcher ovation prism deluxe"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase that is cheap to guess; nobody pulls the plug here."""
    monkeypatch.setattr(age, "LOG2_N", 10)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE + "\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup.age"


def clean(home: Path, backup: Path, secret: Path, *words: str) -> Result:
    return scrubber("clean", "-y", "--home", home, "--backup", backup, "--passphrase-file", secret, *words)


def undo(home: Path, backup: Path, secret: Path, *words: str) -> Result:
    return scrubber("undo", backup, "--home", home, "--passphrase-file", secret, *words)


def test_clean_and_undo(home: Path, backup: Path, secret: Path) -> None:
    for number, path in enumerate(sorted(home.rglob("*"), reverse=True)):
        os.utime(path, ns=(1_600_000_000_000_000_000 + number, 1_500_000_000_123_456_789 + number))
    before = tree(home)
    cleaned = clean(home, backup, secret)
    assert cleaned.code == 0
    assert f"What was removed is in {backup}, encrypted" in cleaned.out
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert scrubber("scan", "--home", home).code == 0
    undone = undo(home, backup, secret)
    assert (undone.code, undone.err) == (0, "")
    assert "Put back as before the run: 39 files and folders." in undone.out
    assert tree(home) == before
    assert list(home.rglob(".scrubber-*")) == []


def test_the_same_as_json(home: Path, backup: Path, secret: Path) -> None:
    cleaned = clean(home, backup, secret, "--json")
    assert (cleaned.json["status"], cleaned.json["backup"]) == ("clean", str(backup))
    first = undo(home, backup, secret, "--json").json
    assert (first["status"], first["exit_code"]) == ("restored", 0)
    assert first["put_back"] > 0 == first["already_as_before"]
    again = undo(home, backup, secret, "--json").json
    assert (again["status"], again["exit_code"]) == ("restored", 0)
    assert again["already_as_before"] == first["put_back"]
    assert again["put_back"] == 0


def test_neither_passphrase_nor_host_is_ever_told(home: Path, backup: Path, secret: Path) -> None:
    results = [
        clean(home, backup, secret, "--json"),
        undo(home, backup, secret),
        undo(home, backup, secret, "--json"),
    ]
    assert all(PASSPHRASE not in result.out + result.err for result in results)
    assert all("https+++labs" not in result.out + result.err for result in results)


def test_without_anything_to_remove_there_is_nothing_to_save(home: Path, backup: Path, secret: Path) -> None:
    assert scrubber("clean", "-y", "--home", home).code == 0
    assert clean(home, backup, secret).code == 0
    assert not backup.exists()


def test_a_dry_run_saves_nothing(home: Path, backup: Path) -> None:
    before = everything(home)
    assert scrubber("clean", "-n", "--home", home, "--backup", backup).code == 1
    assert not backup.exists()
    assert everything(home) == before


def typed(monkeypatch: pytest.MonkeyPatch, answers: Sequence[str]) -> list[str]:
    """What a person types without seeing it; the questions."""
    waiting, asked = list(answers), []

    def ask(question: str) -> str:
        asked.append(question)
        return waiting.pop(0)

    monkeypatch.setattr(click.termui, "hidden_prompt_func", ask)
    return asked


def test_the_passphrase_is_asked_for_twice_and_judged(
    home: Path, backup: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = typed(monkeypatch, [PASSPHRASE, "mistyped", PASSPHRASE, PASSPHRASE])
    cleaned = scrubber("clean", "--home", home, "--backup", backup, answer="y\n")
    assert cleaned.code == 0
    assert len(asked) == 4
    assert "This passphrase is strong" in cleaned.err
    assert PASSPHRASE not in cleaned.out + cleaned.err
    asked = typed(monkeypatch, [PASSPHRASE])
    assert scrubber("undo", backup, "--home", home, answer="").code == 0
    assert asked == ["Passphrase of backup.age: "]


def test_a_weak_passphrase_is_told_even_quietly(home: Path, backup: Path, secret: Path) -> None:
    secret.write_text("password\n")
    cleaned = clean(home, backup, secret, "-q")
    assert cleaned.code == 0
    assert "This passphrase is weak" in cleaned.err
    assert "password" not in cleaned.err.replace("top-10 common password", "")


@pytest.mark.parametrize(("mode", "told"), [(0o600, False), (0o644, True)])
def test_a_passphrase_that_others_can_read_is_told(
    home: Path, backup: Path, secret: Path, mode: int, *, told: bool
) -> None:
    secret.chmod(mode)
    cleaned = clean(home, backup, secret)
    assert cleaned.code == 0
    assert ("can be read by other people" in cleaned.err) is told


@pytest.mark.parametrize("words", [("clean", "-y", "--backup"), ("undo",)], ids=["clean", "undo"])
def test_nobody_to_ask_for_a_passphrase(home: Path, backup: Path, words: tuple[str, ...]) -> None:
    before = everything(home)
    found = scrubber(*words, backup, "--home", home)
    assert found.code == 2
    assert "nobody to ask for the passphrase" in found.err
    assert everything(home) == before


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        pytest.param(f"{CHROME}/backup.age", "inside a browser's folder", id="in a profile"),
        pytest.param(".config/google-chrome/backup.age", "inside a browser's", id="in a user-data folder"),
        pytest.param(f"{FIREFOX}/storage/backup.age", "inside a browser's folder", id="deep in a profile"),
        pytest.param("way/backup.age", "inside a browser's folder", id="in a profile by a link"),
        pytest.param("there", "there is something already", id="there already"),
        pytest.param("dangling", "there is something already", id="a link to nowhere"),
        pytest.param("missing/backup.age", "no folder to write a backup into", id="no folder"),
    ],
)
def test_where_a_backup_may_not_lie(home: Path, secret: Path, place: str, reason: str) -> None:
    (home / "way").symlink_to(home / EDGE)
    (home / "there").write_text("something")
    (home / "dangling").symlink_to(home / "nowhere")
    before = everything(home)
    found = clean(home, home / place, secret)
    assert found.code == 2
    assert reason in found.err
    assert everything(home) == before


def test_no_backup_no_run(home: Path, backup: Path, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        if backup.exists():
            raise OSError(28, "No space left on device")

    before = tree(home)
    monkeypatch.setattr(os, "fsync", full)
    found = clean(home, backup, secret)
    assert found.code == 5
    assert "no backup could be written (No space left on device)" in found.err
    assert tree(home) == before
    assert not backup.exists()


def test_a_browser_started_meanwhile_takes_the_backup_away(
    home: Path, backup: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(home)
    seen = []

    def looking(*arguments: object, **options: object) -> engine.Looks:
        seen.append(backup.exists())
        if seen[-1]:
            (home / CHROME).parent.joinpath("SingletonLock").symlink_to("elsewhere-1")
        return looked(*arguments, **options)  # type: ignore[arg-type]

    looked = engine.occupancies
    monkeypatch.setattr(engine, "occupancies", looking)
    found = clean(home, backup, secret)
    (home / CHROME).parent.joinpath("SingletonLock").unlink()
    assert found.code == 3
    assert True in seen
    assert not backup.exists()
    after = tree(home)
    assert {name: entry[4] for name, entry in after.items()} == {
        name: entry[4] for name, entry in before.items()
    }


def test_undo_waits_for_nobody_and_writes_to_no_open_profile(home: Path, backup: Path, secret: Path) -> None:
    clean(home, backup, secret)
    with browser(home):
        before = everything(home)
        found = undo(home, backup, secret)
        assert found.code == 3
        assert "chrome:Default is in use" in found.err
        assert everything(home) == before


def test_what_changed_since_is_refused_by_name_unless_told(home: Path, backup: Path, secret: Path) -> None:
    original = tree(home)
    clean(home, backup, secret)
    for name in (f"{EDGE}/Preferences", f"{FIREFOX}/sessionstore.jsonlz4"):
        (home / name).write_bytes(b"later")
    before = everything(home)
    refused = undo(home, backup, secret)
    assert refused.code == 5
    assert f"{EDGE}/Preferences: changed since the backup was made" in refused.err
    assert f"{FIREFOX}/sessionstore.jsonlz4: changed since" in refused.err
    assert CHROME not in refused.err
    assert "--force" in refused.err
    assert everything(home) == before
    assert undo(home, backup, secret, "--force").code == 0
    assert tree(home) == original


def test_a_wrong_passphrase(home: Path, backup: Path, secret: Path) -> None:
    clean(home, backup, secret)
    before = everything(home)
    secret.write_text("another\n")
    found = undo(home, backup, secret)
    assert (found.code, "the passphrase is wrong" in found.err) == (2, True)
    assert everything(home) == before


@pytest.mark.parametrize("content", [None, b"", b"something else"], ids=["missing", "empty", "no archive"])
def test_no_archive(home: Path, backup: Path, secret: Path, content: bytes | None) -> None:
    if content is not None:
        backup.write_bytes(content)
    before = everything(home)
    found = undo(home, backup, secret, "--json")
    assert (found.code, found.json["status"]) == (2, "error")
    assert everything(home) == before


def test_a_backup_of_other_profiles_leads_nowhere(home: Path, backup: Path, secret: Path) -> None:
    clean(home, backup, secret)
    (home / ".config" / "google-chrome").rename(home / ".config" / "gone")
    before = everything(home)
    found = undo(home, backup, secret)
    assert found.code == 2
    assert CHROME in found.err
    assert everything(home) == before


@pytest.mark.parametrize("stores", [0, 1, 7, 20, 38])
def test_a_run_that_died_halfway_is_undone(home: Path, backup: Path, secret: Path, stores: int) -> None:
    before = tree(home)
    assert in_child(lambda: die_after(stores, home, backup, secret)) == DIED
    undone = undo(home, backup, secret)
    assert undone.code == 0
    assert "An earlier run was cut off" in undone.err
    after = tree(home)
    assert {name: entry[4] for name, entry in after.items()} == {
        name: entry[4] for name, entry in before.items()
    }
    assert list(home.rglob(".scrubber-*")) == []


def die_after(stores: int, home: Path, backup: Path, secret: Path) -> None:
    made: list[object] = []

    def dying(swaps: Swaps, change: object) -> object:
        if len(made) == stores:
            os._exit(DIED)
        made.append(change)
        return attempt(swaps, change)  # type: ignore[arg-type]

    attempt = Swaps._attempt
    Swaps._attempt = dying  # type: ignore[method-assign, assignment]
    clean(home, backup, secret)


def test_one_profile_alone(home: Path, backup: Path, secret: Path) -> None:
    before = tree(home)
    assert clean(home, backup, secret, "-p", "firefox:default").code == 0
    assert scrubber("clean", "-y", "--home", home, "-p", "chrome:Default").code == 0
    cleaned = tree(home)
    with browser(home):
        assert undo(home, backup, secret).code == 0
    for name, entry in tree(home).items():
        if name != ".config/google-chrome":  # in which a lock came and went
            assert entry == (before if "mozilla" in name else cleaned)[name]
