"""Bad input in place of every file of every kind of store: read or refused in words, and never changed."""

from __future__ import annotations

import random
import resource
import shutil
import signal
import zlib
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scrubber import engine
from scrubber.errors import UnreadableStore
from scrubber.formats import mozlz4
from scrubber.model import Look
from tests.faults import homes
from tests.faults.children import spread
from tests.faults.single import KINDS, Single, alone
from tests.faults.test_bad_input import LONGEST, MEMORY, NO_FILES, damaged
from tests.saboteurs.scene import POLICY
from tests.stores.running import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.tally import Tally

MOST = 30
"""Of cuts and of flips each, for one file; at every 512th byte where there are fewer."""
MOST_FILES = 4
"""Of one store: the others are like them."""

DEEP = b'{"a": ' + b"[" * 200_000

OTHERS = (
    b"",
    b"\0" * 4096,
    b"SQLite format 3\0" * 64,
    # A database whose header claims 2^31 pages, of 512 bytes each.
    b"SQLite format 3\0\2\0\1\1\0\x40\x20\x20\0\0\0\1\x7f\xff\xff\xff".ljust(512, b"\0"),
    DEEP,
    DEEP + b"]" * 200_000 + b"}",
    mozlz4.write(DEEP),
    b"mozLz40\0\xff\xff\xff\x7f" + b"\xff" * 64,
    b"STCF\2" + zlib.compress(bytes(200 << 20), 1),
    b"SNSS\3\0\0\0" + b"\xff\xff" * 300,
    b"\xff" * 5000,
    "\u202e\U0001f600\r\n\0".encode() * 300,
    b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]>" + b"<a>" * 50_000,
    b"bplist00" + b"\xaf" * 300,
)
"""Another format's content, 2^31 rows and 2 GB claimed, deep JSON, bombs."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "occupancies", alone)


def some(content: bytes) -> Iterator[bytes]:
    """At most so many of each kind of damage, the same ones in every run."""
    every = list(damaged(content))
    chance = random.Random(len(every))
    yield from every if len(every) <= 2 * MOST else chance.sample(every, 2 * MOST)


def files(single: Single) -> list[Path]:
    """Of all that the store reads, some files."""
    every = sorted(single.home.rglob("*"))
    found = [path for path in every if path.is_file() and path.name != "bystander"]
    return found[:: max(1, -(-len(found) // MOST_FILES))]


def test_bad_content(folder: Path, tally: Tally) -> None:
    tried = sum(spread(list(KINDS), partial(each, read_all), folder))
    assert tried > 40 * len(KINDS)
    tally.add("bad inputs refused or read", tried)


def each(function: Callable[[str, Single], int], kinds: Sequence[str], place: Path) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    count = 0
    for kind in kinds:
        inside = place / kind.replace(" ", "-")
        inside.mkdir()
        count += function(kind, Single(inside, *KINDS[kind]))
        shutil.rmtree(inside)
    return count


def read_all(kind: str, single: Single) -> int:
    look = Look(TARGET, single.profile, POLICY)
    stores = [(one.store, one.path) for one in single.plan().stores]
    assert stores, kind
    tried = 0
    for file in files(single):
        whole = file.read_bytes()
        for content in (*some(whole), *OTHERS):
            file.write_bytes(content)
            told = f"{kind}: {file.relative_to(single.home)}, {len(content)} bytes from {content[:20]!r}"
            for store, path in stores:
                signal.alarm(LONGEST)
                try:
                    with suppress(UnreadableStore):
                        store.find(path, look)
                except BaseException as error:
                    raise AssertionError(f"{told}: {error!r}") from error
                finally:
                    signal.alarm(0)
            assert file.read_bytes() == content, told
            tried += 1
        file.write_bytes(whole)
    return tried


def test_what_is_no_file(folder: Path, tally: Tally) -> None:
    """In place of each file: a plan is made, nothing is followed, and a clean leaves it where it is."""
    tried = sum(spread(list(KINDS), partial(each, replace_all), folder))
    assert tried > 5 * len(KINDS)
    tally.add("bad inputs refused or read", tried)


def replace_all(kind: str, single: Single) -> int:
    tried = 0
    inside = [file.relative_to(single.home) for file in files(single)]
    for name in inside:
        for make in NO_FILES:
            single.set_back()
            path, outside = single.home / name, single.place / "outside"
            shutil.rmtree(outside, ignore_errors=True)
            outside.mkdir()
            path.rename(outside / path.name)
            make(path, outside / path.name)
            before = (outside / path.name).read_bytes()
            told = f"{kind}: {make.__name__} in place of {name}"
            signal.alarm(3 * LONGEST)
            try:
                single.clean()
            except Exception as error:
                raise AssertionError(f"{told}: {error!r}") from error
            finally:
                signal.alarm(0)
            assert (outside / path.name).read_bytes() == before, told
            assert list(outside.iterdir()) == [outside / path.name], told
            assert homes.staged(single.place) == [], told
            tried += 1
    return tried
