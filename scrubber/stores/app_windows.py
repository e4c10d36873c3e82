"""Where Chromium remembers the windows of web pages opened as apps: members named by their pages.

`chromium --app=https://labs.openai.com/app` is the window `labs.openai.com_/app`. Preferences take the dots
of that name for steps, so that the name lies in the keys of objects inside each other:

    "app_window_placement": {"labs": {"openai": {"com_/app": {"left": 10, "top": 10, …}}}}

Those of installed apps have the app's id instead, `_crx_<app>`. They go too: the app does without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.model import Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.json_file import items_at
from scrubber.stores.web_apps import apps, named_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Look
    from scrubber.sites import Target
    from scrubber.stores.json_edit import Place
    from scrubber.stores.web_apps import App

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
        named = _Named(look.target, apps(look))
        for at, node in items_at(root, self.place):
            places, whole = named.windows(node, at, str(at[-1]))
            for place, name in [(at, places[0][1])] if whole else places:
                standing = Standing.OWN if named.owns(name) else Standing.MENTION
                app = named_in(name.encode("utf-8", "surrogatepass"), named.apps)
                teller = app.teller if app else None
                yield Trace(".".join(self.place), place, standing, name, self.holds, told_by=teller)


@dataclass(frozen=True)
class _Named:
    """What the target's windows are named after."""

    target: Target
    apps: Mapping[str, App]

    def windows(self, node: Node, at: Place, name: str) -> tuple[list[Window], bool]:
        """The target's members of a node, and whether these are all that it has."""
        if not isinstance(node, dict):
            return ([(at, name)], True) if self.owns(name) or self.target.mentions(name) else ([], False)
        found: list[Window] = []
        whole = bool(node)
        for key, value in node.items():
            # What is no object belongs to the window that the keys so far name.
            inside = f"{name}.{key}" if isinstance(value, dict) else name
            below, all_of_it = self.windows(value, (*at, key), inside)
            found += [((*at, key), below[0][1])] if all_of_it else below
            whole = whole and all_of_it
        return found, whole

    def owns(self, name: str) -> bool:
        """By the address that the name was made of (web_app_helpers.cc), or the app."""
        host, mark, path = name.partition("_/")
        if mark:
            return self.target.url(f"https://{host}/{path}")
        return named_in(name.encode("utf-8", "surrogatepass"), self.apps) is not None
