"""What is packed with a dictionary: never called clean unread, never more than a lack, whatever it is."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from scrubber.residue import dictionaries, packed, piece, shared_brotli
from scrubber.residue.sweep import NotExamined, Remnant, sweep
from scrubber.sites import Site, Target
from tests.dictionary_files import PACKERS
from tests.residue.planted import FILLER, OTHER, page, url
from tests.residue.planted_dictionaries import SCRIPT, SOURCE, USE, WORDS, in_blocks, in_cache2, in_simple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.dictionary_files import Packer

HOST = "labs.openai.com"
TARGET = Target((Site("sample", "Sample", domains=(HOST,)),))
packings = pytest.mark.parametrize(("coding", "pack"), PACKERS.items(), ids=PACKERS)


LACKING = "can't be unpacked without the dictionary"


def seen(root: Path) -> tuple[set[tuple[str, str]], set[str]]:
    """What names the target, with why it may, and what keeps a body or its bytes from being examined."""
    found = list(sweep([root], TARGET))
    reasons = {one.reason for one in found if isinstance(one, NotExamined)}
    names = {(one.name, one.explained) for one in found if isinstance(one, Remnant)}
    return names, {reason.partition(" packed by ")[2] for reason in reasons}


@pytest.mark.parametrize(
    ("cache", "key", "explained"),
    [
        pytest.param(in_simple, SCRIPT, "", id="nobody's"),
        pytest.param(in_simple, OTHER, "mention", id="another site's"),
        pytest.param(in_cache2, OTHER, "mention", id="another site's in cache2"),
        pytest.param(in_blocks, OTHER, "mention", id="another site's in block files"),
    ],
)
@pytest.mark.parametrize("coding", ["dcz", "dcb"])
def test_a_body_that_the_browser_has_unpacked(
    tmp_path: Path, cache: Callable[..., None], key: str, explained: str, coding: str
) -> None:
    """Chromium leaves the header as it came."""
    cache(tmp_path, page(HOST), f"content-encoding: {coding}", key=key)
    assert seen(tmp_path) == ({(HOST, explained)}, set())


@packings
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(None, id="none"),
        pytest.param(WORDS + b"!", id="another"),
        pytest.param(WORDS[:-1], id="one that is cut off"),
    ],
)
@pytest.mark.parametrize("key", [SCRIPT, url(HOST), OTHER], ids=["nobody's", "own", "another site's"])
def test_without_the_dictionary_it_is_said(
    tmp_path: Path, coding: str, pack: Packer, words: bytes | None, key: str
) -> None:
    """But for another site's, which could only mention the target."""
    if words:
        in_simple(tmp_path / "z", words, USE)
    in_simple(tmp_path, pack(page(HOST), WORDS), f"content-encoding:{coding}", key=key)
    names = {(HOST, "")} if HOST in key else set()
    assert seen(tmp_path) == (names, set() if key == OTHER else {f"{coding} {LACKING}"})


@packings
def test_what_no_header_calls_a_dictionary_is_none(tmp_path: Path, coding: str, pack: Packer) -> None:
    in_simple(tmp_path / "z", WORDS, "x-use-as-dictionary:match=/*")
    in_simple(tmp_path, pack(page(HOST), WORDS), f"content-encoding:{coding}", key=SCRIPT)
    assert seen(tmp_path) == (set(), {f"{coding} {LACKING}"})


@packings
@pytest.mark.parametrize("cut", [1, 20], ids=["by a byte", "in the midst"])
def test_a_body_that_is_cut_off(tmp_path: Path, coding: str, pack: Packer, cut: int) -> None:
    in_simple(tmp_path / "z", WORDS, USE)
    in_simple(tmp_path, pack(page(HOST), WORDS)[:-cut], f"content-encoding:{coding}", key=SCRIPT)
    assert seen(tmp_path)[1] == {f"{coding} is damaged"}


@packings
def test_a_body_with_more_behind_it(tmp_path: Path, coding: str, pack: Packer) -> None:
    in_simple(tmp_path / "z", WORDS, USE)
    in_simple(tmp_path, pack(page(HOST), WORDS) + b"more", f"content-encoding:{coding}", key=SCRIPT)
    assert seen(tmp_path) == ({(HOST, "")}, {f"{coding} is damaged"})


@packings
def test_a_body_that_is_damaged(tmp_path: Path, coding: str, pack: Packer) -> None:
    in_simple(tmp_path / "z", WORDS, USE)
    content = pack(page(HOST), WORDS)
    for at in range(len(content) - 40, len(content), 3):
        changed = content[:at] + bytes((content[at] ^ 0x55,)) + content[at + 1 :]
        in_simple(tmp_path, changed, f"content-encoding:{coding}", key=SCRIPT)
        for one in sweep([tmp_path], TARGET):
            assert isinstance(one, Remnant) or one.reason.endswith(f" packed by {coding} is damaged")


@packings
def test_a_body_that_is_a_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, coding: str, pack: Packer
) -> None:
    for module in (dictionaries, packed, piece):
        monkeypatch.setattr(module, "LIMIT", 1 << 20)
    in_simple(tmp_path / "z", WORDS, USE)
    bomb = pack(page(HOST) + bytes(8 << 20) + b"https://never.example/", WORDS)
    in_simple(tmp_path, bomb, f"content-encoding:{coding}", key=SCRIPT)
    assert seen(tmp_path) == ({(HOST, "")}, {f"{coding} was examined only in the first 1 MiB"})


@packings
def test_dictionaries_too_large_to_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, coding: str, pack: Packer
) -> None:
    monkeypatch.setattr(dictionaries, "_MOST_KEPT", len(WORDS) * 3 // 2)
    for key, words in ((SCRIPT, WORDS), ("8", FILLER + WORDS[:99])):
        in_simple(tmp_path / "z", words, USE, key=SOURCE + key)
        in_simple(tmp_path, pack(page(HOST), words), f"content-encoding:{coding}", key=key)
    assert seen(tmp_path) == ({(HOST, "")}, {f"{coding} {LACKING}"})


def test_a_system_on_which_brotli_cannot_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_brotli, "_library", lambda: None)
    in_simple(tmp_path / "z", WORDS, USE)
    content = b"\xff\x44\x43\x42" + hashlib.sha256(WORDS).digest() + b"\x0b\x02"
    in_simple(tmp_path, content, "content-encoding:dcb", key=SCRIPT)
    assert seen(tmp_path) == (set(), {f"dcb {LACKING}"})


@pytest.mark.parametrize("missing", [ImportError, OSError, AttributeError])
def test_a_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch, missing: type[Exception]) -> None:
    def fails(_: object) -> None:
        raise missing

    monkeypatch.setattr("ctypes.CDLL", fails)
    shared_brotli._library.cache_clear()
    try:
        assert shared_brotli.unpacked(b"", WORDS, 1) is None
    finally:
        shared_brotli._library.cache_clear()


def test_every_file_is_told_once_and_found_once(tmp_path: Path) -> None:
    """Those that are put off too; what is in others comes where they are."""
    told: list[str] = []
    for name in ("a", "z"):
        (tmp_path / name).write_text(json.dumps({"url": url(HOST)}))
    in_simple(tmp_path / "m", PACKERS["dcz"](page(HOST), WORDS), "content-encoding:dcz", key=SCRIPT)
    in_simple(tmp_path / "n", WORDS, USE)
    found = list(sweep([tmp_path], TARGET, progress=lambda path, _: told.append(path.parent.name)))
    assert [one.path.parent.name for one in found] == [tmp_path.name, tmp_path.name, "m"]
    assert sorted(told) == sorted([tmp_path.name, tmp_path.name, "m", "n"])


def test_the_dictionary_may_lie_in_another_root(tmp_path: Path) -> None:
    """A profile and its cache are two."""
    in_simple(tmp_path / "a", PACKERS["dcz"](page(HOST), WORDS), "content-encoding:dcz", key=SCRIPT)
    in_simple(tmp_path / "b", WORDS, USE)
    found = list(sweep([tmp_path / "a", tmp_path / "b"], TARGET))
    assert [one.name for one in found if isinstance(one, Remnant)] == [HOST]
