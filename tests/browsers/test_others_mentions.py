"""Another site's storage that names the target, in a real Chromium: reported, and gone as far as is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browsers import cleaning
from tests.browsers.homes import IN_SQLITE, ChromiumHome
from tests.browsers.hosts import LOOK_ALIKES, SHOP, TARGET, url
from tests.browsers.pages import script

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.web import Web

pytestmark = pytest.mark.browser

ALIKE = LOOK_ALIKES[-1]
ALL = ("--include", "bookmarks,logins", "--mentions", "all")


@pytest.fixture(scope="module", params=["", IN_SQLITE], ids=["by-default", "in-sqlite"])
def home(
    request: pytest.FixtureRequest, chromium_binary: Path, web: Web, tmp_path_factory: pytest.TempPathFactory
) -> ChromiumHome:
    """In which a bystander keeps the target's name, and a look-alike's, in every way that a page has."""
    made = ChromiumHome(tmp_path_factory.mktemp("naming") / "home", web, chromium_binary, request.param)
    with made.open() as browser:
        browser.visit(url(SHOP, f"/naming?names={TARGET}"))
    return made


@pytest.fixture(scope="module")
def before(home: ChromiumHome, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return kept(home.copied(tmp_path_factory.mktemp("named")))


def kept(home: ChromiumHome) -> dict[str, list[str]]:
    """What the bystander's page finds; that it looks is nothing that stays."""
    with home.open() as browser:
        browser.visit(url(SHOP, "/ahead"))
        found: dict[str, list[str]] = browser.run_async(script("named.js"))
    return found


def reasons(ran: cleaning.Ran) -> set[Any]:
    return {remnant["explained"] for remnant in ran.answer["residue"]}


def test_all_of_it_stays_and_is_explained(
    home: ChromiumHome, before: dict[str, list[str]], tmp_path: Path
) -> None:
    copy = home.copied(tmp_path)
    ran = cleaning.run(copy.path, "clean", "--yes")
    assert ran.exit_code == 0
    assert reasons(ran) == {"mention"}
    assert len(before["items"]) == 4
    assert kept(copy) == before


def test_with_all_mentions_what_can_go_is_gone_and_the_rest_is_kept(
    home: ChromiumHome, before: dict[str, list[str]], tmp_path: Path
) -> None:
    copy = home.copied(tmp_path)
    ran = cleaning.run(copy.path, "clean", "--yes", *ALL)
    assert ran.exit_code == 0
    assert reasons(ran) == {"kept"}
    after = kept(copy)
    assert before["responses"] == [f"{host} /of-{host}" for host in (TARGET, ALIKE)]
    assert after == before | {
        "responses": [f"{ALIKE} /of-{ALIKE}"],
        "items": [item for item in before["items"] if str(len(ALIKE)) in item.partition(":")[0]],
    }
    places = {cleaning.within(copy.path, remnant["path"]).split("/")[1] for remnant in ran.answer["residue"]}
    assert places == {"IndexedDB", "File System"}
