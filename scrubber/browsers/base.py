"""What a browser is to scrubber: a value that lists its places and its stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from scrubber.model import Family, Store

Platform = Literal["linux", "macos", "windows"]
"""The systems whose layouts are known; other Unixes with XDG folders count as `linux`."""

Package = Literal["", "snap", "flatpak", "msstore"]
"""What a browser came in, where that moves its folders."""


@dataclass(frozen=True)
class Place:
    """A folder where one release of a browser keeps its profiles, as a template that starts with a root.

    Roots: `{home}` everywhere; `{config}` and `{cache}` on Linux (XDG); `{support}` and `{caches}` on macOS
    (`~/Library/Application Support`, `~/Library/Caches`); `{local}` and `{roaming}` on Windows.
    A step with `*` stands for every folder there of such a name; only one step has it.
    """

    platform: Platform
    data: str
    """The folder with `Local State` or `profiles.ini`."""
    cache: str = ""
    """Where the same relative path holds the caches; empty where they lie inside the profile."""
    channel: str = "stable"
    package: Package = ""

    @property
    def variant(self) -> str:
        """What tells this place from the browser's other ones in a spec: `beta`, `snap`, `beta-flatpak`."""
        channel = "" if self.channel == "stable" else self.channel
        return "-".join(part for part in (channel, self.package) if part)


@dataclass(frozen=True)
class Browser:
    """One browser: where it keeps its profiles and what lies in them."""

    key: str
    """What `-b` takes: `chrome`."""
    name: str
    """What people call it: `Google Chrome`."""
    family: Family
    places: tuple[Place, ...]
    executables: tuple[str, ...]
    """File names of its main program on any system, compared without regard to case."""
    stores: tuple[Store, ...] = ()
    shared: tuple[str, ...] = ()
    """What lies outside the profiles and can name what was visited in any of them, as places of stores."""
