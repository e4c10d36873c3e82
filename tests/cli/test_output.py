"""What is said: one object for programs, nothing of what was visited, nothing that plays with a terminal."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from scrubber.cli.console import write
from scrubber.errors import Unproved
from scrubber.samples.hosts import NEWS, SHOP, THIRD
from scrubber.stores.sqlite import Sqlite
from tests.cli.running import CHROME, EDGE, FIREFOX, Result, environment, program, scrubber

COMMANDS = [
    pytest.param(("scan",), id="scan"),
    pytest.param(("verify",), id="verify"),
    pytest.param(("profiles",), id="profiles"),
    pytest.param(("clean", "--dry-run"), id="dry run"),
    pytest.param(("clean", "--yes"), id="clean"),
    pytest.param(("clean", "--yes", "--only", "cookies"), id="clean in part"),
    pytest.param(("verify", "--mentions", "keep"), id="verify, mentions kept"),
]
# The look-alike ends like this; a page's title, a download's and a picture's path.
VISITED = (SHOP, NEWS, THIRD, "evil.example", "Page ", "a-cat-in-oils", "picture.png", "a.png")

KEYS = {
    "schema",
    "command",
    "status",
    "exit_code",
    "sites",
    "profiles",
    "skipped",
    "residue",
    "not_examined",
    "witnesses",
    "equality",
    "freed_bytes",
    "seconds",
    "messages",
}
PROFILE = {"browser", "name", "spec", "display_name", "path", "in_use", "stores"}
STORE = {"holds", "path", "own", "mentions", "kept", "removed", "skipped"}
REMNANT = {"path", "seen_as", "where", "name", "form", "inside", "at", "count", "explained"}
STATUSES = {"clean", "traces", "residue", "partial", "running", "error"}


def said(found: Result) -> str:
    return found.out + found.err


@pytest.mark.parametrize("form", [(), ("--json",), ("--quiet",)], ids=["text", "JSON", "quiet"])
@pytest.mark.parametrize("words", COMMANDS)
def test_no_output_names_what_was_visited(home: Path, words: tuple[str, ...], form: tuple[str, ...]) -> None:
    (home / CHROME / "unknown.bin").write_bytes(b"\x01labs.openai.com\x01")
    note = home / FIREFOX / "storage" / "default" / f"https+++{SHOP}" / "note"
    note.write_bytes(b"\x01labs.openai.com\x01")
    (note.parent / "fifo").mkdir()
    os.mkfifo(note.parent / "fifo" / "pipe")
    found = scrubber(*words, *form, "--home", home)
    assert [text for text in VISITED if text in said(found)] == []


def test_a_verbose_scan_names_it(home: Path) -> None:
    out = scrubber("scan", "-v", "--home", home).out
    assert "https://labs.openai.com/c/a-cat-in-oils" in out
    assert f"storage/default/https+++{THIRD}^partitionKey" in out


def test_folders_named_after_sites_are_one_line_or_one_row(home: Path) -> None:
    assert "storage/default/https+++…: 3 entries to remove" in scrubber("scan", "--home", home).out
    rows = scrubber("scan", "--json", "-b", "firefox", "--home", home).json["profiles"][0]["stores"]
    assert [row["own"] for row in rows if row["path"].endswith("/storage/default/https+++…")] == [3]
    rows = scrubber("scan", "--json", "-v", "-b", "firefox", "--home", home).json["profiles"][0]["stores"]
    assert len([row for row in rows if "/storage/default/https+++" in row["path"]]) == 3


@pytest.mark.parametrize(
    "words", [*COMMANDS, pytest.param(("sites",), id="sites"), pytest.param(("guide",), id="guide")]
)
def test_json_has_the_keys_that_programs_rely_on(home: Path, words: tuple[str, ...]) -> None:
    where = () if words[0] in ("sites", "guide") else ("--home", home)
    found = scrubber(*words, "--json", *where)
    answer = found.json
    assert answer.keys() >= KEYS
    assert (answer["schema"], answer["command"], answer["exit_code"]) == (1, words[0], found.code)
    assert answer["status"] in STATUSES
    assert answer["equality"].keys() == {"stores", "entries"}
    assert answer["seconds"].keys() <= {"plan", "apply", "verify", "total"}
    assert answer["seconds"]["total"] >= 0
    assert all(site.keys() == {"key", "name"} for site in answer["sites"])
    for profile in answer["profiles"]:
        assert profile.keys() >= PROFILE
        assert all(store.keys() == STORE for store in profile["stores"])
    assert all(remnant.keys() == REMNANT for remnant in answer["residue"])
    assert found.err == ""


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("scan", "dale"), id="a site that isn't"),
        pytest.param(("scan", "--nonsense"), id="an option that isn't"),
        pytest.param(("scan", "--home", "/nowhere"), id="a home that isn't"),
        pytest.param(("clean",), id="nobody to ask"),
        pytest.param((), id="no command"),
    ],
)
def test_json_of_an_error_has_the_same_keys(words: tuple[str, ...]) -> None:
    found = scrubber(*words, "--json")
    assert found.json.keys() >= KEYS
    assert (found.json["status"], found.json["exit_code"]) == ("error", found.code)
    assert len(found.json["messages"]) == 1


def test_every_number_of_a_clean_run_is_there(home: Path) -> None:
    planned = scrubber("scan", "--json", "--home", home).json
    done = scrubber("clean", "--yes", "--json", "--home", home).json
    rows = [row for profile in done["profiles"] for row in profile["stores"]]
    before = [row for profile in planned["profiles"] for row in profile["stores"]]
    assert (done["status"], done["exit_code"]) == ("clean", 0)
    assert sum(row["removed"] for row in rows) == 78
    assert [(row["own"], row["mentions"], row["kept"]) for row in rows] == [
        (row["own"], row["mentions"], row["kept"]) for row in before
    ]
    assert done["equality"]["stores"] == 35
    assert done["equality"]["entries"] > 100
    assert done["seconds"].keys() == {"plan", "apply", "verify", "total"}
    assert {remnant["explained"] for remnant in done["residue"]} == {"kept"}
    assert sum(row["removed"] for profile in planned["profiles"] for row in profile["stores"]) == 0


HOSTILE = "\x1b[2J\nscrubber: all clean\r\u202e\x07\x9b31m"


@pytest.mark.parametrize("verbose", [(), ("-v",)], ids=["brief", "verbose"])
@pytest.mark.parametrize(
    "words",
    [("scan",), ("profiles",), ("verify",), ("clean", "--yes"), ("scan", "-p", HOSTILE)],
    ids=lambda w: w[0],
)
def test_names_from_the_disk_can_not_play_with_the_terminal(
    home: Path, words: tuple[str, ...], verbose: tuple[str, ...]
) -> None:
    state = home / CHROME / ".." / "Local State"
    state.write_text(state.read_text().replace("Person 1", "\\u001b[2J\\nscrubber: all clean\\u202e"))
    (home / EDGE).rename(home / EDGE / ".." / f"Profile {HOSTILE}")
    (home / FIREFOX / ".." / "profiles.ini").write_text(
        "[Profile0]\nName=\x1b[2Jdefault\u202e\nIsRelative=1\nPath=a1b2c3d4.default\n"
    )
    (home / FIREFOX / f"{HOSTILE}labs.openai.com").write_text("labs.openai.com")
    os.mkfifo(home / FIREFOX / f"{HOSTILE}.pipe")
    found = scrubber(*words, *verbose, "--home", home)
    assert found.code == {"profiles": 0}.get(words[0], 2 if "-p" in words else 1)
    for line in said(found).split("\n"):
        assert line.isprintable()
        assert not line.startswith("scrubber: all clean")


def test_a_hostile_name_in_a_refusal_stays_on_its_line(home: Path) -> None:
    name = f"Profile {HOSTILE}"
    (home / EDGE).rename(home / EDGE / ".." / name)
    (home / EDGE).parent.joinpath("SingletonLock").symlink_to("elsewhere.example-4711")
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 3
    assert found.err.count("\n") == 1
    assert found.err.rstrip("\n").isprintable()


def fail(*_: object) -> int:
    raise Unproved("it differs")


def test_quiet_says_only_what_went_wrong(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(scrubber("scan", "-q", "--home", home)) == ""
    with monkeypatch.context() as patched:
        patched.setattr(Sqlite, "remove", fail)
        found = scrubber("clean", "-q", "--yes", "--home", home)
    wrong = found.out.splitlines()
    assert found.code == 4
    assert len(wrong) > 3
    assert all(line.startswith(("  left as it was: ", "  still there: ", "  and ")) for line in wrong)
    assert said(scrubber("clean", "-q", "--yes", "--home", home)) == ""
    assert said(scrubber("verify", "-q", "--home", home)) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("more", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "a dumb terminal"])
def test_progress_goes_to_a_terminal_without_colours_where_none_are_wanted(
    home: Path, more: dict[str, str]
) -> None:
    terminal, line = os.openpty()
    done = subprocess.run(
        program("scan", "--home", home),
        env=environment(**{"TERM": "xterm", **more}),
        stdout=subprocess.PIPE,
        stderr=line,
        check=False,
    )
    os.close(line)
    os.set_blocking(terminal, False)
    try:
        shown = os.read(terminal, 1 << 20)
    except (BlockingIOError, OSError):  # nothing was written, and nobody can any more
        shown = b""
    os.close(terminal)
    assert re.search(rb"\x1b\[[0-9;]*3[0-9][0-9;]*m", shown) is None
    assert b"\x1b" not in done.stdout
    assert done.stdout.startswith("DALL·E: ".encode())


@pytest.mark.parametrize(("words", "code"), [(("scan",), 1), (("clean", "--yes"), 0)], ids=["scan", "clean"])
def test_a_reader_that_has_enough_changes_nothing_else(home: Path, words: tuple[str, ...], code: int) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        program(*words, "--home", home),
        env=environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (code, b"")


def test_an_encoding_without_the_letters_is_no_obstacle(home: Path) -> None:
    done = subprocess.run(
        program("scan", "--home", home),
        env=environment(PYTHONIOENCODING="iso8859_6"),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith(b"DALL\\xb7E: labs.openai.com")


def test_the_path_of_a_remnant_is_in_full_where_it_names_no_site(home: Path) -> None:
    unknown = home / CHROME / "unknown.bin"
    unknown.write_bytes(b"\x01labs.openai.com\x01")
    residue = scrubber("verify", "--json", "--home", home).json["residue"]
    assert str(unknown) in {remnant["path"] for remnant in residue}
    assert Path(unknown).exists()


@pytest.mark.parametrize(
    ("number", "ends"),
    [
        pytest.param(errno.EPIPE, False, id="nobody reads any more"),
        pytest.param(errno.EINVAL, False, id="the same on Windows"),
        pytest.param(errno.ENOSPC, True, id="a file that has no room is another thing"),
    ],
)
def test_a_reader_that_goes_away_ends_no_run(
    monkeypatch: pytest.MonkeyPatch, number: int, ends: bool
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    replaced: list[int] = []
    monkeypatch.setattr(click, "echo", fail)
    monkeypatch.setattr(os, "dup2", lambda _, descriptor: replaced.append(descriptor))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(fileno=lambda: 1))
    if ends:
        with pytest.raises(OSError, match="No space"):
            write("a line")
    else:
        write("a line")
    assert replaced == ([] if ends else [1])
