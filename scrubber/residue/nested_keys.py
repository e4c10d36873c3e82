"""Hosts that lie in the keys of JSON objects inside each other, because their dots were taken for steps.

    "app_window_placement": {"labs": {"openai": {"com_/app": {"left": 10, …}}}}

Source: Chromium's preferences, components/prefs (paths with dots); the name of a window is its host, `_`, and
the path of its page (chrome/browser/web_applications/web_app_helpers.cc).
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, BinaryIO

from scrubber.residue.piece import LIMIT, Part, Piece, slices, windows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.residue.search import Search

_PATH = "_/"


def is_object(head: bytes) -> bool:
    """Whether a file may be the text of a JSON object."""
    return head.lstrip()[:1] == b"{"


def read_object(file: BinaryIO, _: Path, search: Search) -> Iterator[Part]:
    """A JSON file as bytes, then its keys; one that can't be parsed has no other keys than it shows."""
    size = file.seek(0, os.SEEK_END)
    yield from windows(file, size, search.reach)
    if size > LIMIT:
        return
    file.seek(0)
    try:
        root = json.loads(file.read(LIMIT))
    except (ValueError, RecursionError):
        return
    joined = "\n".join(_joined(root)).encode("utf-8", "surrogatepass")
    like = Piece("keys", "", 0, b"", "text", inside=("joined keys",))
    yield from slices(joined, search.reach, like)


def _joined(root: object) -> Iterator[str]:
    """The keys on the way to each value, from the last on that can't be part of a host."""
    todo: list[tuple[str, object]] = [("", root)]
    while todo:
        way, node = todo.pop()
        if "." in way and _is_named(way, node):
            yield way.replace(_PATH, "/")
        if isinstance(node, dict):
            todo += [(_continued(way, key), value) for key, value in node.items()]
        elif isinstance(node, list):
            todo += [("", value) for value in node]


def _is_named(way: str, node: object) -> bool:
    """Whether a name ends here, which an object with nothing but further steps only continues."""
    if isinstance(node, dict):
        return not node or not all(isinstance(value, dict) for value in node.values())
    return _PATH not in way


def _continued(way: str, key: str) -> str:
    if "." in key or ("_" in key and _PATH not in key):
        return ""
    return f"{way}.{key}" if way else key
