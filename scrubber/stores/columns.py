"""How a column of a table looks, and so which question of `Target` it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrubber.sites import Target

Value = int | float | str | bytes | None
Row = dict[str, Value]
"""A row's values by column name."""

_LONGEST_SHOWN = 1 << 12


def text(value: Value) -> str:
    """A cell as text: blobs as the UTF-8 they mostly are, NULL as nothing."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def shown(value: Value) -> str:
    """A cell as a trace shows it: with the whole of a URL, by whose hash other stores may know the page."""
    return text(value)[:_LONGEST_SHOWN]


class Column(Protocol):
    """A column, or two read together, that says whose the row is."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns read; where a browser's version lacks one, this says nothing."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """Whether the row belongs to the target by this column."""


@dataclass(frozen=True)
class OneColumn:
    """What all columns have that are read alone."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The one."""
        return (self.column,)


class Host(OneColumn):
    """`labs.openai.com`, `.labs.openai.com`, `labs.openai.com:8443`."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the host."""
        return target.host(text(row[self.column]))


class CookieHost(OneColumn):
    """The host of a cookie, where the platform's sign-in cookies count too."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the host, or by the exact form in which it is a sign-in cookie's."""
        return target.cookie_host(text(row[self.column]))


@dataclass(frozen=True)
class CookiePort:
    """The port that a cookie was set from last, beside the column `of` with the host that all ports share."""

    column: str
    of: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Both, the host first."""
        return (self.of, self.column)

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By both, where the target is one port of a host."""
        return target.host(f"{text(row[self.of])}:{text(row[self.column])}")


class ReversedHost(OneColumn):
    """`moc.ianepo.sbal.`, `moc.ianepo.sbal.:https:443`."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the host read backwards."""
        return target.reversed_host(text(row[self.column]))


class Url(OneColumn):
    """A URL."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By its host or its path on a shared host."""
        return target.url(text(row[self.column]))


class Origin(OneColumn):
    """An origin or storage key: `https://labs.openai.com`, `https://third.example/^0https://openai.com`."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By its host or its partition."""
        return target.origin(text(row[self.column]))


class Origins(OneColumn):
    """Two origins with a space between them, to both of which the row belongs."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By either."""
        return any(target.origin(part) for part in text(row[self.column]).split(" "))


class Site(OneColumn):
    """An eTLD+1, bare or schemeful, in a store that knows nothing finer."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the site that the target lies in."""
        return target.site(text(row[self.column]))


class Named(OneColumn):
    """A key put together from several origins: it belongs to each of them."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By any name of the target in it."""
        value = row[self.column]
        return target.mentions(value if isinstance(value, bytes) else text(value))


@dataclass(frozen=True)
class Partition:
    """A partition key in a column of its own, beside the column `of` that has the record's host."""

    column: str
    of: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Both."""
        return (self.column, self.of)

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the partition, where the record is a third party's in it."""
        return target.partition(text(row[self.column]), of=text(row[self.of]))


class PermissionType(OneColumn):
    """Firefox's permission type, whose part after a caret names another site: `3rdPartyStorage^https://…`."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By that other origin or site."""
        _, _, other = text(row[self.column]).partition("^")
        return bool(other) and (target.origin(other) or target.site(other))
