"""What looks at bystanders notices when one of them is touched, and only then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.browsers.kept_files import Files
from tests.browsers.neighbours import Databases, Ties, of_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIES = Ties(
    links={"History visits.url": "urls.id"},
    blanks={"History visits.from_visit": "visits.id"},
    shared={"History icons.id": "urls.icon"},
    site_wide={"History urls": b".openai.com"},
)

CLEANED = (
    "DELETE FROM visits WHERE url IN (1, 3)",
    "UPDATE visits SET from_visit = 0 WHERE from_visit = 10",
    "DELETE FROM icons WHERE id = 7",
    "DELETE FROM urls WHERE id IN (1, 3)",
)


def homes(folder: Path, *statements: str) -> tuple[Path, Path]:
    """A home with a database, and the same after these statements."""
    found = (folder / "before", folder / "after")
    for home in found:
        home.mkdir()
        with closing(sqlite3.connect(home / "History")) as database:
            database.executescript(
                "CREATE TABLE urls (id, url, icon);"
                "INSERT INTO urls VALUES (1, 'https://labs.openai.com/', 7), (2, 'https://shop.example/', 8),"
                " (3, '.openai.com', 8);"
                "CREATE TABLE visits (id, url, from_visit);"
                "INSERT INTO visits VALUES (10, 1, 0), (11, 2, 10), (12, 3, 11);"
                "CREATE TABLE icons (id); INSERT INTO icons VALUES (7), (8);"
            )
            if home is found[1]:
                database.executescript(";".join(statements))
    return found


def test_what_a_right_removal_does_is_explained(tmp_path: Path) -> None:
    databases = Databases(*homes(tmp_path, *CLEANED), TIES)
    assert databases.unexplained() == []
    assert databases.dangling() == []
    assert databases.changes.new == []
    assert databases.changes.altered == {"History visits.from_visit"}


def _unexplained(databases: Databases) -> list[str]:
    return databases.unexplained()


def _dangling(databases: Databases) -> list[str]:
    return databases.dangling()


def _altered(databases: Databases) -> list[str]:
    return sorted(databases.changes.altered - {"History visits.from_visit"})


def _new(databases: Databases) -> list[str]:
    return databases.changes.new


WRONGS = {
    "a bystander's row is gone": ("DELETE FROM urls WHERE id = 2", _unexplained),
    "a row is gone that hangs on a bystander": ("DELETE FROM visits WHERE id = 11", _unexplained),
    "what another still uses is gone": ("DELETE FROM icons WHERE id = 8", _unexplained),
    "a row refers to one that is gone": ("UPDATE visits SET from_visit = 10 WHERE id = 11", _dangling),
    "a bystander's row is another": ("UPDATE urls SET icon = 9 WHERE id = 2", _altered),
    "a row is new": ("INSERT INTO urls VALUES (4, 'https://news.example/', 8)", _new),
}


@pytest.mark.parametrize(("wrong", "look"), WRONGS.values(), ids=WRONGS)
def test_a_wrong_one_is_noticed(tmp_path: Path, wrong: str, look: Callable[[Databases], list[str]]) -> None:
    assert len(look(Databases(*homes(tmp_path, *CLEANED, wrong), TIES))) == 1


FOLDERS = ("IndexedDB/https_shop.example_0", "IndexedDB/https_labs.openai.com_0")


def trees(folder: Path, *gone: str) -> Files:
    for home in (folder / "before", folder / "after"):
        for each in FOLDERS:
            (home / each / "sub").mkdir(parents=True)
            (home / each / "a").touch()
            (home / each / "sub" / "b").touch()
    for each in gone:
        (folder / "after" / each).unlink()
    return Files(folder / "before", folder / "after")


@pytest.mark.parametrize(
    ("gone", "unexplained", "halves"),
    [
        pytest.param((f"{FOLDERS[1]}/a", f"{FOLDERS[1]}/sub/b"), 0, 0, id="all of the target's folder"),
        pytest.param((f"{FOLDERS[1]}/a",), 0, 1, id="half of the target's folder"),
        pytest.param((f"{FOLDERS[0]}/a", f"{FOLDERS[0]}/sub/b"), 2, 0, id="a bystander's folder"),
    ],
)
def test_folders_of_one_origin(tmp_path: Path, gone: tuple[str, ...], unexplained: int, halves: int) -> None:
    files = trees(tmp_path, *gone)
    assert len(files.unexplained(())) == unexplained
    assert len(files.halves()) == halves
    assert files.unexplained(("/IndexedDB/",)) == []


OF_TARGET = {
    "host": (b"https://labs.openai.com/",),
    "sub-domain": (b"cdn.labs.openai.com",),
    "storage under its site": (b"https://widget.example.net/^0https://openai.com",),
    "Firefox's partition": (b"^partitionKey=%28https%2Copenai.com%29", b"widget.example.net"),
    "cookie under its site": (1, b"widget.example.net", b"https://openai.com", b"chips"),
    "cached under its site": (b"1/0/_dk_https://openai.com https://openai.com https://widget.example.net/a",),
}
OF_OTHERS = {
    "look-alike": (b"https://labs.openai.com.evil.example/",),
    "sibling": (b"https://chat.openai.com/",),
    "sibling in its own partition": (b"chat.openai.com", b"https://openai.com", b"chips"),
    "sibling's cached page": (b"1/0/_dk_https://openai.com https://openai.com https://chat.openai.com/a",),
    "another partition": (b"https://widget.example.net/^0https://shop.example",),
}


@pytest.mark.parametrize("values", OF_TARGET.values(), ids=OF_TARGET)
def test_an_entry_of_the_target_is_known(values: tuple[bytes | int, ...]) -> None:
    assert of_target(*values)


@pytest.mark.parametrize("values", OF_OTHERS.values(), ids=OF_OTHERS)
def test_an_entry_of_others_is_not_taken_for_it(values: tuple[bytes | int, ...]) -> None:
    assert not of_target(*values)
