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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber.errors import UnreadableStore, UsageError
from scrubber.files import names, read_regular
from scrubber.formats.origins import canonical_host, is_host, parse_url
from scrubber.sites import Account, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DEFAULT = "dalle"

_LISTS = ("domains", "hosts", "urls", "partitions", "sign_in", "keywords")
_KEYS = ("name", *_LISTS, "account")
_ACCOUNT_KEYS = ("checked", "steps", "retention", "url")


def shipped_folder() -> Path:
    """Where the site files that come with scrubber are: inside the wheel, or beside the package."""
    package = Path(__file__).parent
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
    origins: dict[str, Path] = {}
    for path in (folder / name for folder in folders for name in names(folder) if name.endswith(".toml")):
        site = parse(path)
        for word in (site.key, site.name.casefold()):
            if word in origins and origins[word] != path:
                raise UsageError(f"{path}: a site named {word!r} is already in {origins[word]}")
            origins[word] = path
        sites[site.key] = site
    return sites


def parse(path: Path) -> Site:
    """One site file. Raises UsageError naming file, line and key."""
    try:
        text = read_regular(path, limit=1 << 20).decode("utf-8")
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}") from error
    except (UnicodeDecodeError, UnreadableStore) as error:
        raise UsageError(f"{path}: {getattr(error, 'reason', error)}") from error
    return _SiteFile(path, text).site(table)


def choose(sites: Mapping[str, Site], keys: Sequence[str]) -> tuple[Site, ...]:
    """The sites of these keys or names. Raises UsageError naming those that exist."""
    by_word = {site.name.casefold(): site for site in sites.values()} | dict(sites)
    missing = [key for key in keys if key.casefold() not in by_word]
    if missing:
        raise UsageError(f"unknown site {missing[0]!r}; known are {', '.join(sorted(sites))}")
    return tuple(dict.fromkeys(by_word[key.casefold()] for key in keys))


def ad_hoc(domains: Sequence[str], hosts: Sequence[str]) -> Site:
    """A site from `--domain` and `--host`, with the eTLD+1s of its domains as partitions."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - reads its list on import

    checked = tuple(_host(text, "--domain") for text in domains)
    exact = tuple(_host(text, "--host") for text in hosts)
    suffixes = PublicSuffixList()
    sites = (suffixes.privatesuffix(domain.partition(":")[0]) for domain in checked)
    name = ", ".join((*checked, *exact))
    return Site(name, name, checked, exact, partitions=tuple(dict.fromkeys(site for site in sites if site)))


def _host(text: str, where: str) -> str:
    try:
        return _checked_host(text)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from error


def _checked_host(text: str) -> str:
    bare = text.strip()
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?", bare)
    host, port = (match[1], match[2]) if match else (bare, None)
    canonical = canonical_host(host)
    if not is_host(canonical) or host.startswith("."):
        raise ValueError(f"{text!r} is not a host name")
    return canonical if port is None else f"{canonical}:{port}"


def _checked_url(text: str) -> str:
    origin = parse_url(text)
    if origin is None or origin.scheme not in ("http", "https") or not is_host(origin.host):
        raise ValueError(f"{text!r} is not an http(s) URL")
    if not origin.rest.strip("/"):
        raise ValueError(f"{text!r} is a whole host: put it under hosts or domains")
    return f"{origin.scheme}://{origin.host}{origin.rest}"


def _checked_sign_in(text: str) -> str:
    return ("." if text.startswith(".") else "") + _checked_host(text.removeprefix("."))


def _checked_word(text: str) -> str:
    if not text.strip():
        raise ValueError("an empty word")
    return text.casefold()


_CHECKS: dict[str, Callable[[str], str]] = {
    "domains": _checked_host,
    "hosts": _checked_host,
    "urls": _checked_url,
    "partitions": _checked_host,
    "sign_in": _checked_sign_in,
    "keywords": _checked_word,
}


class _SiteFile:
    """One file's text, kept so that an error can name the line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text

    def site(self, table: dict[str, Any]) -> Site:
        self._known(table, _KEYS)
        lists = {key: self._list(table, key) for key in _LISTS}
        if not (lists["domains"] or lists["hosts"] or lists["urls"]):
            raise self._wrong("name", "a site needs domains, hosts or urls")
        return Site(self.path.stem, self._text(table, "name"), **lists, account=self._account(table))

    def _account(self, table: dict[str, Any]) -> Account | None:
        if "account" not in table:
            return None
        account = table["account"]
        if not isinstance(account, dict):
            raise self._wrong("account", "must be a table: [account]")
        self._known(account, _ACCOUNT_KEYS)
        checked = account.get("checked")
        if type(checked) is not datetime.date:
            raise self._wrong("checked", "must be a date: 2026-11-24")
        steps = self._strings(account, "steps")
        url = self._text(account, "url") if "url" in account else ""
        return Account(checked.isoformat(), steps, self._text(account, "retention"), url)

    def _known(self, table: dict[str, Any], keys: tuple[str, ...]) -> None:
        for key in table:
            if key not in keys:
                raise self._wrong(key, f"unknown key; known are {', '.join(keys)}")

    def _text(self, table: dict[str, Any], key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "must be a text" if key in table else "is missing")
        return value

    def _strings(self, table: dict[str, Any], key: str) -> tuple[str, ...]:
        values = table.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self._wrong(key, "must be a list of texts")
        return tuple(values)

    def _list(self, table: dict[str, Any], key: str) -> tuple[str, ...]:
        checked = []
        for value in self._strings(table, key):
            try:
                checked.append(_CHECKS[key](value))
            except ValueError as error:
                raise self._wrong(key, str(error)) from error
        return tuple(dict.fromkeys(checked))

    def _wrong(self, key: str, reason: str) -> UsageError:
        match = re.search(rf"^\s*(?:\[\s*)?\"?{re.escape(key)}\"?\s*[=\].]", self.text, re.MULTILINE)
        line = self.text.count("\n", 0, match.start()) + 1 if match else 1
        return UsageError(f"{self.path}, line {line}: {key}: {reason}")
