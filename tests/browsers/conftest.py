"""The real browsers: where they are, and a plain reason to skip where they are not."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.browsers import cleaning, reopened
from tests.browsers.firefox_homes import SealedCacheHome, live_on, make_sealed_cache
from tests.browsers.homes import (
    IN_BLOCKFILES,
    IN_SQLITE,
    ChromiumHome,
    FirefoxHome,
    crash_chromium,
    crash_firefox,
    make_chromium,
    make_firefox,
)
from tests.browsers.story import Report, check_all
from tests.browsers.web import Web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browsers.cleaning import Cleaned
    from tests.browsers.reopened import Reopened

REQUIRE = "SCRUBBER_REQUIRE_BROWSERS"
"""Set to 1 (as CI does), a missing browser fails the run instead of skipping its tests."""


def _missing(what: str) -> NoReturn:
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(f"{what}, and {REQUIRE}=1 asks for it", pytrace=False)
    pytest.skip(what)


def _program(*names: str) -> Path:
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    _missing(f"none of these programs is installed: {', '.join(names)}")


@pytest.fixture(scope="session")
def certutil() -> Path:
    """NSS's `certutil`, which makes the browsers trust the harness's own authority."""
    return _program("certutil")


@pytest.fixture(scope="session")
def chromium_binary(certutil: Path) -> Path:
    """A real Chromium whose `chromedriver` is at hand too."""
    _program("chromedriver")
    return _program("chromium", "chromium-browser")


@pytest.fixture(scope="session")
def firefox_binary(certutil: Path) -> Path:
    """A real Firefox: the extended-support release first, because it changes least."""
    return _program("firefox-esr", "firefox")


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The pages of `hosts.ALL`, for the whole session: a home opened again finds them where they were."""
    _program("openssl")
    with Web(tmp_path_factory.mktemp("authority")) as served:
        yield served


@pytest.fixture(scope="session")
def chromium_home(chromium_binary: Path, web: Web, tmp_path_factory: pytest.TempPathFactory) -> ChromiumHome:
    """Chromium, full of traces and closed. Use a copy: `chromium_home.copied(tmp_path)`."""
    return make_chromium(ChromiumHome(tmp_path_factory.mktemp("chromium") / "home", web, chromium_binary))


@pytest.fixture(scope="session")
def chromium_crashed_home(
    chromium_home: ChromiumHome, tmp_path_factory: pytest.TempPathFactory
) -> ChromiumHome:
    """The same, opened again and killed. Use a copy."""
    home = chromium_home.copied(tmp_path_factory.mktemp("chromium-crashed"))
    crash_chromium(home)
    return home


@pytest.fixture(scope="session")
def chromium_sqlite_home(
    chromium_binary: Path, web: Web, tmp_path_factory: pytest.TempPathFactory
) -> ChromiumHome:
    """Like `chromium_home`, with DOM storage, IndexedDB, HTTP cache and code cache in SQLite. Use a copy."""
    path = tmp_path_factory.mktemp("chromium-sqlite") / "home"
    return make_chromium(ChromiumHome(path, web, chromium_binary, IN_SQLITE))


@pytest.fixture(scope="session")
def chromium_blockfile_home(
    chromium_binary: Path, web: Web, tmp_path_factory: pytest.TempPathFactory
) -> ChromiumHome:
    """Like `chromium_home`, with the HTTP cache in block files, as on Windows. Use a copy."""
    path = tmp_path_factory.mktemp("chromium-blockfile") / "home"
    return make_chromium(ChromiumHome(path, web, chromium_binary, IN_BLOCKFILES))


@pytest.fixture(scope="session")
def firefox_home(firefox_binary: Path, web: Web, tmp_path_factory: pytest.TempPathFactory) -> FirefoxHome:
    """Firefox, full of traces and closed. Use a copy: `firefox_home.copied(tmp_path)`."""
    return make_firefox(FirefoxHome(tmp_path_factory.mktemp("firefox") / "home", web, firefox_binary))


@pytest.fixture(scope="session")
def firefox_crashed_home(firefox_home: FirefoxHome, tmp_path_factory: pytest.TempPathFactory) -> FirefoxHome:
    """The same, opened again and killed. Use a copy."""
    home = firefox_home.copied(tmp_path_factory.mktemp("firefox-crashed"))
    crash_firefox(home)
    return home


@pytest.fixture(scope="session")
def firefox_lived_in_home(firefox_home: FirefoxHome, tmp_path_factory: pytest.TempPathFactory) -> FirefoxHome:
    """The same after a second session: with all that people do in a browser besides looking at pages."""
    return live_on(firefox_home.copied(tmp_path_factory.mktemp("firefox-lived-in")))


@pytest.fixture(scope="session")
def firefox_sealed_cache_home(
    firefox_binary: Path, web: Web, tmp_path_factory: pytest.TempPathFactory
) -> SealedCacheHome:
    """A small home with its cache in a place of the person's choice, encrypted. Use a copy."""
    path = tmp_path_factory.mktemp("firefox-sealed-cache") / "home"
    return make_sealed_cache(SealedCacheHome(path, web, firefox_binary))


@pytest.fixture(scope="session")
def chromium_reports(
    chromium_home: ChromiumHome, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Report]:
    """What every host's check page says in a copy from which nothing was removed."""
    with chromium_home.copied(tmp_path_factory.mktemp("chromium-checked")).open() as browser:
        return check_all(browser)


@pytest.fixture(scope="session")
def firefox_reports(firefox_home: FirefoxHome, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """What every host's check page says in a copy from which nothing was removed."""
    with firefox_home.copied(tmp_path_factory.mktemp("firefox-checked")).open() as browser:
        return check_all(browser)


@pytest.fixture(scope="session")
def cleanings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Cleaned[ChromiumHome | FirefoxHome]]:
    """By the name of a home's fixture: a copy of it, cleaned once, by the command line. Look only."""

    @functools.cache
    def of(name: str) -> Cleaned[ChromiumHome | FirefoxHome]:
        home: ChromiumHome | FirefoxHome = request.getfixturevalue(name)
        return cleaning.clean(home, tmp_path_factory.mktemp(f"{name}-cleaned"))

    return of


@pytest.fixture(scope="session")
def reopenings(
    cleanings: Callable[[str], Cleaned[ChromiumHome | FirefoxHome]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Reopened]:
    """By the name of a home's fixture: what its browser makes of the cleaned home, looked at once."""

    @functools.cache
    def of(name: str) -> Reopened:
        return reopened.reopen(cleanings(name).after, tmp_path_factory.mktemp(f"{name}-reopened"))

    return of
