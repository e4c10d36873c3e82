"""Chromium's `TransportSecurity` (HSTS): records that are filed under a hash of their host.

Only hosts that are thought of can be told by their hash: the target's own, those below it that this profile
names elsewhere, and some that are common.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import kind, open_regular, read_regular
from scrubber.model import Standing, Trace
from scrubber.stores import json_edit
from scrubber.stores.frozen import settle
from scrubber.stores.json_edit import Gone, at_places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Changes, Look
    from scrubber.sites import Target
    from scrubber.stores.json_edit import Place

_EVIDENCE = ("Network Persistent State", "Reporting and NEL", "Cookies", "History", "Favicons")
"""Files, of the network service or of the profile, that name the hosts that were asked."""
_COMMON = (
    "www", "api", "app", "cdn", "static", "assets", "img", "images", "media", "auth", "login", "account",
    "accounts", "m", "mobile", "dev", "staging", "beta", "status", "help", "support", "docs", "blog", "files",
)  # fmt: skip
_PIECE = 1 << 20
_LONGEST_NAME = 256
_LISTS = ("sts", "expect_ct", "pkp")


@dataclass(frozen=True, init=False)
class HashedHosts:
    """The file of one network service."""

    places: tuple[str, ...]
    source: str = "net/http/transport_security_persister.cc"
    holds: tuple[str, ...] = ("network",)

    def __init__(self, *places: str) -> None:
        settle(self, places=places)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The file."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Records whose hash is a known host's."""
        if kind(path) is None or not look.policy.wants("network"):
            return ()
        root = json_edit.load(path, read_regular(path))
        hashes = {hashed(host): host for host in _hosts(path, look)}
        return tuple(
            Trace("", place, Standing.OWN, hashes[value], "network")
            for place, value in _records(root)
            if value in hashes
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the file without these records; objects compared."""
        cuts = at_places((trace.key, Gone()) for trace in traces)  # type: ignore[misc]
        return json_edit.edit(path, changes, lambda _: cuts) if traces else 0


def hashed(host: str) -> str:
    """The SHA-256 of the name as DNS sends it.

    `labs.openai.com` → `bYHFf+AzMH32J9+A7QcorYoadsY4CiNpCRHDBjTRm4E=`.
    """
    labels = [label.encode() for label in host.split(".")]
    wire = b"".join(bytes((len(label) & 0xFF,)) + label for label in labels) + b"\0"
    return base64.b64encode(hashlib.sha256(wire).digest()).decode()


def _records(root: Node) -> Iterator[tuple[Place, str]]:
    if not isinstance(root, dict):
        return
    for name in _LISTS:
        records = root.get(name)
        for number, record in enumerate(records if isinstance(records, list) else ()):
            host = record.get("host") if isinstance(record, dict) else None
            if isinstance(host, str):
                yield (name, number), host
    # Before Chromium 77 the hashes were the keys of the file.
    yield from (((key,), key) for key in root if key not in _LISTS)


def _hosts(path: Path, look: Look) -> Iterator[str]:
    for name in look.target.names:
        host = name.text.partition("/")[0].partition(":")[0]
        if "/" in name.text or not host.isascii():
            continue
        yield host
        if name.below:
            yield from (f"{label}.{host}" for label in _COMMON)
            yield from _seen(path, look, host)


def _seen(path: Path, look: Look, host: str) -> Iterator[str]:
    below = re.compile(rb"(?:[a-z0-9_-]{1,63}\.){1,8}" + re.escape(host.encode()))
    folders = dict.fromkeys((path.parent, look.profile.path, look.profile.path / "Network"))
    for file in (folder / name for folder in folders for name in _EVIDENCE):
        if kind(file) == "file":
            for found in _found(file, below):
                yield from _suffixes(found, host, look.target)


def _found(file: Path, below: re.Pattern[bytes]) -> set[str]:
    """Every match in a file, read in pieces that overlap by more than a name."""
    found: set[str] = set()
    with open_regular(file) as opened:
        held = b""
        while piece := opened.read(_PIECE):
            held += piece
            found.update(match[0].decode() for match in below.finditer(held))
            held = held[-_LONGEST_NAME:]
    return found


def _suffixes(found: str, host: str, target: Target) -> Iterator[str]:
    """The name and all between it and the host: in a database, what stands before may be another column."""
    while found != host:
        if target.host(found):
            yield found
            yield from (found[cut:] for cut in range(1, found.index(".")))
        found = found.partition(".")[2]
