"""One profile in a home of its own, in which one store is filled with the target and with bystanders."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.browsers import BROWSERS, by_key
from scrubber.formats import anonymization_key
from scrubber.model import BrowserProfile, Policy, Skipped
from scrubber.plan.locate import located
from tests.stores.running import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from scrubber.model import Store
    from scrubber.stores.columns import Column, Value

POLICY = Policy(include=frozenset({"bookmarks", "logins"}), mentions="all")
"""Everything that can go at all."""

OURS = "labs.openai.com"
LOOK_ALIKE, BYSTANDER = "labs.openai.com.evil.example", "kept.example"
HOSTS = (OURS, LOOK_ALIKE, BYSTANDER)

_SPELLINGS: tuple[Callable[[str], Value], ...] = (
    lambda host: f"https://{host}/",
    lambda host: host,
    lambda host: f"https://{host}",
    lambda host: f".{host}",
    lambda host: host.removeprefix("labs."),
    lambda host: f"https://{host.removeprefix('labs.')}",
    lambda host: f"{host[::-1]}.",
    lambda host: f"https://{host}:443,*",
    lambda host: f"3rdPartyStorage^https://{host}",
    lambda host: f"wp:https://{host}/#0A1B-V2",
    lambda host: hashlib.md5(host.encode(), usedforsecurity=False).hexdigest(),
    lambda host: base64.b64encode(f"https://{host}/".encode()).decode(),
    lambda host: b"\x80" + bytes(byte + 1 for byte in f"https://{host}/".encode()),
    lambda host: anonymization_key.encode(f"https://{host}"),
    lambda host: f"^partitionKey=%28https%2C{host.removeprefix('labs.')}%29",
)


def spelled(column: Column) -> Callable[[str], Value] | None:
    """How a host has to be spelled so that the target's makes the row its own and a bystander's doesn't."""
    for spelling in _SPELLINGS:
        if _owns(column, spelling, OURS) and not any(_owns(column, spelling, host) for host in HOSTS[1:]):
            return spelling
    return None


def _owns(column: Column, spelling: Callable[[str], Value], host: str) -> bool:
    row: Mapping[str, Value] = {column.columns[0]: spelling(host)}
    return len(column.columns) == 1 and column.owns(row, TARGET)


@dataclass(frozen=True)
class Scene:
    """A profile of one browser, still empty."""

    profile: BrowserProfile

    def path(self, store: Store, *names: str) -> Path:
        """The first place of a store, with these names for its stars; the folder around it is made."""
        root, inside = store.places[0].replace("[0-9]", "1").split("/", 1)
        given = iter(names)
        path = self.root(root) / re.sub(r"\*", lambda _: next(given), inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def root(self, name: str) -> Path:
        """`{profile}` and the like."""
        assert self.profile.data_home
        assert self.profile.cache_home
        assert self.profile.home
        return {
            "{profile}": self.profile.path,
            "{cache}": self.profile.cache,
            "{user_data}": self.profile.user_data,
            "{data_home}": self.profile.data_home,
            "{cache_home}": self.profile.cache_home,
            "{home}": self.profile.home,
        }[name]

    def paths(self, store: Store) -> list[Path]:
        """Where the store lies."""
        found = located(store.places, self.profile)
        return [path for path in found if not isinstance(path, Skipped)]


def make(home: Path, browser: str) -> Scene:
    """The folders of a profile, and a file in each that is nobody's."""
    family = by_key(browser).family
    user_data = home / "config" / browser
    name = "Default" if family == "chromium" else "a.default"
    folders = (user_data / name, home / "cache" / browser / name, home / "share", home / "cache")
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bystander").write_bytes(b"nobody's")
    path, cache, data_home, cache_home = folders
    profile = BrowserProfile(
        browser, family, name, name, path, user_data, cache, "", data_home, cache_home, home=home
    )
    return Scene(profile)


def stores() -> Iterator[tuple[str, str, Store]]:
    """Every store of every browser once: its name, a browser that has it, the store.

    Stores that several browsers describe alike, by type, place and words, are one.
    """
    seen = set()
    for browser in BROWSERS:
        for store in browser.stores:
            name = f"{browser.family} {type(store).__name__} {store.places[0]} {store.holds[0]}"
            inner = getattr(store, "inner", None)
            name += f" {type(inner).__name__}" if inner else ""
            if name not in seen:
                seen.add(name)
                yield name, browser.key, store
