"""Site files: `profiles/*.toml` as shipped, and the person's own beside them.

    name = "DALL·E"
    domains = ["labs.openai.com"]
    …
    [account]
    checked = 2026-11-24
    steps = ["…"]
    retention = "…"

`sites.Site` says what each key means.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber.errors import UnreadableStore, UsageError
from scrubber.files import names, read_regular
from scrubber.formats.origins import canonical_host, is_address, is_host, join_port, parse_url, split_port
from scrubber.sites import Account, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from publicsuffixlist import PublicSuffixList

DEFAULT = "dalle"

_LISTS = ("domains", "hosts", "urls", "partitions", "sign_in", "keywords")
_KEYS = ("name", *_LISTS, "account")
_KEY_LINE = re.compile(
    r"""[ \t]*(?:\[{1,2}[ \t]*["']?(?P<table>[\w-]+)["']?[ \t]*\]"""
    r"""|(?P<quote>["']?)(?P<key>[\w-]+)(?P=quote)[ \t]*[=.])"""
)
_TOML_ERROR = re.compile(r"(.*) \(at (?:line ([0-9]+), column [0-9]+|end of document)\)", re.DOTALL)
_ACCOUNT_KEYS = ("checked", "steps", "retention", "url")


def shipped_folder() -> Path:
    """Where the site files that come with scrubber are: inside the wheel, or beside the package."""
    package = Path(__file__).parent.parent
    installed = package / "_profiles"
    return installed if installed.is_dir() else package.parent / "profiles"


def own_folder(home: Path, environment: Mapping[str, str], platform: str) -> Path:
    """Where a person keeps site files of their own. `platform` is `sys.platform`'s word."""
    if platform == "win32":
        return Path(environment.get("APPDATA") or home / "AppData" / "Roaming") / "scrubber" / "sites"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "scrubber" / "sites"
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "scrubber" / "sites"


def load(folders: Sequence[Path]) -> dict[str, Site]:
    """Every site of these folders by its key. Raises UsageError naming file, line and key."""
    sites: dict[str, Site] = {}
    owners: dict[str, Path] = {}
    for path in (path for folder in dict.fromkeys(folders) for path in _files(folder)):
        file = _SiteFile.read(path)
        site = file.site()
        for word in {site.key.casefold(), site.name.casefold()}:
            if word in owners:
                raise file.wrong("name", f"{word!r} is already the name of {owners[word]}")
            owners[word] = path
        sites[site.key] = site
    return sites


def parse(path: Path) -> Site:
    """One site file. Raises UsageError naming file, line and key."""
    return _SiteFile.read(path).site()


def choose(sites: Mapping[str, Site], keys: Sequence[str]) -> tuple[Site, ...]:
    """The sites of these keys or names. Raises UsageError naming those that exist."""
    by_word = {word.casefold(): site for site in sites.values() for word in (site.key, site.name)}
    missing = [key for key in keys if key.casefold() not in by_word]
    if missing:
        raise UsageError(f"unknown site {missing[0]!r}; known are {', '.join(sorted(sites))}")
    return tuple(dict.fromkeys(by_word[key.casefold()] for key in keys))


def ad_hoc(domains: Sequence[str], hosts: Sequence[str]) -> Site:
    """A site from `--domain` and `--host`, with the eTLD+1s of its domains as partitions.

    Raises UsageError for what is no host, and for a domain that everybody shares (`com`, `co.uk`).
    """
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - reads its list on import

    checked = tuple(dict.fromkeys(_host(text, "--domain") for text in domains))
    exact = tuple(dict.fromkeys(_host(text, "--host") for text in hosts))
    names = [split_port(domain)[0] for domain in checked]
    shared = _everybodys(names)
    if shared:
        raise UsageError(f"--domain: {_shared_by_all(shared)}; --host takes it alone")
    suffixes = PublicSuffixList()
    sites = (suffixes.privatesuffix(name) for name in names if not is_address(name))
    name = ", ".join((*checked, *exact))
    return Site(name, name, checked, exact, partitions=tuple(dict.fromkeys(site for site in sites if site)))


def _everybodys(domains: Sequence[str]) -> str | None:
    """The first that is no one's own: everything below it would go."""
    return next(filter(_public_suffixes().is_public, domains), None) if domains else None


@cache
def _public_suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - reads its list on import

    return PublicSuffixList(only_icann=True, accept_unknown=False)


def _shared_by_all(suffix: str) -> str:
    return f"{suffix!r} is a public suffix, the sites below it belong to everybody"


def _files(folder: Path) -> Iterator[Path]:
    # Installers and dotfile managers put links here; unlike a profile, configuration may be followed.
    try:
        found = names(folder.resolve())
    except UnreadableStore as error:
        raise UsageError(str(error)) from error
    for name in found:
        if name.lower().endswith(".toml") and not name.startswith("."):
            yield folder / name


def _host(text: str, where: str) -> str:
    try:
        return _checked_host(text)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from error


def _checked_host(text: str) -> str:
    host, port = split_port(text.strip())
    canonical = canonical_host(host)
    written = host[1:-1] if ":" in host and host.startswith("[") and host.endswith("]") else host
    if not is_host(canonical) or written.startswith((".", "[")) or written.endswith("]"):
        raise ValueError(f"{text!r} is not a host name")
    if port is not None and not 0 < port < 1 << 16:
        raise ValueError(f"{text!r} has no possible port")
    return join_port(canonical, port)


def _checked_bare_host(text: str) -> str:
    host = _checked_host(text)
    if split_port(host)[1] is not None:
        raise ValueError(f"{text!r} has a port, which no cookie and no partition has")
    return host


def _checked_url(text: str) -> str:
    origin = parse_url(text)
    if origin is None or not text.lower().startswith(("http://", "https://")) or not is_host(origin.host):
        raise ValueError(f"{text!r} is not an http(s) URL")
    if not origin.rest.strip("/"):
        raise ValueError(f"{text!r} is a whole host: put it under hosts or domains")
    if "?" in origin.rest or "#" in origin.rest:
        raise ValueError(f"{text!r} has a query or fragment; only paths are compared")
    host = f"[{origin.host}]" if ":" in origin.host and origin.port is None else origin.host
    return f"{origin.scheme}://{join_port(host, origin.port)}{origin.rest}"


def _checked_sign_in(text: str) -> str:
    return ("." if text.startswith(".") else "") + _checked_bare_host(text.removeprefix("."))


def _checked_word(text: str) -> str:
    if not text.strip():
        raise ValueError("an empty word")
    return text.lower()


_CHECKS: dict[str, Callable[[str], str]] = {
    "domains": _checked_host,
    "hosts": _checked_host,
    "urls": _checked_url,
    "partitions": _checked_bare_host,
    "sign_in": _checked_sign_in,
    "keywords": _checked_word,
}


class _SiteFile:
    """One file's text and values, kept together so that an error can name the line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = _key_lines(text)
        try:
            self.values = tomllib.loads(text)
        except ValueError as error:
            raise self._broken(error, text) from error

    @classmethod
    def read(cls, path: Path) -> _SiteFile:
        """Raises UsageError for what can't be read, isn't UTF-8 or isn't TOML."""
        try:
            content = read_regular(path.resolve(), limit=1 << 20)
        except UnreadableStore as error:
            raise UsageError(f"{path}: {error.reason}") from error
        try:
            return cls(path, content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise UsageError(f"{path}, line {line}: not UTF-8") from error

    def site(self) -> Site:
        """What the file says. Raises UsageError for the first thing that is wrong."""
        self._known(self.values, _KEYS)
        lists = {key: self._list(self.values, key) for key in _LISTS}
        if not (lists["domains"] or lists["hosts"] or lists["urls"]):
            raise self.wrong("domains", "a site needs domains, hosts or urls")
        # Those that are shipped are known to have none, and the list takes long to read.
        own = lists["domains"] if self.path.parent != shipped_folder() else ()
        shared = _everybodys([split_port(domain)[0] for domain in own])
        if shared:
            raise self.wrong("domains", f"{_shared_by_all(shared)}; put it under hosts to take it alone")
        return Site(self.path.stem, self._text(self.values, "name"), **lists, account=self._account())

    def wrong(self, key: str, reason: str, table: str = "") -> UsageError:
        """An error at a key, or where its table starts if the key is missing."""
        line = self.lines.get((table, key)) or self.lines.get(("", table)) or 1
        return UsageError(f"{self.path}, line {line}: {key}: {reason}")

    def _account(self) -> Account | None:
        if "account" not in self.values:
            return None
        account = self.values["account"]
        if not isinstance(account, dict):
            raise self.wrong("account", "must be a table: [account]")
        self._known(account, _ACCOUNT_KEYS, "account")
        checked = account.get("checked")
        if type(checked) is not datetime.date:
            raise self.wrong("checked", "must be a date: 2026-11-24", "account")
        steps = self._strings(account, "steps", "account")
        if not steps:
            raise self.wrong("steps", "must say what to do", "account")
        url = self._text(account, "url", "account") if "url" in account else ""
        return Account(checked.isoformat(), steps, self._text(account, "retention", "account"), url)

    def _known(self, values: dict[str, Any], keys: tuple[str, ...], table: str = "") -> None:
        for key in values:
            if key not in keys:
                raise self.wrong(key, f"unknown key; known are {', '.join(keys)}", table)

    def _text(self, values: dict[str, Any], key: str, table: str = "") -> str:
        value = values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be a text" if key in values else "is missing", table)
        return value

    def _strings(self, values: dict[str, Any], key: str, table: str = "") -> tuple[str, ...]:
        found = values.get(key, [])
        if not isinstance(found, list) or not all(
            isinstance(value, str) and value.strip() for value in found
        ):
            raise self.wrong(key, "must be a list of texts", table)
        return tuple(found)

    def _list(self, values: dict[str, Any], key: str) -> tuple[str, ...]:
        checked = []
        for value in self._strings(values, key):
            try:
                checked.append(_CHECKS[key](value))
            except ValueError as error:
                raise self.wrong(key, str(error)) from error
        return tuple(dict.fromkeys(checked))

    def _broken(self, error: ValueError, text: str) -> UsageError:
        match = _TOML_ERROR.fullmatch(str(error))
        reason, line = (match[1], match[2]) if match else (str(error), None)
        number = int(line) if line else text.count("\n") + 1
        begun = [(at, key) for (_, key), at in self.lines.items() if at <= number]
        key = f"{max(begun)[1]}: " if begun else ""
        return UsageError(f"{self.path}, line {number}: {key}{reason}")


def _key_lines(text: str) -> dict[tuple[str, str], int]:
    """The line of every key, by its table's name (empty at the top) and its own; tables are keys at the top.

    Read without understanding values, because it must also serve a file that is no valid TOML.
    """
    lines: dict[tuple[str, str], int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        match = _KEY_LINE.match(line)
        if match is None:
            continue
        if match["table"]:
            table = match["table"]
        lines.setdefault(("", table) if match["table"] else (table, match["key"]), number)
    return lines
