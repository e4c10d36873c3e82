"""The options that several commands share, and what they amount to: profiles, target, policy."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scrubber.browsers.base import Platform
    from scrubber.discovery import Found
    from scrubber.model import BrowserProfile, Policy
    from scrubber.sites import Site, Target

_SITES = click.argument("sites", nargs=-1, metavar="[SITE]...")

_WHO = (
    click.option("--domain", "domains", multiple=True, metavar="HOST", help="This host and all below it."),
    click.option("--host", "hosts", multiple=True, metavar="HOST", help="Exactly this host."),
)
_WHICH = (
    click.option("-b", "--browser", "browsers", multiple=True, metavar="NAME", help="Only this browser."),
    click.option(
        "-p",
        "--profile",
        "specs",
        multiple=True,
        metavar="SPEC",
        help="Only this profile: firefox:default-esr, a name that the browser shows, or a folder.",
    ),
)
_HOME = click.option(
    "--home",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Look in another home, or on a mounted disk of any system.",
)
_ALL_USERS = click.option(
    "--all-users", is_flag=True, help="Everybody's profiles on this computer; for root."
)
_WHAT = (
    click.option("--only", multiple=True, metavar="WORDS", help="Only stores that hold this (history,…)."),
    click.option(
        "--except", "without", multiple=True, metavar="WORDS", help="All but stores that hold this."
    ),
    click.option(
        "--include", multiple=True, metavar="WORDS", help="Also what was made on purpose: bookmarks, logins."
    ),
    click.option(
        "--mentions",
        type=click.Choice(["browsing", "keep", "all"]),
        default="browsing",
        show_default=True,
        help="Entries of other sites that name the target: remove traces of browsing, none, or all.",
    ),
    click.option("--keywords", is_flag=True, help="Titles and searches with the site's keywords count too."),
)
_HOW = (
    click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output."),
    click.option("-q", "--quiet", is_flag=True, help="Only what went wrong."),
    click.option("-v", "--verbose", is_flag=True, help="Name every entry, with hosts and URLs."),
)


_CLOSE = "Ask the browsers to close, then wait."


def shared(*, sites: bool = True, which: bool = True, what: bool = True) -> Callable[[Any], Any]:
    """A decorator: the shared options of a command, given to it as one `Request` after its own."""
    groups = [
        *((_SITES, *_WHO) if sites else ()),
        *(_WHICH if which else ()),
        _HOME,
        _ALL_USERS,
        *(_WHAT if what else ()),
        *_HOW,
    ]

    def decorate(function: Any) -> Any:
        for option in reversed(groups):
            function = option(function)
        return function

    return decorate


def shutting(function: Any) -> Any:
    """A decorator: the options of a command that needs closed browsers."""
    function = click.option("--close", "ask_to_close", is_flag=True, help=_CLOSE)(function)
    return click.option("--wait", is_flag=True, help="Wait until the browsers are closed.")(function)


@dataclass(frozen=True)
class Request:
    """What the shared options say, as given."""

    sites: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    browsers: tuple[str, ...] = ()
    specs: tuple[str, ...] = ()
    home: Path | None = None
    all_users: bool = False
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    mentions: str = "browsing"
    keywords: bool = False
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False

    def target(self) -> Target:
        """The sites named; the default one where none is. Raises UsageError."""
        from scrubber.sites import Target, site_files  # noqa: PLC0415 - each command loads what it needs

        chosen: tuple[Site, ...] = ()
        if self.sites or not (self.domains or self.hosts):
            chosen = site_files.choose(known_sites(), self.sites or (site_files.DEFAULT,))
        if self.domains or self.hosts:
            chosen = (*chosen, site_files.ad_hoc(self.domains, self.hosts))
        return Target(chosen)

    def policy(self) -> Policy:
        """Raises UsageError for an unknown word."""
        from scrubber.model import HOLDS, INCLUDABLE, Policy  # noqa: PLC0415

        return Policy(
            only=_words("--only", self.only, HOLDS),
            without=_words("--except", self.without, HOLDS),
            include=_words("--include", self.include, INCLUDABLE),
            mentions=self.mentions,  # type: ignore[arg-type] # click has checked it
            keywords=self.keywords,
        )

    def found(self) -> Found:
        """Every profile of the home, or of all homes. Raises UsageError."""
        from scrubber import discovery  # noqa: PLC0415
        from scrubber.errors import UsageError  # noqa: PLC0415

        if self.home is not None:
            if self.all_users:
                raise UsageError("--home is about one home, --all-users about those of this computer")
            return discovery.find_in(self.home)
        home = own_home()
        if home is None:
            raise UsageError("nothing says where your home is: set HOME, or name it with --home")
        if self.all_users:
            from scrubber.discovery.people import other_homes  # noqa: PLC0415

            return discovery.find_all(home, other_homes(home), os.environ, platform())
        return discovery.find(home, os.environ, platform())

    @property
    def where(self) -> str:
        """Whose homes these are, in words."""
        if self.home is not None:
            return f"in {self.home}"
        return "in any home here" if self.all_users else "in this home"

    def chosen(self, found: Found) -> tuple[BrowserProfile, ...]:
        """The profiles that `-b` and `-p` name; all where neither does. Raises UsageError."""
        from scrubber.discovery.spec import select  # noqa: PLC0415

        return select(found, self.browsers, self.specs)

    def standard(self, found: Found) -> frozenset[Path]:
        """The user-data folders that this person's browsers open by themselves, in whichever way found."""
        if self.home is not None:
            home = own_home()
            if home is None or os.path.realpath(self.home) != os.path.realpath(home):
                return frozenset()
        return frozenset(profile.user_data for profile in found.profiles)


def platform(name: str = sys.platform) -> Platform:
    """This system, as the tables of browsers call it."""
    return {"win32": "windows", "cygwin": "windows", "darwin": "macos"}.get(name, "linux")  # type: ignore[return-value]


def own_home() -> Path | None:
    """The home of whoever runs this, where anything says which it is."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def known_sites(environment: Mapping[str, str] = os.environ) -> dict[str, Site]:
    """The sites that come with scrubber and the person's own. Raises UsageError."""
    from scrubber.sites import site_files  # noqa: PLC0415

    home = own_home()
    own = (site_files.own_folder(home, environment, sys.platform),) if home else ()
    return site_files.load((site_files.shipped_folder(), *own))


def _words(option: str, given: tuple[str, ...], known: tuple[str, ...]) -> frozenset[str]:
    from scrubber.errors import UsageError  # noqa: PLC0415

    words = frozenset(word.strip() for each in given for word in each.split(",") if word.strip())
    for word in sorted(words):
        if word not in known:
            raise UsageError(f"{option}: unknown word {word!r}; known are {', '.join(known)}")
    return words
