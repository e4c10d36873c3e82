"""What a shop cached of the target, and records with files: gone on request, and the rest still answers."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest

from tests.browsers import cleaning
from tests.browsers.homes import FirefoxHome
from tests.browsers.hosts import SHOP, url
from tests.browsers.pages import script
from tests.browsers.waiting import until
from tests.stores.running import ask

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.firefox import Firefox
    from tests.browsers.web import Web


def asked(browser: Firefox, name: str) -> Any:
    """What a script gives that runs in the shop's page."""
    browser.visit(url(SHOP))
    browser.run(
        "window.answer = null;"
        f"(async () => {{ {script(name)} }})().then("
        "(value) => { window.answer = [true, value]; },"
        "(error) => { window.answer = [false, `${error} ${error.stack}`]; });"
    )
    fine, value = until(lambda: browser.run("return window.answer"), f"{name} to end")
    assert fine, value
    return value


@pytest.fixture(scope="module")
def home(firefox_binary: Path, web: Web, tmp_path_factory: pytest.TempPathFactory) -> FirefoxHome:
    made = FirefoxHome(tmp_path_factory.mktemp("others") / "home", web, firefox_binary)
    with made.open() as browser:
        assert asked(browser, "others_keep.js") == 6
    return made


def files(home: FirefoxHome) -> set[str]:
    """The bodies and values of the shop, by the names of their folders."""
    [origin] = (home.profile / "storage/default").glob("*shop.example")
    found = [path for path in origin.rglob("*") if path.is_file() and path.suffix not in (".sqlite", "")]
    values = [path for path in origin.glob("idb/*.files/*") if path.is_file()]
    return {path.relative_to(origin).as_posix() for path in (*found, *values) if "-" not in path.suffix}


def test_others_responses_and_records_go_where_every_mention_is_to(home: FirefoxHome, tmp_path: Path) -> None:
    copy = home.copied(tmp_path)
    before = files(copy)
    assert cleaning.run(copy.path, "clean", "--yes", "--mentions", "all").exit_code == 0
    assert cleaning.remnants(copy.path) == {}
    gone = before - files(copy)
    [database] = copy.profile.glob("storage/default/*shop.example/cache/caches.sqlite")
    assert not database.with_name(".padding").exists()
    assert len([name for name in gone if name.startswith("cache/morgue/")]) == 3
    assert len([name for name in gone if ".files/" in name]) == 3
    with copy.open() as browser:
        found = asked(browser, "others_answer.js")
    assert found == {
        "cached": {
            url(SHOP, "/note.txt"): "basic a note of shop.example",
            "https://notopenai.com/note.txt": "opaque",
            url(SHOP, "/alike"): "default see https://labs.openai.com.evil.example/",
        },
        "records": {
            "two": ["of the second", None, None],
            "four": [None, "shared", None],
            "six": [None, None, 1100040],
        },
        "new": "new",
        "another": "another",
    }
    [left] = ask(database, "SELECT sum(response_padding_size) FROM entries")
    assert left > 0
    assert database.with_name(".padding").read_bytes() == struct.pack(">Q", left)


def test_by_default_they_are_reported_and_stay(home: FirefoxHome, tmp_path: Path) -> None:
    copy = home.copied(tmp_path)
    ran = cleaning.run(copy.path, "clean", "--yes")
    assert ran.exit_code == 0
    assert files(copy) == files(home)
    told = {cleaning.within(copy.path, store["path"]): store for store in ran.planned}
    shop = "storage/default/https+++shop.example"
    assert told[f"{shop}/cache/caches.sqlite"]["mentions"] > 3
    assert not any(store["removed"] for place, store in told.items() if place.startswith(shop))
