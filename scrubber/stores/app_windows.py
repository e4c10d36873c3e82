"""Where Chromium remembers the windows of web pages opened as apps: members named by host and path.

`chromium --app=https://labs.openai.com/app` is the window `labs.openai.com_/app`. Preferences take the dots
of that name for steps, so that the name lies in the keys of objects inside each other:

    "app_window_placement": {"labs": {"openai": {"com_/app": {"left": 10, "top": 10, …}}}}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.model import Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.json_file import items_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Look
    from scrubber.sites import Target
    from scrubber.stores.json_edit import Place

Window = tuple["Place", str]
"""Where a member lies, and the name of the window that it is of."""


@dataclass(frozen=True, init=False)
class AppWindows:
    """The object that has all of them."""

    place: tuple[str, ...]
    holds: str

    def __init__(self, *place: str, holds: str) -> None:
        settle(self, place=place, holds=holds)

    def find(self, _path: Path, root: Node, look: Look) -> Iterator[Trace]:
        """The target's, with the objects around them in which nothing else is."""
        if not look.policy.wants(self.holds):
            return
        for at, node in items_at(root, self.place):
            places, whole = _of(node, at, str(at[-1]), look.target)
            for place, name in [(at, places[0][1])] if whole else places:
                standing = Standing.OWN if _owns(name, look.target) else Standing.MENTION
                yield Trace(".".join(self.place), place, standing, name, self.holds)


def _of(node: Node, at: Place, name: str, target: Target) -> tuple[list[Window], bool]:
    """The target's members of a node, and whether these are all that it has."""
    if not isinstance(node, dict):
        return ([(at, name)], True) if _owns(name, target) or target.mentions(name) else ([], False)
    found: list[Window] = []
    whole = bool(node)
    for key, value in node.items():
        # What is no object belongs to the window that the keys so far name.
        inside = f"{name}.{key}" if isinstance(value, dict) else name
        below, all_of_it = _of(value, (*at, key), inside, target)
        found += [((*at, key), below[0][1])] if all_of_it else below
        whole = whole and all_of_it
    return found, whole


def _owns(name: str, target: Target) -> bool:
    """By the address that the name was made of (`web_app::GenerateApplicationNameFromURL`)."""
    host, mark, path = name.partition("_")
    return bool(mark) and target.url(f"https://{host}{path}")
