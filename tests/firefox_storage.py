"""What a site keeps in Firefox in databases with files beside them, made as Firefox makes it."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cramjam

from tests.schemas import create, insert

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Cached:
    """One response that a page has put into a cache."""

    url: str
    body: bytes = b"a body"
    headers: tuple[tuple[str, str], ...] = (("content-type", "text/plain"),)
    referrer: str = "about:client"
    padding: int | None = None
    certificate: int | None = 1
    cache: int = 1

    @property
    def file(self) -> bytes:
        """The body as it lies in its file."""
        return bytes(cramjam.snappy.compress(self.body))


def body_name(number: int) -> str:
    """The way of a body from `morgue`: the folder is the last byte of the id."""
    return f"{number}/{{6d7e976e-b84e-4edb-acdb-7ece244a27{number:02x}}}.final"


def make_cache(folder: Path, *responses: Cached) -> Path:
    """`cache` with these in it, numbered from 1, their bodies numbered likewise; the database."""
    path = folder / "cache/caches.sqlite"
    create(path, "firefox-153/cache-caches")
    insert(path, "caches", {"id": 1}, {"id": 2})
    worker = {"namespace": 1, "key": "{1}".encode("utf-16-le"), "cache_id": 2}
    insert(path, "storage", {"namespace": 0, "key": "mine".encode("utf-16-le"), "cache_id": 1}, worker)
    insert(path, "usage_info", {"id": 1, "total_disk_usage": 0})
    users = [each.certificate for each in responses if each.certificate]
    for number in sorted(set(users)):
        row = {"id": number, "hash": b"%d" % number, "data": b"MIIB", "refcount": users.count(number)}
        insert(path, "security_info", row)
    for number, each in enumerate(responses, 1):
        _insert_response(path, number, each)
        body = folder / "cache/morgue" / body_name(number)
        body.parent.mkdir(parents=True)
        body.write_bytes(each.file)
    paddings = sum(each.padding or 0 for each in responses)
    (folder / "cache/.padding").write_bytes(struct.pack(">Q", paddings))
    return path


def _insert_response(path: Path, number: int, response: Cached) -> None:
    address, _, query = response.url.partition("?")
    row: dict[str, Any] = {
        "id": number,
        "request_method": "GET",
        "request_url_no_query": address,
        "request_url_query": f"?{query}" if query else "",
        "request_referrer": response.referrer,
        "response_body_id": body_name(number).partition("/")[2].removesuffix(".final"),
        "response_security_info_id": response.certificate,
        "response_padding_size": response.padding,
        "response_body_disk_size": len(response.file),
        "cache_id": response.cache,
    }
    insert(path, "entries", row)
    insert(path, "response_url_list", {"url": response.url, "entry_id": number})
    for name, value in response.headers:
        insert(path, "response_headers", {"name": name, "value": value, "entry_id": number})


@dataclass(frozen=True)
class Record:
    """One record of an IndexedDB: its store, key and value, and the files that it refers to."""

    store: int
    key: bytes
    data: bytes
    files: str | None = None


def shifted(text: str) -> bytes:
    """A text as a key has it."""
    return b"\x30" + bytes(byte + 1 for byte in text.encode())


def make_records(path: Path, *records: Record, **files: bytes) -> Path:
    """A database with two stores and an index of each, which has the key again; `files` by `f1`, `f2`, …"""
    create(path, "firefox-153/idb")
    insert(path, "object_store", {"id": 1, "name": "one"}, {"id": 2, "name": "two"})
    for number in (1, 2):
        index: dict[str, Any] = {"id": number, "object_store_id": number, "name": "i", "key_path": "k"}
        insert(path, "object_store_index", index | {"unique_index": 0, "multientry": 0, "is_auto_locale": 0})
    with closing(sqlite3.connect(path)) as database:
        database.create_function("update_refcount", 2, lambda *_: None)
        for each in records:
            row = (each.store, each.key, each.files, each.data)
            database.execute("INSERT INTO object_data VALUES (?, ?, NULL, ?, ?)", row)
            entry = "INSERT INTO {}(index_id, value, object_data_key, object_store_id) VALUES (?, ?, ?, ?)"
            for table in ("index_data", "unique_index_data"):
                database.execute(entry.format(table), (each.store, each.key, each.key, each.store))
        database.commit()
    for name, content in files.items():
        file_id = name.removeprefix("f")
        uses = [part.strip(".-/\\") for each in records for part in (each.files or "").split()]
        insert(path, "file", {"id": int(file_id), "refcount": uses.count(file_id)})
        file = path.with_suffix(".files") / file_id
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    return path
