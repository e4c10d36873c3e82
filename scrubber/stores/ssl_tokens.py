"""Firefox's TLS tickets on disk: the target's go, the others stay byte for byte."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.files import kind, read_regular
from scrubber.formats.damaged import Damaged
from scrubber.formats.ssl_tokens import Token, Tokens, read_tokens, write_tokens
from scrubber.stores import proving
from scrubber.stores.columns import Host, Partition
from scrubber.stores.placed import Placed
from scrubber.stores.records import Rule

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from scrubber.model import Changes, Key, Look, Trace
    from scrubber.stores.columns import Row

_LIMIT = 1 << 26
_PEER = re.compile(r"(?:.*:)?(?P<host>\[[^\]]*\]|[^:]*):[0-9]+")
_RULE = Rule((Host("host"), Partition("suffix", of="host")), holds="network")


class SslTokens(Placed):
    """The file `ssl_tokens_cache.bin`, which Firefox writes at shutdown and once a day."""

    source = "netwerk/base/SSLTokensCache.cpp"
    holds = ("network",)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Tickets by their host and partition."""
        if kind(path) is None or not look.policy.wants("network"):
            return ()
        tickets = _read(path, read_regular(path, _LIMIT)).records
        records = (((number, each.key), _row(each.key)) for number, each in enumerate(tickets))
        return _RULE.traces(records, look)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the file without these tickets; the number of others compared."""
        if not traces:
            return 0
        planned = {trace.key for trace in traces}

        def write(before: Path, after: Path) -> None:
            tokens = _read(path, before.read_bytes())
            if not planned.issubset(_numbered(tokens)):
                raise PlanOutdated(f"{path}: a planned ticket is no longer there")
            after.write_bytes(write_tokens(_without(tokens, planned)))

        def prove(before: Path, after: Path) -> int:
            expected = _without(_read(path, before.read_bytes()), planned)
            if _read(path, after.read_bytes()) != expected:
                raise Unproved(f"{path}: tickets of others differ")
            return len(expected.records)

        return proving.edit(path, changes, write, prove)


def _read(path: Path, content: bytes) -> Tokens:
    try:
        return read_tokens(content)
    except Damaged as error:
        raise UnreadableStore(path, str(error)) from error


def _numbered(tokens: Tokens) -> dict[Key, Token]:
    return {(number, record.key): record for number, record in enumerate(tokens.records)}


def _without(tokens: Tokens, planned: Collection[Key]) -> Tokens:
    kept = tuple(record for key, record in _numbered(tokens).items() if key not in planned)
    return Tokens(tokens.version, kept)


def _row(key: str) -> Row:
    """`tlsflags0x00000000:labs.openai.com:443^partitionKey=…`"""
    peer, caret, suffix = key.partition("^")
    match = _PEER.fullmatch(peer)
    return {"host": match["host"] if match else "", "suffix": caret + suffix, "peer": peer}
