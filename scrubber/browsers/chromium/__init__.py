"""Chrome, Chromium, Edge, Brave, Vivaldi and Opera as values."""

from __future__ import annotations

from scrubber.browsers.base import Browser
from scrubber.browsers.chromium import places
from scrubber.browsers.chromium.layout import SHARED
from scrubber.browsers.chromium.stores import EDGE_STORES, STORES

CHROME = Browser(
    "chrome", "Google Chrome", "chromium", places.CHROME, places.CHROME_EXECUTABLES, STORES, SHARED
)
CHROMIUM = Browser(
    "chromium", "Chromium", "chromium", places.CHROMIUM, places.CHROMIUM_EXECUTABLES, STORES, SHARED
)
EDGE = Browser(
    "edge", "Microsoft Edge", "chromium", places.EDGE, places.EDGE_EXECUTABLES, EDGE_STORES, SHARED
)
BRAVE = Browser("brave", "Brave", "chromium", places.BRAVE, places.BRAVE_EXECUTABLES, STORES, SHARED)
VIVALDI = Browser(
    "vivaldi", "Vivaldi", "chromium", places.VIVALDI, places.VIVALDI_EXECUTABLES, STORES, SHARED
)
OPERA = Browser("opera", "Opera", "chromium", places.OPERA, places.OPERA_EXECUTABLES, STORES, SHARED)

BROWSERS = (CHROME, CHROMIUM, EDGE, BRAVE, VIVALDI, OPERA)
