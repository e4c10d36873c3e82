"""The tables of browsers: complete, unambiguous, and made of roots that discovery knows."""

from __future__ import annotations

import re

import pytest

from scrubber.browsers import BROWSERS, Browser, by_key
from scrubber.browsers.chromium import stores as chromium
from scrubber.browsers.firefox import stores as firefox
from scrubber.errors import UsageError

ROOTS = {
    "linux": {"home", "config", "cache"},
    "macos": {"support", "caches"},
    "windows": {"local", "roaming"},
}
EVERY = pytest.mark.parametrize("browser", BROWSERS, ids=lambda browser: browser.key)


def test_keys_are_unique_and_leave_the_signs_of_specs_free() -> None:
    keys = [browser.key for browser in BROWSERS]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch("[a-z]+", key) for key in keys)


@EVERY
def test_by_key_gives_the_browser(browser: Browser) -> None:
    assert by_key(browser.key) is browser


def test_by_key_names_the_known_keys_for_an_unknown_one() -> None:
    with pytest.raises(UsageError, match=r"netscape.*chrome.*firefox"):
        by_key("netscape")


@EVERY
def test_each_browser_has_a_place_on_each_system(browser: Browser) -> None:
    assert {place.platform for place in browser.places} == {"linux", "macos", "windows"}


@EVERY
def test_templates_use_only_the_roots_of_their_system(browser: Browser) -> None:
    for place in browser.places:
        for template in filter(None, (place.data, place.cache)):
            root = re.match(r"\{(\w+)\}/", template)
            assert root is not None
            assert root[1] in ROOTS[place.platform], template
            assert template.count("{") == 1


@EVERY
def test_a_cache_is_never_the_folder_of_the_profiles(browser: Browser) -> None:
    assert all(place.cache != place.data for place in browser.places)


def test_no_two_browsers_share_a_place() -> None:
    places = [(place.platform, place.data) for browser in BROWSERS for place in browser.places]
    assert len(set(places)) == len(places)


@EVERY
def test_channels_and_packages_show_in_the_variant(browser: Browser) -> None:
    for place in browser.places:
        assert (place.variant == "") == (place.channel == "stable" and not place.package)


@EVERY
def test_every_browser_names_its_program_on_windows_and_elsewhere(browser: Browser) -> None:
    assert any(name.endswith(".exe") for name in browser.executables)
    assert any(not name.endswith(".exe") for name in browser.executables)


@EVERY
def test_relatives_have_the_stores_of_their_family(browser: Browser) -> None:
    shared = chromium.STORES if browser.family == "chromium" else firefox.STORES
    assert browser.stores[: len(shared)] == shared
    assert len(set(map(id, browser.stores))) == len(browser.stores)


def test_only_relatives_have_databases_reported_that_no_table_describes() -> None:
    """A new store of Chromium's own must show as unexplained until it is described."""
    catching = {browser.key for browser in BROWSERS if any("{profile}/*" in s.places for s in browser.stores)}
    assert catching == {"edge", "brave", "vivaldi", "opera"}
