"""What readers that others wrote see in homes written by real browsers, before `clean` and after it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.browsers.evidence import mentions
from tests.browsers.expected import HOMES
from tests.browsers.hosts import BYSTANDERS, LOOK_ALIKES, TARGET
from tests.foreign import carving, firefox, leveldb

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browsers.cleaning import Cleaned
    from tests.browsers.homes import ChromiumHome, FirefoxHome

    AnyHome = ChromiumHome | FirefoxHome

pytestmark = pytest.mark.browser

CHROMIUM = [name for name in HOMES if name.startswith("chromium")]
FIREFOX = [name for name in HOMES if name.startswith("firefox")]
EMBEDDED = ("^0https://openai.com", "partitionKey=%28https%2Copenai.com%29")
"""How data that somebody stored while embedded in the target's site says so."""
KINDS = {
    "AutofillItem",
    "CacheItem",
    "CookieItem",
    "DownloadItem",
    "IndexedDBItem",
    "LocalStorageItem",
    "SessionItem",
    "SiteSetting",
    "URLItem",
}
"""What Hindsight calls what it finds in Firefox, as far as the target has something of it."""


def names_target(*content: bytes | str) -> bool:
    """In any form, look-alikes apart."""
    return mentions(tuple(one.encode() if isinstance(one, str) else one for one in content), [TARGET])


@pytest.mark.parametrize("name", HOMES)
def test_nothing_deleted_of_the_target_can_be_carved(
    name: str, cleanings: Callable[[str], Cleaned[AnyHome]]
) -> None:
    found = carving.databases(cleanings(name).after.path)
    assert found
    carved = {place for place, path in found.items() if any(map(names_target, carving.deleted(path)))}
    assert {place for place in carved if not any(alike in place for alike in LOOK_ALIKES)} == set()


@pytest.mark.parametrize("name", CHROMIUM)
def test_no_record_of_leveldb_names_the_target_not_even_a_deleted_one(
    name: str, cleanings: Callable[[str], Cleaned[ChromiumHome]]
) -> None:
    cleaned = cleanings(name)
    assert _naming(cleaned.before.path)
    assert _naming(cleaned.after.path) == set()


@pytest.mark.parametrize("name", CHROMIUM)
def test_leveldb_itself_reads_every_record_of_the_others(
    name: str, cleanings: Callable[[str], Cleaned[ChromiumHome]]
) -> None:
    cleaned = cleanings(name)
    after = leveldb.folders(cleaned.after.path)
    checked: set[str] = set()
    for place, folder in leveldb.folders(cleaned.before.path).items():
        before = leveldb.live(folder)
        others = {key: value for key, value in before.items() if _is_anothers(key + b" " + value)}
        if others:
            are = leveldb.live(after[place])
            assert {key: are.get(key) for key in others} == others, place
            checked.add(place)
    assert checked


@pytest.mark.parametrize("name", FIREFOX)
def test_hindsight_sees_of_the_target_only_what_is_kept(
    name: str, cleanings: Callable[[str], Cleaned[FirefoxHome]]
) -> None:
    before, after = _items(cleanings(name))
    assert {item.kind for item in before if names_target(item.told)} >= KINDS
    assert {item.kind for item in after if names_target(item.told)} == {"BookmarkItem", "LoginItem"}


@pytest.mark.parametrize("name", FIREFOX)
def test_hindsight_sees_every_item_of_the_others(
    name: str, cleanings: Callable[[str], Cleaned[FirefoxHome]]
) -> None:
    before, after = _items(cleanings(name))
    others = Counter({item: count for item, count in before.items() if _is_anothers(item.told.encode())})
    assert {item.kind for item in others} >= KINDS
    assert others - after == Counter()


def _naming(home: Path) -> set[str]:
    """The LevelDB folders in which a record names the target."""
    found = leveldb.folders(home).items()
    return {place for place, folder in found if any(names_target(*one) for one in leveldb.all_ever(folder))}


def _is_anothers(content: bytes) -> bool:
    """Whether it names another site and has nothing to do with the target."""
    if names_target(content) or any(part.encode() in content for part in EMBEDDED):
        return False
    return any(host.encode() in content for host in (*BYSTANDERS, *LOOK_ALIKES))


def _items(cleaned: Cleaned[FirefoxHome]) -> tuple[Counter[firefox.Item], Counter[firefox.Item]]:
    before, after = (firefox.items(home.profile, home.cache) for home in (cleaned.before, cleaned.after))
    return before, after
