"""A cache that Chromium has encrypted: it goes as a whole, and the browser makes it anew with its old key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browsers import cleaning, evidence, story
from tests.browsers.homes import ChromiumHome
from tests.browsers.hosts import SHOP, TARGET, url

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.chromium import Chromium
    from tests.browsers.cleaning import Cleaned
    from tests.browsers.web import Web

pytestmark = pytest.mark.browser

FEATURES = "EnableCacheEncryption,EnableCacheEncryptionForTesting"
"""What makes Chromium 156 do as if an administrator had asked for it (policy CacheEncryptionEnabled)."""
INDEX = 80
"""Bytes of its file `index`; 24 in clear."""


@pytest.fixture(scope="module")
def cleaned(
    chromium_binary: Path, web: Web, tmp_path_factory: pytest.TempPathFactory
) -> Cleaned[ChromiumHome]:
    path = tmp_path_factory.mktemp("chromium-encrypted-cache") / "home"
    home = ChromiumHome(path, web, chromium_binary, FEATURES)
    with opened(home) as browser:
        for host in (TARGET, SHOP):
            browser.visit(url(host, "/leave"))
    return cleaning.clean(home, tmp_path_factory.mktemp("chromium-encrypted-cache-cleaned"))


def opened(home: ChromiumHome) -> Chromium:
    """With the same key each time, whether or not there is a keyring."""
    return home.open(switches=("--password-store=basic",))


def responses(home: ChromiumHome) -> Path:
    return home.cache / "Cache" / "Cache_Data"


def test_it_can_t_be_read(cleaned: Cleaned[ChromiumHome]) -> None:
    folder = responses(cleaned.before)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert {path.read_bytes()[:1] for path in files} == {b"("}
    assert (folder / "index").stat().st_size == INDEX
    assert not evidence.mentions(tuple(path.read_bytes() for path in files), [TARGET, SHOP])
    assert (cleaned.before.cache / "Code Cache" / "js" / "index").stat().st_size < INDEX


def test_verify_says_that_it_was_not_examined(cleaned: Cleaned[ChromiumHome]) -> None:
    assert cleaned.asked.exit_code == 1
    assert [one["path"] for one in cleaned.asked.missed] == [str(responses(cleaned.after))]


def test_it_goes_as_a_whole_and_that_is_said(cleaned: Cleaned[ChromiumHome]) -> None:
    assert not responses(cleaned.after).exists()
    (row,) = (row for row in cleaned.ran.planned if row["path"] == str(responses(cleaned.after)))
    assert (row["own"], row["mentions"], row["removed"]) == (0, 1, 1)
    assert any("it goes as a whole" in message for message in cleaned.ran.answer["messages"])
    assert cleaning.remnants(cleaned.after.path) == {}
    runs = (cleaned.ran, cleaned.asked_again, cleaned.scanned_again)
    assert [(ran.exit_code, ran.missed) for ran in runs] == [(0, [])] * 3


def test_the_browser_makes_it_anew_with_the_key_that_it_has(
    cleaned: Cleaned[ChromiumHome], tmp_path: Path
) -> None:
    home = cleaned.after.copied(tmp_path)
    with opened(home) as browser:
        shop, target = (story.check(browser, host) for host in (SHOP, TARGET))
        browser.visit(url(SHOP, "/leave"))
    assert target["own"] == story.NOTHING
    assert shop["own"]["httpCache"] is None
    assert shop["own"]["cookies"]
    assert (responses(home) / "index").stat().st_size == INDEX
    (missed,) = cleaning.run(home.path, "verify").missed
    assert missed["path"] == str(responses(home))
