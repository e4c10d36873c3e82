r"""The words that LevelDB databases are described with in `browsers`.

Records("items", "_{origin}\0{name}", Origin("origin"))             a field of their keys says whose they are
Records("spaces", "namespace-{id:36}-{origin}", Origin("origin"), value="{map}")  the value is a field too
Records("maps", "map-{map}-{name}", Orphaned("map", by="spaces.map"))   gone when nothing points to them
Records("registrations", "REG:{origin}\0{id}", Origin("origin"), value=Message(version=4))    field 4 of it is
Records("tabs", "tab-{id}", Url("url"), value=Message(url=(2, 3)))     field 3 of the message in field 2 is

A field reaches to the text that follows it in the pattern, the last one to the end; `{id:36}` has 36 bytes.
Besides its fields, each record has the columns `key` and `value`.
"""

from __future__ import annotations

import hashlib
import re
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scrubber.formats.damaged import Damaged
from scrubber.formats.origins import bracketed
from scrubber.formats.protobuf import read_fields
from scrubber.stores.columns import OneColumn, text
from scrubber.stores.frozen import settle
from scrubber.stores.known_hosts import hosts
from scrubber.stores.sqlite_rows import Keep, Linked, Orphaned

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scrubber.model import Look
    from scrubber.sites import Target
    from scrubber.stores.columns import Column, Row, Value

_FIELD = re.compile(r"\{([a-z]+)(?::([0-9]+))?\}")


@dataclass(frozen=True, init=False)
class Message:
    """A value that is a protocol buffer: some of its fields, by name and number."""

    fields: tuple[tuple[str, tuple[int, ...]], ...]
    """The numbers lead from the outermost message to the field."""

    def __init__(self, **fields: int | tuple[int, ...]) -> None:
        paths = ((name, path if isinstance(path, tuple) else (path,)) for name, path in fields.items())
        settle(self, fields=tuple(paths))

    def read(self, value: bytes) -> Row:
        """The fields that are there; numbers as the decimal text that keys have them in."""
        found = ((name, _inside(value, path)) for name, path in self.fields)
        return {name: _as_text(content) for name, content in found if content is not None}


@dataclass(frozen=True, init=False)
class Records:
    """Records of one kind: what their keys look like, and what makes one of them the target's."""

    name: str
    key: re.Pattern[bytes]
    by: tuple[Column | Linked | Orphaned, ...]
    value: re.Pattern[bytes] | Message | None
    keep: Keep | None
    keeps_own: bool
    """Whether `keep` is about the target's own, too, and not about what merely names it alone."""
    holds: str
    """Where these hold something else than the database's main word."""

    def __init__(
        self,
        name: str,
        key: str,
        *by: Column | Linked | Orphaned,
        value: str | Message = "",
        keep: Keep | None = None,
        keeps_own: bool = True,
        holds: str = "",
    ) -> None:
        given = value if isinstance(value, Message) else _pattern(value) if value else None
        settle(self, name=name, key=_pattern(key), by=by, value=given, holds=holds)
        settle(self, keep=keep, keeps_own=keeps_own)

    def read(self, key: bytes, value: bytes) -> Row | None:
        """The record's columns; None where its key is of another kind."""
        match = self.key.fullmatch(key)
        if match is None:
            return None
        row: Row = {"key": key, "value": value, **match.groupdict()}
        if isinstance(self.value, Message):
            row |= self.value.read(value)
        elif self.value and (inside := self.value.fullmatch(value)):
            row |= inside.groupdict()
        return row

    def knowing(self, path: Path, look: Look) -> Records:
        """The same for a database in whose profile more hosts are known. Raises UnreadableStore."""
        if not any(isinstance(by, HashedHost) for by in self.by):
            return self
        known = {_hash(host): teller for host, teller in hosts(path, look).items()}
        made = copy(self)
        by = (replace(one, hashes=known) if isinstance(one, HashedHost) else one for one in self.by)
        settle(made, by=tuple(by))
        return made

    def teller(self, key: bytes) -> Path | None:
        """The store that alone tells of the host whose hash is in a record's key."""
        by = next((one for one in self.by if isinstance(one, HashedHost)), None)
        row = self.read(key, b"") if by else None
        return by.hashes.get(text(row[by.column])) if by and row else None

    @property
    def own(self) -> tuple[Column, ...]:
        """Of `by`, what a record alone answers."""
        return tuple(by for by in self.by if not isinstance(by, Linked | Orphaned))

    @property
    def links(self) -> tuple[Linked | Orphaned, ...]:
        """Of `by`, what other records answer."""
        return tuple(by for by in self.by if isinstance(by, Linked | Orphaned))


@dataclass(frozen=True)
class HashedHost:
    """The MD5 of a host in hexadecimal. Only hosts that are known can be told by it."""

    column: str
    hashes: Mapping[str, Path | None] = field(default_factory=dict)
    """Those of hosts that the profile knows, with who tells of each; without them, of the target's names."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The one."""
        return (self.column,)

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the hashes of the target's hosts."""
        known = self.hashes or set(map(_hash, target.host_names))
        return text(row[self.column]) in known


class PushApp(OneColumn):
    """What a push subscription is registered as, within a key: `wp:https://labs.openai.com/#0A1B…-V2`."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the origin in it."""
        match = re.search(r"(?:^|[-,])wp:([^#]+)#", text(row[self.column]))
        return match is not None and target.origin(match[1])


def _pattern(shape: str) -> re.Pattern[bytes]:
    parts, at = [], 0
    for found in _FIELD.finditer(shape):
        length = f"{{{found[2]}}}" if found[2] else "*" if found.end() == len(shape) else "*?"
        parts += [re.escape(shape[at : found.start()]), f"(?P<{found[1]}>.{length})"]
        at = found.end()
    return re.compile("".join((*parts, re.escape(shape[at:]))).encode(), re.DOTALL)


def _inside(message: bytes, path: tuple[int, ...]) -> int | bytes | None:
    content: int | bytes | None = message
    for number in path:
        if not isinstance(content, bytes):
            return None
        try:
            content = dict(read_fields(content)).get(number)
        except Damaged:
            return None
    return content


def _as_text(content: int | bytes) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode()


def _hash(host: str) -> str:
    return hashlib.md5(bracketed(host).encode(), usedforsecurity=False).hexdigest()
