"""Firefox, LibreWolf, Waterfox, Floorp and Zen as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.base import Browser
from scrubber.browsers.firefox import kin, places
from scrubber.browsers.firefox.outside import SHARED
from scrubber.browsers.firefox.stores import STORES
from scrubber.browsers.system import jump_lists

if TYPE_CHECKING:
    from scrubber.browsers.base import Place
    from scrubber.model import Store


def _browser(
    key: str, name: str, found: tuple[Place, ...], programs: tuple[str, ...], own: tuple[Store, ...] = ()
) -> Browser:
    lists = jump_lists(programs, source="widget/windows/JumpListBuilder.cpp")
    return Browser(key, name, "firefox", found, programs, (*STORES, *own, lists), SHARED)


FIREFOX = _browser("firefox", "Firefox", places.FIREFOX, places.FIREFOX_EXECUTABLES)
LIBREWOLF = _browser("librewolf", "LibreWolf", places.LIBREWOLF, places.LIBREWOLF_EXECUTABLES, kin.LIBREWOLF)
WATERFOX = _browser("waterfox", "Waterfox", places.WATERFOX, places.WATERFOX_EXECUTABLES)
FLOORP = _browser("floorp", "Floorp", places.FLOORP, places.FLOORP_EXECUTABLES)
ZEN = _browser("zen", "Zen", places.ZEN, places.ZEN_EXECUTABLES, kin.ZEN)

BROWSERS = (FIREFOX, LIBREWOLF, WATERFOX, FLOORP, ZEN)
