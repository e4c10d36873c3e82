"""What other sites cached on purpose in Firefox (Cache API): responses of the target's, or that name it.

    cache/caches.sqlite             entries, their headers and URLs; certificates, counted
    cache/morgue/235/{…eb}.final    bodies; the folder is the id's last byte in decimal
    cache/.padding                  u64, big-endian: what is added to the sizes of opaque responses, in sum

`--mentions all` takes such an entry away with its body, and a cache that bears the target's name with all
its entries. The scripts of service workers lie there too, in a namespace of their own: these stay, because a
worker that lacks one is broken.
Sources: dom/cache/DBSchema.cpp, dom/cache/FileUtils.cpp, dom/cache/QuotaClient.cpp
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrubber.files import kind, read_regular
from scrubber.formats.sqlite_unit import database_files, is_database, is_sqlite
from scrubber.stores.cached_content import is_asked
from scrubber.stores.columns import text
from scrubber.stores.others_storage import (
    Naming,
    Owned,
    always,
    edited,
    followed,
    is_named_in,
    mention,
)
from scrubber.stores.placed import Placed, discard_existing
from scrubber.stores.sqlite_rows import Repair
from scrubber.stores.sqlite_tables import copied

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from scrubber.model import Changes, Key, Look, Trace
    from scrubber.stores.columns import Row
    from scrubber.stores.sqlite_tables import Table

DATABASE = "caches.sqlite"

_CACHES = "caches"
_NAMES = "storage"
_ENTRIES = "entries"
_OF_ENTRY = ("request_headers", "response_headers", "response_url_list")
_CERTIFICATES = "security_info"
_CERTIFICATE = "response_security_info_id"
_BODIES = ("request_body_id", "response_body_id")
_ID = re.compile(r"\{[0-9a-f-]+([0-9a-f]{2})\}")
_OF_WORKERS = 1
_PADDING = ".padding"

# What the triggers and DeleteSecurityInfoList of Firefox do.
_COUNTED = (
    Repair(
        "usage_info.total_disk_usage",
        "total_disk_usage - (SELECT sum(ifnull(request_body_disk_size, 0)"
        ' + ifnull(response_body_disk_size, 0)) FROM temp."removed entries")',
        where='id = 1 AND EXISTS (SELECT 1 FROM temp."removed entries")',
        reads=(_ENTRIES,),
    ),
    Repair(
        "security_info.refcount",
        'refcount - (SELECT count(*) FROM temp."removed entries" AS gone'
        " WHERE gone.response_security_info_id = security_info.id)",
        where='id IN (SELECT response_security_info_id FROM temp."removed entries")',
        reads=(_ENTRIES,),
    ),
)


class OthersResponses(Placed):
    """The caches of an origin that is not the target's."""

    source = "dom/cache/DBSchema.cpp"
    holds = ("storage",)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database with its sidecars, the sum of paddings, and all bodies."""
        if not is_sqlite(path):
            return ()
        return (*database_files(path), path.with_name(_PADDING), path.with_name("morgue"))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Entries that name the target in their row, headers, URLs or body, with all that hangs on them."""
        return followed(
            path,
            look,
            _is_described,
            lambda naming, found: _with_entries(naming, found, path.with_name("morgue"), look),
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these rows, and the removal of their bodies; rows compared."""
        # First, because only the rows tell that they go.
        discard_existing(self.along(path, traces), changes)
        return edited(path, traces, _COUNTED, changes)

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The bodies of the entries that go, and of no other, and the sum of paddings.

        Where that is missing, Firefox adds up what the database says; otherwise it believes the file.
        """
        gone = _gone(traces)
        with copied(path) as (_, found):
            rows = list(found[_ENTRIES].rows()) if gone else []
        staying = {name for key, row in rows if key not in gone for name in body_names(row)}
        going = {name for key, row in rows if key in gone for name in body_names(row)}
        bodies = (path.with_name("morgue") / name for name in sorted(going - staying))
        return (*bodies, path.with_name(_PADDING)) if gone else ()


def cached_bodies(morgue: Path) -> Owned | None:
    """The bodies that entries have; true for the scripts of service workers."""
    database = morgue.with_name(DATABASE)
    if not is_database(database):
        return None
    with copied(database) as (_, found):
        if not _is_described(found):
            return None
        workers = _of_workers(found)
        return {name: key in workers for key, row in found[_ENTRIES].rows() for name in body_names(row)}


def body_names(row: Row) -> Iterator[str]:
    """Where the bodies of an entry may lie: `235/{6d7e976e-…-7ece244a27eb}.final`."""
    for column in _BODIES:
        if match := _ID.fullmatch(text(row.get(column))):
            yield from (f"{int(match[1], 16)}/{match[0]}{suffix}" for suffix in (".final", ".tmp"))


def _is_described(found: Mapping[str, Table]) -> bool:
    return (
        {_ENTRIES, _CERTIFICATES, _CACHES, _NAMES, *_OF_ENTRY} <= found.keys()
        and {"cache_id", _CERTIFICATE, *_BODIES} <= {*found[_ENTRIES].columns}
        and "refcount" in found[_CERTIFICATES].columns
    )


def _with_entries(naming: Naming, found: Mapping[str, Table], morgue: Path, look: Look) -> Iterator[Trace]:
    """Each entry once with the rows that hang on it; what else names the target is no entry's and stays."""
    entries = dict(found[_ENTRIES].rows())
    rows: dict[tuple[str, Key], Key] = {(_ENTRIES, key): key for key in entries}
    for name in _OF_ENTRY:
        for key, row in found[name].rows():
            if isinstance(owner := row["entry_id"], int) and owner in entries:
                rows[name, key] = owner
    caches = _named_caches(naming, found)
    concerned = {rows[place] for place in naming if place in rows}
    concerned |= {
        key
        for key, row in entries.items()
        if row["cache_id"] in caches.values() or _is_named_in_body(row, morgue, look)
    }
    workers = _of_workers(found)
    for (name, key), entry in rows.items():
        if entry in concerned:
            trace = mention(name, key, _address(entries[entry]))
            yield always(trace) if entry in workers else trace
    going = dict(_certificates(found, entries, concerned - workers))
    for place, cache in caches.items():
        going |= {place: naming[place], (_CACHES, cache): mention(_CACHES, cache, naming[place].seen)}
    yield from going.values()
    for place, trace in naming.items():
        if place not in rows and place not in going:
            yield always(trace)


def _named_caches(naming: Naming, found: Mapping[str, Table]) -> dict[tuple[str, Key], int]:
    """The pages' caches that bear the target's name, by the rows with their names."""
    return {
        (_NAMES, key): cache
        for key, row in found[_NAMES].rows()
        if (_NAMES, key) in naming
        and row["namespace"] != _OF_WORKERS
        and isinstance(cache := row["cache_id"], int)
    }


def _certificates(
    found: Mapping[str, Table], entries: Mapping[Key, Row], going: Collection[Key]
) -> Iterator[tuple[tuple[str, Key], Trace]]:
    """Those that no other entry has: Firefox counts who has one, and drops it at zero."""
    users: dict[object, list[Key]] = {}
    for key, row in entries.items():
        users.setdefault(row[_CERTIFICATE], []).append(key)
    for key, row in found[_CERTIFICATES].rows():
        mine = users.get(key, [])
        if mine and row["refcount"] == len(mine) and all(user in going for user in mine):
            yield (_CERTIFICATES, key), mention(_CERTIFICATES, key, _address(entries[mine[0]]))


def _of_workers(found: Mapping[str, Table]) -> set[Key]:
    caches = {row["cache_id"] for _, row in found[_NAMES].rows() if row["namespace"] == _OF_WORKERS}
    return {key for key, row in found[_ENTRIES].rows() if row["cache_id"] in caches}


def _is_named_in_body(row: Row, morgue: Path, look: Look) -> bool:
    """Asked only where the entry would go by it: `OthersFiles` looks into all bodies in any case."""
    if not is_asked(look):
        return False
    files = (morgue / name for name in body_names(row))
    return any(kind(file) == "file" and is_named_in(read_regular(file), look) for file in files)


def _address(row: Row) -> str:
    return text(row.get("request_url_no_query")) + text(row.get("request_url_query"))


def _gone(traces: Iterable[Trace]) -> set[Key]:
    return {trace.key for trace in traces if trace.where == _ENTRIES}
