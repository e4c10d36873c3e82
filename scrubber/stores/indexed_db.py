"""Records of other sites in Firefox's IndexedDB that name the target.

    idb/<name>.sqlite        records, index entries, and how many records refer to each file
    idb/<name>.files/<id>    blobs, and values that are too big for a row

`file_ids` of a record is `1 .5`: a dot before an id says that the file is the value itself, a slash or a
backslash that it is compiled code, a minus that it could be written to.
Sources: dom/indexedDB/ActorsParent.cpp, ActorsParentCommon.cpp (DeserializeStructuredCloneFile)
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
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
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from scrubber.model import Changes, Key, Look, Trace
    from scrubber.stores.columns import Row
    from scrubber.stores.sqlite_tables import Table

_RECORDS = "object_data"
_INDEXES = ("index_data", "unique_index_data")
_FILES = "file"
_FILE_IDS = "file_ids"
_FILE_ID = re.compile(r"[-./\\]?([0-9]+)")
_UNREADABLE = -1

# As many as Firefox's function `update_refcount` would take away: each id counts as often as it is there.
_COUNTED = (
    Repair(
        "file.refcount",
        "refcount - (SELECT sum((length(ids) - length(replace(ids, ' ' || file.id || ' ', '')))"
        " / length(' ' || file.id || ' ')) FROM (SELECT"
        " ' ' || replace(replace(replace(replace(replace(file_ids, '-', ''), '.', ''), '/', ''), '\\', ''),"
        """ ' ', '  ') || ' ' AS ids FROM temp."removed object_data" WHERE file_ids IS NOT NULL))""",
        where="""EXISTS (SELECT 1 FROM temp."removed object_data" WHERE file_ids IS NOT NULL)""",
        reads=(_RECORDS,),
    ),
)


class OthersRecords(Placed):
    """One database of an origin that is not the target's."""

    source = "dom/indexedDB/ActorsParent.cpp"
    holds = ("storage",)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database with its sidecars, and the folder of its files."""
        return (*database_files(path), _folder_of(path)) if is_sqlite(path) else ()

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Records that name the target in their key, value, indexes or files, with all that hangs on them."""
        return followed(
            path,
            look,
            _is_described,
            lambda naming, found: _with_records(naming, found, _folder_of(path), look),
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these rows, and the removal of files that nothing refers to then."""
        discard_existing(self.along(path, traces), changes)  # first, because only the rows tell that they go
        return edited(path, traces, _COUNTED, changes)

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The files whose rows go."""
        return tuple(_folder_of(path) / str(trace.key) for trace in traces if trace.where == _FILES)


def files_of_records(folder: Path) -> Owned | None:
    """The files that records refer to; true for those of records that stay."""
    database = folder.with_suffix(".sqlite")
    if not is_database(database):
        return None
    with copied(database) as (_, found):
        if not _is_described(found):
            return None
        rows = dict(found[_RECORDS].rows())
        miscounted = _miscounted(rows, found[_FILES])
    owned: Owned = {}
    for ids in map(file_ids, rows.values()):
        stays = not miscounted.isdisjoint(ids)
        owned |= {str(number): stays or owned.get(str(number), False) for number in ids}
    return owned


def file_ids(row: Row) -> list[int]:
    """The files that a record refers to, each as often as it does; `_UNREADABLE` for what is no number."""
    found = map(_FILE_ID.fullmatch, text(row.get(_FILE_IDS)).split())
    return [int(match[1]) if match else _UNREADABLE for match in found]


def _is_described(found: Mapping[str, Table]) -> bool:
    """Before Firefox 49, values and indexes were kept otherwise."""
    return (
        {_RECORDS, _FILES, *_INDEXES} <= found.keys()
        and {"object_store_id", "key", _FILE_IDS} <= {*found[_RECORDS].columns}
        and all({"object_store_id", "object_data_key"} <= {*found[name].columns} for name in _INDEXES)
        and {"id", "refcount"} <= {*found[_FILES].columns}
    )


def _with_records(naming: Naming, found: Mapping[str, Table], folder: Path, look: Look) -> Iterator[Trace]:
    """Each record once with its index entries and files; what else names the target is none and stays."""
    rows = dict(found[_RECORDS].rows())
    entries = {
        (name, key): (row["object_store_id"], row["object_data_key"])
        for name in _INDEXES
        for key, row in found[name].rows()
    }
    records = {key: trace for (table, key), trace in naming.items() if table == _RECORDS}
    for place, record in entries.items():
        if place in naming and record in rows:
            records.setdefault(record, replace(naming[place], where=_RECORDS, key=record))
    named = _naming_files({number for row in rows.values() for number in file_ids(row)}, folder, look)
    for key, row in rows.items():
        if key not in records and not named.isdisjoint(file_ids(row)):
            records[key] = mention(_RECORDS, key, row["key"])
    miscounted = _miscounted(rows, found[_FILES])
    for key, trace in records.items():
        records[key] = trace if miscounted.isdisjoint(file_ids(rows[key])) else always(trace)
    yield from records.values()
    for (name, key), record in entries.items():
        if record in records:
            yield replace(records[record], where=name, key=key)
    yield from _lone_files(rows, records)
    for place, trace in naming.items():
        if place[0] != _RECORDS and entries.get(place) not in rows:
            yield always(trace)


def _naming_files(numbers: Iterable[int], folder: Path, look: Look) -> set[int]:
    """Asked only where the record would go by it: `OthersFiles` looks into all files in any case."""
    files = ((number, folder / str(number)) for number in (numbers if is_asked(look) else ()))
    return {
        number for number, file in files if kind(file) == "file" and is_named_in(read_regular(file), look)
    }


def _counts(rows: Iterable[Row]) -> Counter[int]:
    return Counter(number for row in rows for number in file_ids(row))


def _miscounted(rows: Mapping[Key, Row], files: Table) -> set[int]:
    """Files of which Firefox's own count is another: to count on from there could take one too early."""
    known = {row["id"]: row["refcount"] for _, row in files.rows()}
    return {number for number, count in _counts(rows.values()).items() if known.get(number) != count}


def _lone_files(rows: Mapping[Key, Row], records: Mapping[Key, Trace]) -> Iterator[Trace]:
    """The files to which nothing else refers than records that can go."""
    going = {key: trace for key, trace in records.items() if trace != always(trace)}
    left = _counts(row for key, row in rows.items() if key not in going)
    lone: dict[int, Trace] = {}
    for key, trace in going.items():
        for number in file_ids(rows[key]):
            if number not in left:
                lone.setdefault(number, replace(trace, where=_FILES, key=number))
    yield from lone.values()


def _folder_of(path: Path) -> Path:
    return path.with_suffix(".files")
