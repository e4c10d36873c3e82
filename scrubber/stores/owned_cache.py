"""Simple caches whose keys are only numbers: the database beside them says whose an entry is.

What the database doesn't list, no browser reads again. It goes where its certificate is good for a host of
the target's, or where it has none and names the target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import kind, read_regular
from scrubber.formats import certificates, leveldb
from scrubber.formats.damaged import Damaged
from scrubber.formats.protobuf import read_fields
from scrubber.model import Look, Standing, Trace
from scrubber.stores.columns import Origin, Partition, Row, Url, text
from scrubber.stores.frozen import settle
from scrubber.stores.simple_cache import Entries, entries, entry_key
from scrubber.stores.sqlite_tables import copied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from scrubber.sites import Target
    from scrubber.stores.columns import Column


@dataclass(frozen=True, init=False)
class OwnedCache(Entries):
    """A cache's folder, `database` the name of the database beside it.

    Of that, `owners` gives for the key of an entry the columns that say whose it is.
    """

    database: str
    owners: Callable[[Path], dict[str, Row] | None]
    by: tuple[Column, ...]
    is_told = True

    def __init__(
        self,
        *places: str,
        database: str,
        owners: Callable[[Path], dict[str, Row] | None],
        by: tuple[Column, ...],
        holds: str,
        source: str,
    ) -> None:
        settle(self, places=places, database=database, owners=owners, by=by, source=source, holds=(holds,))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Entries whose owner is the target, and lost ones of its own."""
        if kind(path) != "folder" or not look.policy.wants(self.holds[0]):
            return ()
        database = path.with_name(self.database)
        owners = self.owners(database)
        if owners is None:
            return ()
        traces = []
        for name, files in entries(path):
            row = owners.get((entry_key(path, files) or b"").decode("utf-8", "replace"))
            seen = _lost(path, files, look.target) if row is None else self._owner(row, look)
            if seen is not None:
                teller = None if row is None else database
                traces.append(Trace("", name, Standing.OWN, seen, self.holds[0], told_by=teller))
        return tuple(traces)

    def _owner(self, row: Row, look: Look) -> str | None:
        for column in self.by:
            if set(column.columns) <= row.keys() and column.owns(row, look.target):
                return text(row[column.columns[0]])
        return None


def _lost(path: Path, files: Iterable[str], target: Target) -> str | None:
    """What tells that an entry which nothing lists was the target's."""
    contents = [read_regular(path / name) for name in files]
    served = [host for content in contents for host in certificates.hosts(content)]
    if served:
        return next((text(host) for host in served if _is_good_for(text(host), target)), None)
    return "an entry that nothing lists" if any(map(target.mentions, contents)) else None


def _is_good_for(host: str, target: Target) -> bool:
    """Whether a certificate's name (`*.openai.com`) is good for a host of the target's."""
    start, _, parent = host.partition(".")
    if start != "*":
        return target.host(host)
    return target.host(parent) or any(name.partition(".")[2] == parent for name in target.host_names)


def script_owners(database: Path) -> dict[str, Row] | None:
    """Of `Service Worker/Database`, for `ScriptCache`, whose keys are the numbers of scripts.

    Source: components/services/storage/service_worker/service_worker_database.cc.
    """
    if not leveldb.is_database(database):
        return None
    origins: dict[str, str] = {}
    scripts: dict[str, str] = {}
    for record in leveldb.read(database).records():
        name, _, number = record.key.partition(b"\0")
        if name.startswith(b"REG:"):
            version = _version(record.value or b"")
            origins[version] = text(name.removeprefix(b"REG:"))
        elif name.startswith(b"RES:"):
            scripts[text(number)] = text(name.removeprefix(b"RES:"))
    return {script: {"origin": origins.get(version, "")} for script, version in scripts.items()}


def _version(registration: bytes) -> str:
    try:
        return str(dict(read_fields(registration)).get(4, ""))
    except Damaged:
        return ""


def dictionary_owners(database: Path) -> dict[str, Row] | None:
    """Of `Shared Dictionary/db`, for the `cache` beside it, whose keys are random tokens that it gives out.

    Source: net/extras/shared_dictionary/sqlite_persistent_shared_dictionary_store.cc.
    """
    if kind(database) is None:
        return None
    with copied(database) as (_, tables):
        table = tables.get("dictionaries")
        rows = [row for _, row in table.rows()] if table else []
    return {_token(row): row for row in rows}


def _token(row: Row) -> str:
    halves = (row.get("token_high"), row.get("token_low"))
    return "".join(f"{half % (1 << 64):016X}" for half in halves if isinstance(half, int))


SCRIPTS = (Origin("origin"),)
DICTIONARIES = (Origin("frame_origin"), Url("url"), Partition("top_frame_site", of="frame_origin"))
