"""`--help` answers at once, because it loads next to nothing; what is listed works."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.running import environment, process, program, scrubber

HEAVY = {
    "cramjam",
    "cryptography",
    "hashlib",
    "idna",
    "psutil",
    "publicsuffixlist",
    "rich",
    "scrubber.browsers",
    "scrubber.discovery",
    "scrubber.engine",
    "scrubber.model",
    "scrubber.samples",
    "sqlite3",
    "subprocess",
    "tomllib",
    "zxcvbn",
}
COMMANDS = ("profiles", "sites", "scan", "clean", "verify", "guide", "undo", "demo")


def loaded(*words: str) -> set[str]:
    python, *rest = program(*words)
    done = subprocess.run(
        [python, "-X", "importtime", *rest], env=environment(), capture_output=True, text=True, check=True
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), *((name, "-h") for name in COMMANDS)], ids=" ".join
)
def test_help_loads_next_to_nothing(words: tuple[str, ...]) -> None:
    modules = loaded(*words)
    assert "scrubber.cli" in modules
    assert modules & HEAVY == set()


def test_the_list_of_what_is_heavy_is_of_this_world() -> None:
    assert loaded("sites") & HEAVY >= {"scrubber.model", "tomllib"}
    assert loaded("demo") & HEAVY >= {"psutil", "sqlite3", "scrubber.samples"}


def test_only_what_works_is_listed() -> None:
    listed = [line.split()[0] for line in scrubber("--help").out.splitlines() if line.startswith("  ")]
    assert set(COMMANDS) <= set(listed)
    assert "schedule" not in listed
    clean = scrubber("clean", "--help").out
    assert "--report" not in clean


@pytest.mark.parametrize("words", [("--help",), ("scan", "-h"), ("--version",)], ids=" ".join)
def test_help_and_version_are_answers(words: tuple[str, ...]) -> None:
    found = scrubber(*words)
    assert (found.code, found.err) == (0, "")
    assert found.out


def test_without_a_command_there_is_help() -> None:
    found = process()
    assert found.code == 2
    assert "Commands:" in found.out + found.err
    assert sys.executable
