"""Chrome, Chromium, Edge, Brave, Vivaldi and Opera as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.base import Browser
from scrubber.browsers.chromium import places
from scrubber.browsers.chromium.layout import SHARED
from scrubber.browsers.chromium.outside import launchers
from scrubber.browsers.chromium.stores import (
    BRAVE_STORES,
    EDGE_STORES,
    OPERA_STORES,
    STORES,
    VIVALDI_STORES,
)

if TYPE_CHECKING:
    from scrubber.browsers.base import Place
    from scrubber.model import Store


def _browser(
    key: str, name: str, found: tuple[Place, ...], programs: tuple[str, ...], stores: tuple[Store, ...]
) -> Browser:
    # The apps in the menu are known by what the other stores show, and so come last.
    return Browser(key, name, "chromium", found, programs, (*stores, *launchers(programs)), SHARED)


CHROME = _browser("chrome", "Google Chrome", places.CHROME, places.CHROME_EXECUTABLES, STORES)
CHROMIUM = _browser("chromium", "Chromium", places.CHROMIUM, places.CHROMIUM_EXECUTABLES, STORES)
EDGE = _browser("edge", "Microsoft Edge", places.EDGE, places.EDGE_EXECUTABLES, EDGE_STORES)
BRAVE = _browser("brave", "Brave", places.BRAVE, places.BRAVE_EXECUTABLES, BRAVE_STORES)
VIVALDI = _browser("vivaldi", "Vivaldi", places.VIVALDI, places.VIVALDI_EXECUTABLES, VIVALDI_STORES)
OPERA = _browser("opera", "Opera", places.OPERA, places.OPERA_EXECUTABLES, OPERA_STORES)

BROWSERS = (CHROME, CHROMIUM, EDGE, BRAVE, VIVALDI, OPERA)
