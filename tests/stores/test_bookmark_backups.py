from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from scrubber.browsers.firefox.files import BOOKMARK_BACKUPS
from scrubber.formats import mozlz4
from scrubber.model import Policy, Standing
from tests.cleaned import clean, look, tree

if TYPE_CHECKING:
    from pathlib import Path

LABS = "https://labs.openai.com"
EVIL = "https://labs.openai.com.evil.example"
SHOP = "https://shop.example"
INCLUDING = Policy(include=frozenset({"bookmarks"}))


def bookmarks(*uris: str) -> Any:
    return {"guid": "root________", "title": "", "children": [{"title": "ü", "uri": uri} for uri in uris]}


def packed(value: Any) -> bytes:
    return mozlz4.write(text(value))


def text(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def name(value: Any, count: int, day: str = "2026-11-24", end: str = "jsonlz4") -> str:
    """As Firefox 153 names it."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(text(value)).digest()).decode()
    return f"bookmarks-{day}_{count}_{digest}.{end}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "bookmarkbackups"
    made.mkdir()
    return made


def test_bookmarks_are_kept_and_reported(folder: Path) -> None:
    value = bookmarks(f"{LABS}/", EVIL, f"{LABS}/2", SHOP)
    (folder / name(value, 5)).write_bytes(packed(value))
    before = tree(folder)
    clean(BOOKMARK_BACKUPS, folder, folder.parent)
    assert tree(folder) == before
    found = BOOKMARK_BACKUPS.find(folder, look(folder.parent))
    assert [trace.standing for trace in found] == [Standing.KEPT, Standing.KEPT]


def test_included_they_go_from_each_copy_and_its_name_says_so(folder: Path) -> None:
    mixed, others = bookmarks(f"{LABS}/", EVIL, f"{LABS}/2", SHOP), bookmarks(EVIL, SHOP)
    (folder / name(mixed, 5)).write_bytes(packed(mixed))
    (folder / name(mixed, 5, "2026-11-22", "json")).write_bytes(text(mixed))
    (folder / name(others, 3, "2026-11-23")).write_bytes(packed(others))
    removed, equal = clean(BOOKMARK_BACKUPS, folder, folder.parent, INCLUDING)
    assert len(removed) == 4
    assert equal == 6
    assert tree(folder) == {
        name(others, 3): packed(others),
        name(others, 3, "2026-11-22", "json"): text(others),
        name(others, 3, "2026-11-23"): packed(others),
    }


def test_bookmarks_go_at_any_depth_and_folders_and_separators_count(folder: Path) -> None:
    deep = {"title": "deeper", "children": [{"uri": f"{LABS}/2"}]}
    value = {"children": [{"title": "menu", "children": [{"uri": f"{LABS}/"}, {"type": "---"}, deep]}]}
    left = {
        "children": [{"title": "menu", "children": [{"type": "---"}, {"title": "deeper", "children": []}]}]
    }
    (folder / name(value, 6)).write_bytes(packed(value))
    clean(BOOKMARK_BACKUPS, folder, folder.parent, INCLUDING)
    assert tree(folder) == {name(left, 4): packed(left)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("bookmarks-2012-01-31.json", "bookmarks-2012-01-31.json", id="a date alone"),
        pytest.param("bookmarks-2013-01-31_3.json", "bookmarks-2013-01-31_2.json", id="and a count"),
        pytest.param("mine.json", "mine.json", id="a name of the person's"),
    ],
)
def test_older_names_say_what_they_said(folder: Path, before: str, after: str) -> None:
    (folder / before).write_bytes(text(bookmarks(f"{LABS}/", SHOP)))
    clean(BOOKMARK_BACKUPS, folder, folder.parent, INCLUDING)
    assert tree(folder) == {after: text(bookmarks(SHOP))}


def test_the_hash_is_an_md5_where_it_was_one(folder: Path) -> None:
    value, left = bookmarks(f"{LABS}/", SHOP), bookmarks(SHOP)
    (folder / "bookmarks-2020-01-31_3_AAAAAAAAAAAAAAAAAAAA-A==.jsonlz4").write_bytes(packed(value))
    clean(BOOKMARK_BACKUPS, folder, folder.parent, INCLUDING)
    digest = base64.b64encode(hashlib.md5(text(left), usedforsecurity=False).digest()).decode()
    assert tree(folder) == {f"bookmarks-2020-01-31_2_{digest.replace('/', '-')}.jsonlz4": packed(left)}


def test_no_copy_takes_the_place_of_another(folder: Path) -> None:
    mixed, others = bookmarks(f"{LABS}/", SHOP), bookmarks(SHOP)
    (folder / name(mixed, 3)).write_bytes(packed(mixed))
    (folder / name(others, 2)).write_bytes(packed(others))
    clean(BOOKMARK_BACKUPS, folder, folder.parent, INCLUDING)
    assert tree(folder) == {name(mixed, 3): packed(others), name(others, 2): packed(others)}


def test_a_copy_that_cant_be_read_is_reported_and_hinders_no_other(folder: Path) -> None:
    value = bookmarks(f"{LABS}/", SHOP)
    (folder / name(value, 3)).write_bytes(packed(value))
    (folder / "bookmarks-2026-11-23_2_x.jsonlz4").write_bytes(packed(value)[:-4])
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text(LABS)
    clean(BOOKMARK_BACKUPS, folder, folder.parent, INCLUDING)
    assert tree(folder) == {
        name(bookmarks(SHOP), 2): packed(bookmarks(SHOP)),
        "bookmarks-2026-11-23_2_x.jsonlz4": packed(value)[:-4],
        "notes/mine.txt": LABS.encode(),
    }
    kept = BOOKMARK_BACKUPS.find(folder, look(folder.parent, INCLUDING))
    assert [(trace.key, trace.standing) for trace in kept] == [
        ("bookmarks-2026-11-23_2_x.jsonlz4", Standing.KEPT)
    ]


@pytest.mark.parametrize("include", [Policy(), INCLUDING], ids=["alone", "with bookmarks"])
def test_what_a_crash_left_goes_if_it_names_the_target(folder: Path, include: Policy) -> None:
    (folder / name(bookmarks(f"{LABS}/"), 2)).write_bytes(packed(bookmarks(f"{LABS}/")))
    (folder / "a.jsonlz4.tmp").write_bytes(packed(bookmarks(f"{LABS}/")))
    (folder / "b.jsonlz4.tmp").write_bytes(packed(bookmarks(EVIL)))
    clean(BOOKMARK_BACKUPS, folder, folder.parent, include)
    assert {"a.jsonlz4.tmp", "b.jsonlz4.tmp"} & tree(folder).keys() == {"b.jsonlz4.tmp"}
    assert len([each for each in tree(folder) if re.fullmatch("bookmarks-.*4", each)]) == 1


def test_a_damaged_copy_that_was_set_aside_goes_on_request(folder: Path) -> None:
    (folder / "bookmarks-2026-11-24_2_x.jsonlz4.corrupt").write_text(f"{LABS}/")
    clean(BOOKMARK_BACKUPS, folder, folder.parent)
    assert len(tree(folder)) == 1
    clean(BOOKMARK_BACKUPS, folder, folder.parent, Policy(mentions="all"))
    assert tree(folder) == {}
