"""The values that travel between discovery, stores, engine and report."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from scrubber.sites import Target

Family = Literal["chromium", "firefox"]

HOLDS = (
    "history",
    "downloads",
    "cookies",
    "storage",
    "cache",
    "sessions",
    "icons",
    "forms",
    "permissions",
    "network",
    "logins",
    "bookmarks",
    "extensions",
    "logs",
)
"""What a store can hold; the words that `--only` and `--except` take."""

BROWSING = frozenset({"history", "downloads", "cache", "sessions", "icons", "forms", "network", "logs"})
"""Where an entry is a trace of browsing, so that one which merely mentions the target goes too."""

INCLUDABLE = ("bookmarks", "logins")
"""What a person made on purpose and `--include` can take away all the same."""


class Standing(StrEnum):
    """How an entry stands to the target (the README's section on what is removed has the policy)."""

    OWN = "own"
    MENTION = "mention"
    KEPT = "kept"


@dataclass(frozen=True)
class BrowserProfile:
    """One profile of one installed browser, found on disk."""

    browser: str
    """Key of the browser: `chrome`, `firefox`, …"""
    family: Family
    name: str
    """The name that a spec uses: the folder (`Default`), or `Name=` of profiles.ini (`default-esr`)."""
    display_name: str
    """What the browser shows to the person: `Person 1`; the name again where it has no other."""
    path: Path
    """The profile's folder, links resolved."""
    user_data: Path
    """Chromium: the user-data folder with `Local State`; Firefox: the folder with `profiles.ini`.

    A profile named by its folder alone may be its own user_data.
    """
    cache: Path
    """The separate cache root; equal to `path` where the browser keeps the cache inside the profile."""
    variant: str = ""
    """Which of several installs of the browser: `beta`, `snap`; empty for the usual one."""
    data_home: Path | None = None
    """Where the desktop and all programs of this home keep data on Linux (`~/.local/share`), links resolved.

    None on other systems, or where nobody knows which home the profile belongs to.
    """
    cache_home: Path | None = None
    """The same for caches (`~/.cache`)."""
    moved_caches: tuple[Path, ...] = ()
    """The folders of an HTTP cache that a preference has elsewhere, links resolved."""
    backups: tuple[Path, ...] = ()
    """The folders that a preference or the desktop has for the browser's own backups, links resolved."""
    home: Path | None = None
    """The home that the profile lies in, links resolved; None where nobody knows which."""

    @property
    def spec(self) -> str:
        """`chrome:Default`, `chrome-beta:Default`."""
        return f"{self.browser}-{self.variant}:{self.name}" if self.variant else f"{self.browser}:{self.name}"

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders that are this profile's alone, outermost once."""
        own = (self.path,) if self.cache.is_relative_to(self.path) else (self.path, self.cache)
        moved = (each for each in self.moved_caches if not any(map(each.is_relative_to, own)))
        return (*own, *moved)

    @property
    def desktop(self) -> tuple[Path, ...]:
        """The folders in which the desktop notes what browsers did, for all of them."""
        data = (self.data_home,) if self.data_home else ()
        caches = (self.cache_home / "thumbnails",) if self.cache_home else ()
        others = ("Desktop", ".config/autostart", ".gnome/apps", "AppData/Roaming/Microsoft/Windows/Recent")
        return (*data, *caches, *(self.home / folder for folder in others if self.home))

    @property
    def system(self) -> tuple[Path, ...]:
        """The folders in which macOS does so, in files that say by themselves whose an entry is."""
        folders = ("Library/Preferences", "Library/Saved Application State")
        return tuple(self.home / folder for folder in folders) if self.home else ()


Key = int | str | tuple["int | str | bytes | float | None", ...]
"""What finds an entry in its store again: a rowid, a primary key, a name."""


@dataclass(frozen=True)
class Trace:
    """One entry of a store that concerns the target."""

    where: str
    """The table, key space or list inside the store; empty where the store is one list."""
    key: Key
    standing: Standing
    seen: str
    """The value that gave it away; shown only on request, because it names what the person visited."""
    holds: str
    """One of HOLDS."""
    blank: tuple[str, ...] = ()
    """Columns that are emptied while the entry stays; the whole entry goes where there are none."""
    told_by: Path | None = None
    """The other store that alone tells that this is the target's; None where the entry says so itself."""


@dataclass(frozen=True)
class Skipped:
    """Something that could not be looked at or into; never the same as clean."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Policy:
    """Which traces go: what `--only`, `--except`, `--include`, `--mentions`, `--keywords` say."""

    only: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    include: frozenset[str] = frozenset()
    mentions: Literal["browsing", "keep", "all"] = "browsing"
    keywords: bool = False

    def wants(self, holds: str) -> bool:
        """Whether stores that hold this are part of the run."""
        return (not self.only or holds in self.only) and holds not in self.without

    def removes(self, trace: Trace) -> bool:
        """Whether a trace goes (or has its columns emptied)."""
        if trace.standing is Standing.KEPT:
            return bool(trace.blank)
        if trace.standing is Standing.OWN:
            return True
        return self.mentions == "all" or (self.mentions == "browsing" and trace.holds in BROWSING)


@dataclass(frozen=True)
class Look:
    """What a store is asked with: for whom, in which profile, by which policy, and what is known by then."""

    target: Target
    profile: BrowserProfile
    policy: Policy
    seen: Mapping[str, Path] = field(default_factory=dict)
    """What gave the target's own entries away in the stores before: its hosts, origins, URLs, and in which.

    Stores that know a host or a URL by its hash alone come last, and try these.
    """


class Edit(Protocol):
    """One store while it is being changed: two private copies beside the original."""

    before: Path
    """The original with its sidecars folded in: the same content, never to be changed."""
    after: Path
    """What will take the original's place; the store writes it."""


class Changes(Protocol):
    """The only way to change a profile (`transaction.Transaction`); stores see no more than this."""

    def edit(self, path: Path, sidecars: Iterable[str] = ()) -> AbstractContextManager[Edit]:
        """Stage a new version of a file. `sidecars` are suffixes (`-wal`) that belong to it as one unit.

        An exception inside the block drops the staged version and leaves the original alone.
        """

    def discard(self, path: Path) -> None:
        """Stage the removal of a file or a whole folder."""


class Store(Protocol):
    """One kind of file at one place of a profile. Stores are values in the tables of `browsers`."""

    @property
    def places(self) -> tuple[str, ...]:
        """Where it lies: patterns that start with `{profile}`, `{cache}`, `{user_data}`, or, for what the
        desktop or the system keeps, `{data_home}`, `{cache_home}` or `{home}`; or `{moved_caches}`, before
        the name that one of these has; or `{backups}`, each of these.
        """

    @property
    def holds(self) -> tuple[str, ...]:
        """Of HOLDS, the main one first."""

    @property
    def source(self) -> str:
        """The upstream file that defines the layout, to check again when a browser changes."""

    @property
    def is_told(self) -> bool:
        """Whether it may hold entries that only another store tells to be the target's (`Trace.told_by`)."""

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The files and folders that make up the store at `path`; the plan holds their fingerprint."""

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Every trace in the store at `path`, read without changing anything.

        Raises UnreadableStore.
        """

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of exactly these traces; the number of other entries proved equal.

        Raises UnreadableStore, PlanOutdated, Unproved; the store is then left alone.
        """
