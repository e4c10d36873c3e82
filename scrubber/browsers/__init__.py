"""Every browser that scrubber knows, as tables."""

from __future__ import annotations

from scrubber.browsers import chromium, firefox
from scrubber.browsers.base import Browser, Place
from scrubber.errors import UsageError

BROWSERS: tuple[Browser, ...] = chromium.BROWSERS + firefox.BROWSERS

__all__ = ["BROWSERS", "Browser", "Place", "by_key"]


def by_key(key: str) -> Browser:
    """`chrome` → Google Chrome. Raises UsageError that names the known keys."""
    for browser in BROWSERS:
        if browser.key == key:
            return browser
    known = ", ".join(browser.key for browser in BROWSERS)
    raise UsageError(f"unknown browser {key!r}; known: {known}")
