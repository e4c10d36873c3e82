"""Every format as a function of bytes: it reads them, or says in its own words why it can't.

A case that was found (a crash, a hang) is kept in `found/TARGET/`, from where every run tries it again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.formats import (
    anonymization_key,
    backup_archive,
    blink_values,
    cache_key,
    certificates,
    closed_tabs,
    data_storage,
    firefox_values,
    json_text,
    jsonb,
    leveldb,
    metadata_v2,
    mozlz4,
    origins,
    persistent_cache,
    prefs_js,
    property_list,
    protobuf,
    simple_cache,
    simple_index,
    snss,
    sqlite_copy,
    sqlite_freed,
    sqlite_log,
    sqlite_schema,
    ssl_tokens,
    visited_links,
)
from scrubber.formats.blockfile import surgery
from scrubber.formats.blockfile.cache import Cache
from scrubber.formats.blockfile.layout import Address
from scrubber.formats.cache2 import entry, index, key
from scrubber.formats.damaged import Damaged
from scrubber.formats.leveldb import batch, log, manifest, table
from scrubber.formats.sqlite_file import Database
from tests.fuzz import seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOUND = Path(__file__).parent / "found"

SECRET = bytes(range(32))


@dataclass(frozen=True)
class Target:
    """What is tried, with which modules, and from which content it starts."""

    read: Callable[[bytes, Path], object]
    """Of the content and an empty folder."""
    modules: tuple[str, ...]
    seeds: Callable[[], tuple[bytes, ...]]
    is_slow: bool = False
    """Whether files are made and opened for each case."""


def attempt(name: str, content: bytes, place: Path) -> None:
    """Read it; whatever is raised but what a format may say is a finding."""
    with suppress(Damaged, UnreadableStore):
        TARGETS[name].read(content, place)


def of_bytes(function: Callable[[bytes], object]) -> Callable[[bytes, Path], object]:
    """For what needs no folder."""
    return lambda content, _: function(content)


def drain(items: Iterator[object]) -> None:
    for _ in items:
        pass


def text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def lay_out(content: bytes, folder: Path, names: tuple[str, ...]) -> None:
    """Put files into an empty folder: one after the other, divided by `seeds.BORDER`."""
    for path in folder.iterdir():
        path.unlink()
    for name, part in zip(names, content.split(seeds.BORDER), strict=False):
        (folder / name).write_bytes(part)


def read_blockfile(content: bytes, folder: Path) -> None:
    lay_out(content, folder, seeds.BLOCKFILES)

    def opened(name: str) -> BytesIO:
        path = folder / name
        if not path.is_file():
            raise Damaged("missing")
        return BytesIO(path.read_bytes())

    with Cache(opened) as found:
        entries = list(found.entries())
        for one in entries:
            for at, size in zip(one.record.streams, one.record.sizes, strict=True):
                if at:
                    with suppress(Damaged):
                        found.content(Address(at), size)
        with suppress(Damaged):
            found.lists()
        for name in seeds.BLOCKFILES[1:]:
            with suppress(Damaged):
                drain(found.spare_blocks(name, 0))
    surgery.remove(folder, {one.address.value for one in entries[:1]})


def read_cache2(content: bytes) -> None:
    for secret in (None, SECRET):
        with suppress(Damaged):
            found = entry.read_entry(BytesIO(content), secret)
            assert found.is_intact in (True, False)
            drain(entry.read_body(BytesIO(content), found, secret))


def read_cache2_index(content: bytes) -> None:
    for read in (index.read_index, lambda data: index.read_log(data, 41)):
        with suppress(Damaged):
            found = read(content)
            left = index.without(found, found.names()[:1])
            assert len(left.records) <= len(found.records)
            index.write_index(left)


def read_origins(content: bytes) -> None:
    value = text(content)
    parsers = (
        origins.canonical_host,
        origins.unicode_host,
        origins.is_host,
        origins.split_port,
        origins.parse_url,
        origins.parse_origin,
        origins.parse_pattern,
        origins.parse_reversed,
        origins.parse_partitions,
    )
    for parse in parsers:
        parse(value)
    for read in (cache_key.read_key, key.read_key, key.read_marker, anonymization_key.sites):
        read(value)
    key.file_name(content)
    anonymization_key.encode(value)


def read_persistent_cache(content: bytes) -> None:
    stem = persistent_cache.file_stem(text(content))
    assert persistent_cache.file_stem(persistent_cache.site(stem)) == stem
    persistent_cache.site(text(content))


def read_data_storage(content: bytes) -> None:
    slots = list(data_storage.read_slots(content))
    assert len(data_storage.without(content, [slot.number for slot in slots[:1]])) == len(content)


def read_json(content: bytes) -> None:
    node = json_text.read(content)
    assert json_text.read(json_text.write(node)) == node


def read_certificates(content: bytes) -> None:
    certificates.may_hold_one(content)
    drain(certificates.hosts(content))


def read_jsonb(content: bytes) -> None:
    jsonb.read(content)
    assert jsonb.without(content, {}) == content


def read_leveldb_parts(content: bytes) -> None:
    for read in (log.read_records, table.read_table, table.read_blocks):
        with suppress(Damaged):
            drain(read(BytesIO(content)))
    with suppress(Damaged):
        table.read_index(BytesIO(content))
    with suppress(Damaged):
        manifest.read_manifest(BytesIO(content))
    for read_bytes in (batch.read_batch, table.read_entries):
        with suppress(Damaged):
            drain(read_bytes(content))


def read_leveldb(content: bytes, folder: Path) -> None:
    lay_out(content, folder, seeds.LEVELDB)
    assert leveldb.is_database(folder)
    found = leveldb.read(folder)
    for records in (found.records, found.history):
        with suppress(Damaged, UnreadableStore):
            drain(records())


def read_metadata_v2(content: bytes) -> None:
    metadata_v2.origin(content)
    metadata_v2.origin_v1(content)


def read_prefs(content: bytes) -> None:
    lines = list(prefs_js.read_lines(content))
    assert prefs_js.write_lines(lines) == content


def read_simple(content: bytes, folder: Path) -> None:
    with suppress(Damaged):
        simple_cache.read_streams(content)
    lay_out(content, folder, ("entry_0",))
    with (folder / "entry_0").open("rb", buffering=0) as file:
        with suppress(Damaged):
            simple_cache.file_hash(simple_cache.read_key(file))
        simple_cache.read_stream_0(file, 1 << 16)


def read_simple_index(content: bytes) -> None:
    found = simple_index.read_index(content)
    simple_index.write_index(simple_index.without(found, [record.hash for record in found.records[:1]]))


def read_session(content: bytes) -> None:
    with suppress(Damaged):
        snss.count_sealed(content)
    session = snss.read_session(content)
    assert snss.write_session(session) == content
    closed_tabs.without(session.records, {0})
    for record in session.records:
        with suppress(Damaged):
            snss.read_page(record)


def read_sqlite(content: bytes, folder: Path) -> None:
    """Without SQLite: the database, its log, its journal."""
    lay_out(content, folder, seeds.DATABASE)
    path = folder / seeds.DATABASE[0]
    for read in (sqlite_log.slack_of, sqlite_freed.freed):
        with suppress(UnreadableStore):
            drain(read(path))
    for images, name in ((sqlite_log.wal_images, "x-wal"), (sqlite_log.journal_images, "x-journal")):
        sidecar = path.with_name(name)
        if sidecar.is_file():
            with sidecar.open("rb") as file, suppress(UnreadableStore):
                drain(images(file, sidecar))
    with path.open("rb") as file:
        database = Database(file, path)
        for record in database.cells():
            drain(record.fields())
            record.values(database.header.encoding)


def read_sqlite_copy(content: bytes, folder: Path) -> None:
    """With SQLite, on a copy."""
    lay_out(content, folder, seeds.DATABASE)
    path = folder / seeds.DATABASE[0]
    before = path.read_bytes()
    try:
        with sqlite_copy.private_copy(path) as copy, closing(sqlite3.connect(copy)) as database:
            database.execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError:
        pass
    assert path.read_bytes() == before


def read_tokens(content: bytes) -> None:
    tokens = ssl_tokens.read_tokens(content)
    assert ssl_tokens.read_tokens(ssl_tokens.write_tokens(tokens)) == tokens


def read_visited(content: bytes) -> None:
    visited_links.read_table(content).has("https://kept.example/")


def read_backup(content: bytes) -> None:
    backup_archive.is_encrypted(content)
    backup_archive.archive(content)


TARGETS: dict[str, Target] = {
    "backup": Target(of_bytes(read_backup), ("backup_archive",), seeds.backups),
    "blockfile": Target(
        read_blockfile,
        ("blockfile.cache", "blockfile.layout", "blockfile.surgery"),
        seeds.blockfile,
        is_slow=True,
    ),
    "cache2": Target(
        of_bytes(read_cache2), ("cache2.entry", "cache2.sealed", "cache2.jenkins"), seeds.cache2
    ),
    "cache2-index": Target(of_bytes(read_cache2_index), ("cache2.index",), seeds.cache2_index),
    "keys": Target(
        of_bytes(read_origins), ("origins", "cache_key", "cache2.key", "anonymization_key"), seeds.keys
    ),
    "persistent-cache": Target(of_bytes(read_persistent_cache), ("persistent_cache",), seeds.keys),
    "data-storage": Target(of_bytes(read_data_storage), ("data_storage",), seeds.data_storage),
    "firefox-values": Target(
        lambda data, _: drain(firefox_values.readings(data)), ("firefox_values",), seeds.keys
    ),
    "blink-values": Target(
        lambda data, _: drain(blink_values.readings(data)), ("blink_values",), seeds.values, is_slow=True
    ),
    "certificates": Target(of_bytes(read_certificates), ("certificates",), seeds.certificates),
    "jsonb": Target(of_bytes(read_jsonb), ("jsonb",), seeds.jsonb),
    "json": Target(of_bytes(read_json), ("json_text",), seeds.json),
    "leveldb-parts": Target(
        of_bytes(read_leveldb_parts),
        ("leveldb.log", "leveldb.table", "leveldb.manifest", "leveldb.batch", "leveldb.coding"),
        seeds.leveldb_parts,
    ),
    "leveldb": Target(read_leveldb, ("leveldb.database",), seeds.leveldb, is_slow=True),
    "metadata-v2": Target(of_bytes(read_metadata_v2), ("metadata_v2",), seeds.metadata_v2),
    "mozlz4": Target(of_bytes(mozlz4.read), ("mozlz4",), seeds.mozlz4_files),
    "prefs": Target(of_bytes(read_prefs), ("prefs_js",), seeds.prefs),
    "property-list": Target(of_bytes(property_list.texts), ("property_list",), seeds.property_lists),
    "protobuf": Target(lambda data, _: drain(protobuf.read_fields(data)), ("protobuf",), seeds.protobuf),
    "simple-cache": Target(read_simple, ("simple_cache",), seeds.simple_cache),
    "simple-index": Target(of_bytes(read_simple_index), ("simple_index", "pickle"), seeds.simple_index),
    "session": Target(of_bytes(read_session), ("snss", "closed_tabs", "pickle"), seeds.sessions),
    "sqlite": Target(
        read_sqlite,
        ("sqlite_file", "sqlite_log", "sqlite_page", "sqlite_freed"),
        seeds.databases,
        is_slow=True,
    ),
    "sqlite-copy": Target(read_sqlite_copy, ("sqlite_copy", "sqlite_unit"), seeds.databases, is_slow=True),
    "sqlite-schema": Target(
        lambda data, _: sqlite_schema.stored_columns(text(data)), ("sqlite_schema",), seeds.statements
    ),
    "ssl-tokens": Target(of_bytes(read_tokens), ("ssl_tokens",), seeds.tokens),
    "visited-links": Target(of_bytes(read_visited), ("visited_links",), seeds.visited),
}
