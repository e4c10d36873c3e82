"""A home with sample profiles of Chrome, Edge and Firefox, made on the spot for `scrubber demo`.

Real file formats with the browsers' own schemas; the entries are made up. Each platform's entries lie
between those of other sites, one of which only looks like it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.samples import chromium, firefox

if TYPE_CHECKING:
    from pathlib import Path


def make_home(home: Path) -> None:
    """Fill an empty folder."""
    config, cache = home / ".config", home / ".cache"
    for browser, name in (("google-chrome", "Person 1"), ("microsoft-edge", "Profile 1")):
        chromium.make(config / browser, cache / browser, name)
    firefox.make(config / "mozilla" / "firefox", cache / "mozilla" / "firefox")
