"""Text from somebody's disk, fit to be shown: it neither steers a terminal nor tells what they visited."""

from __future__ import annotations

import re

# Folders that are named after the site whose data they hold: `https+++shop.example^partitionKey=…` (Firefox),
# `https_shop.example_0.indexeddb.leveldb` (Chromium).
_SITE_FOLDER = re.compile(r"(?<![^/\\])(https?)(\+\+\+|_)[^/\\\s:]+")


def printable(text: str) -> str:
    """On one line, and without what would play with the terminal: escape codes, line breaks, bidi marks."""
    return "".join(char if char.isprintable() else "�" for char in text)


def discreet(text: str) -> str:
    """A path, or a sentence with one, that names no site: `storage/default/https+++…/ls`."""
    return _SITE_FOLDER.sub(r"\1\2…", text)
