"""Firefox, LibreWolf, Waterfox, Floorp and Zen as values."""

from __future__ import annotations

from scrubber.browsers.base import Browser
from scrubber.browsers.firefox import places
from scrubber.browsers.firefox.stores import STORES

FIREFOX = Browser("firefox", "Firefox", "firefox", places.FIREFOX, places.FIREFOX_EXECUTABLES, STORES)
LIBREWOLF = Browser(
    "librewolf", "LibreWolf", "firefox", places.LIBREWOLF, places.LIBREWOLF_EXECUTABLES, STORES
)
WATERFOX = Browser("waterfox", "Waterfox", "firefox", places.WATERFOX, places.WATERFOX_EXECUTABLES, STORES)
FLOORP = Browser("floorp", "Floorp", "firefox", places.FLOORP, places.FLOORP_EXECUTABLES, STORES)
ZEN = Browser("zen", "Zen", "firefox", places.ZEN, places.ZEN_EXECUTABLES, STORES)

BROWSERS = (FIREFOX, LIBREWOLF, WATERFOX, FLOORP, ZEN)
