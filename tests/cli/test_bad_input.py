"""Bad input: one line that says what is wrong, its exit code, and nothing changed."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import CHROME, EDGE, FIREFOX, content, everything, scrubber

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    Forbid = Callable[[Path], AbstractContextManager[None]]

WRONG = [
    pytest.param(("scan", "dale"), "unknown site 'dale'; known are", id="a site that isn't"),
    pytest.param(("guide", "dale"), "unknown site 'dale'", id="the guide of one"),
    pytest.param(
        ("scan", "-p", "chrome:Work"), "no profile chrome:Work; there is: chrome:Default", id="profile"
    ),
    pytest.param(
        ("scan", "-p", "Default"), "Default is ambiguous; it could be: chrome:Default, edge", id="either"
    ),
    pytest.param(("scan", "-p", "/nowhere/at/all"), "/nowhere/at/all: no such folder", id="folder"),
    pytest.param(("scan", "-p", ""), "no profile", id="a profile without a name"),
    pytest.param(("scan", "-b", "netscape"), "unknown browser 'netscape'; known:", id="browser"),
    pytest.param(("scan", "--only", "cake"), "--only: unknown word 'cake'; known are history", id="word"),
    pytest.param(
        ("scan", "--except", "history,cake"), "--except: unknown word 'cake'", id="one of two words"
    ),
    pytest.param(
        ("scan", "--include", "history"), "--include: unknown word 'history'", id="no thing to include"
    ),
    pytest.param(("scan", "--mentions", "some"), "'some' is not one of", id="choice"),
    pytest.param(("scan", "--domain", "co.uk"), "'co.uk' is a public suffix", id="everybody's domain"),
    pytest.param(("scan", "--host", "a b"), "--host: 'a b' is not a host name", id="host"),
    pytest.param(("scan", "--nonsense"), "No such option", id="option"),
    pytest.param(("wash",), "No such command 'wash'", id="command"),
    pytest.param(("clean", "--yes", "--plan", "/nowhere/plan"), "/nowhere/plan: No such file", id="no plan"),
    pytest.param(("clean",), "nobody to ask: say --yes", id="nobody to ask"),
    pytest.param(("clean", "--json"), "nobody to ask: say --yes", id="a program that can't answer"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_wrong_use_is_told_in_one_line(home: Path, words: tuple[str, ...], message: str) -> None:
    before = everything(home)
    takes_home = words[0] in ("scan", "clean")
    found = scrubber(*words, *(("--home", home) if takes_home else ()))
    assert found.code == 2
    if "--json" in words:
        assert message in found.json["messages"][0]
    else:
        assert found.out == ""
        assert message in found.err
        assert found.err.startswith("scrubber: ")
        assert found.err.count("\n") == 1
    assert everything(home) == before


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_wrong_use_is_one_object_for_programs(home: Path, words: tuple[str, ...], message: str) -> None:
    takes_home = words[0] in ("scan", "clean")
    found = scrubber(*words, "--json", *(("--home", home) if takes_home else ()))
    assert found.json["status"] == "error"
    assert found.json["exit_code"] == found.code == 2
    assert found.err == ""


@pytest.mark.parametrize(
    ("toml", "line", "key"),
    [
        pytest.param('name = "X"\ndomain = ["x.example"]\n', 2, "domain", id="unknown key"),
        pytest.param('name = "X"\ndomains = ["x y"]\n', 2, "domains", id="no host"),
        pytest.param('name = "X"\ndomains = [\n', 3, "", id="no TOML"),
    ],
)
def test_a_broken_site_file_is_named_with_line_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toml: str, line: int, key: str
) -> None:
    file = tmp_path / "scrubber" / "sites" / "mine.toml"
    file.parent.mkdir(parents=True)
    file.write_text(toml)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    found = scrubber("scan", "--home", tmp_path)
    assert found.code == 2
    assert found.err.count("\n") == 1
    assert found.err.startswith(f"scrubber: {file}, line {line}")
    assert key in found.err


def test_a_home_that_is_none_is_told(tmp_path: Path) -> None:
    found = scrubber("scan", "--home", tmp_path / "nobody")
    assert (found.code, found.err) == (2, f"scrubber: {tmp_path / 'nobody'}: no such folder\n")


def test_a_home_without_browsers_is_not_called_clean(tmp_path: Path) -> None:
    found = scrubber("scan", "--home", tmp_path)
    assert found.code == 2
    assert f"no browser profile in {tmp_path}" in found.err
    assert found.err.count("\n") == 1
    assert scrubber("scan", "-v", "--home", tmp_path).err.count("  looked in: ") > 10
    assert len(scrubber("scan", "--json", "--home", tmp_path).json["looked"]) > 10


def test_a_profile_without_permission_is_named_and_the_others_are_cleaned(
    home: Path, forbidden: Forbid
) -> None:
    before = content(home / EDGE)
    reason = f"not looked into: {home / EDGE}: Permission denied"
    with forbidden(home / EDGE):
        looked = [scrubber(command, "--home", home) for command in ("scan", "profiles", "verify")]
        cleaned = scrubber("clean", "--yes", "--home", home)
        rest = scrubber("scan", "-p", "chrome:Default", "-p", "firefox:default", "--home", home)
    assert [found.code for found in looked] == [1, 4, 1]
    assert (cleaned.code, rest.code) == (4, 0)
    for found in (*looked, cleaned):
        assert found.out.count(reason) == found.out.count("Permission denied") == 1
    assert content(home / EDGE) == before


def test_permission_for_no_profile_at_all_is_one_line(home: Path, forbidden: Forbid) -> None:
    with forbidden(home / ".config"):
        found = scrubber("scan", "--home", home)
    assert found.code == 4
    assert found.err.startswith(f"scrubber: {home}/.config")
    assert "Permission denied" in found.err
    assert found.err.count("\n") == 1


def truncate(path: Path) -> None:
    os.truncate(path, 5000)


def garble(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(8192))


def corrupt(path: Path) -> None:
    """Right in its header and schema, but not in what follows."""
    content = bytearray(path.read_bytes())
    page = int.from_bytes(content[16:18], "big")
    content[page : 3 * page] = random.Random(1).randbytes(2 * page)
    path.write_bytes(content)


def replace_by_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        pytest.param(truncate, "", id="truncated"),
        pytest.param(garble, "", id="no database"),
        pytest.param(replace_by_fifo, "a FIFO, not followed", id="FIFO"),
        pytest.param(replace_by_folder, "a folder, not a file", id="folder"),
    ],
)
@pytest.mark.parametrize(
    "name", [f"{CHROME}/History", f"{FIREFOX}/cookies.sqlite"], ids=["History", "cookies"]
)
def test_a_damaged_store_is_skipped_and_untouched(
    home: Path, damage: Callable[[Path], None], reason: str, name: str
) -> None:
    damage(home / name)
    before = as_it_lies(home / name)
    dry = scrubber("clean", "--dry-run", "--home", home)
    found = scrubber("clean", "--yes", "--home", home)
    assert (dry.code, found.code) == (1, 4)
    for out in (dry.out, found.out):
        assert f"not looked into: {home / name}: {reason}" in out
    assert as_it_lies(home / name) == before
    assert scrubber("scan", "--home", home).code == 4


def as_it_lies(path: Path) -> tuple[bytes, tuple[int, ...]]:
    content = path.read_bytes() if path.is_file() else b""
    return content, everything(path.parent)[path.name]


def test_a_store_that_shows_its_damage_only_when_written_anew_is_left_as_it_was(home: Path) -> None:
    history = home / CHROME / "History"
    corrupt(history)
    before = as_it_lies(history)
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 4
    assert f"left as it was: {history}: " in found.out
    assert as_it_lies(history) == before


def test_a_link_in_place_of_a_store_is_not_followed(home: Path, tmp_path: Path) -> None:
    store, outside = home / CHROME / "History", tmp_path / "History"
    shutil.move(store, outside)
    store.symlink_to(outside)
    before = everything(tmp_path)["History"]
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 4
    assert f"not looked into: {store}: a link, not followed" in found.out
    assert store.is_symlink()
    assert everything(tmp_path)["History"] == before
    assert b"labs.openai.com/c/a-cat-in-oils" in outside.read_bytes()


def test_a_link_in_place_of_a_profile_is_not_followed_out_of_the_home(home: Path, tmp_path: Path) -> None:
    shutil.move(home / EDGE, tmp_path / "Default")
    (home / EDGE).symlink_to(tmp_path / "Default")
    before = everything(tmp_path / "Default")
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 4
    assert "lies outside the home that was given" in found.out
    assert everything(tmp_path / "Default") == before


def test_a_bug_is_told_from_a_result(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("this can't be")

    monkeypatch.setattr("scrubber.plan.located", broken)
    text, program = scrubber("scan", "--home", home), scrubber("scan", "--json", "--home", home)
    assert (text.code, program.code) == (5, 5)
    assert "a bug in scrubber (AssertionError)" in text.err
    assert "this can't be" in text.err
    assert program.json["messages"] == [
        "a bug in scrubber (AssertionError); please report it with the lines above"
    ]


def test_a_full_disk_is_one_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scrubber.cli.looking.saved_plan.save", full)
    found = scrubber("scan", "--plan", home / "plan", "--home", home)
    assert (found.code, found.err) == (5, "scrubber: [Errno 28] No space left on device\n")


def test_nothing_says_where_home_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    found = scrubber("scan")
    assert (found.code, found.err.count("\n")) == (2, 1)
    assert "set HOME, or name it with --home" in found.err
    assert scrubber("sites").code == 0


def test_json_is_never_more_than_one_object(home: Path) -> None:
    found = scrubber("clean", "--yes", "--json", "--home", home)
    decoder = json.JSONDecoder()
    _, end = decoder.raw_decode(found.out)
    assert found.out[end:].strip() == ""


def test_where_nobody_has_a_profile_it_says_that_all_homes_were_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("scrubber.discovery.people.other_homes", lambda _: ())
    said = {words: scrubber("scan", *words) for words in ((), ("--all-users",))}
    assert {found.code for found in said.values()} == {2}
    assert "in this home" in said[()].err
    assert "in any home here" in said["--all-users",].err
