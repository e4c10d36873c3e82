"""Chromium's `TransportSecurity` (HSTS): records that are filed under a hash of their host."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from scrubber.files import kind, read_regular
from scrubber.model import Standing, Trace
from scrubber.stores import json_edit
from scrubber.stores.known_hosts import hosts
from scrubber.stores.placed import Placed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Changes, Look
    from scrubber.stores.json_edit import Place

_LISTS = ("sts", "expect_ct", "pkp")


class HashedHosts(Placed):
    """The file of one network service."""

    source = "net/http/transport_security_persister.cc"
    holds = ("network",)
    is_told = True

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Records whose hash is a known host's."""
        if kind(path) is None or not look.policy.wants("network"):
            return ()
        root = json_edit.load(path, read_regular(path))
        hashes = {hashed(host): (host, teller) for host, teller in hosts(path, look).items()}
        return tuple(
            Trace("", place, Standing.OWN, hashes[value][0], "network", told_by=hashes[value][1])
            for place, value in _records(root)
            if value in hashes
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the file without these records; objects compared."""
        return json_edit.without(path, traces, changes)


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
