"""Whose an entry of a cache is whose key is only a number or a hash: what lies beside it says it.

    Service Worker/ScriptCache   7               Database: RES:<version> 00 7, and REG:<storage key> 00 …
    Shared Dictionary/cache      0123…, 32 hex   db: dictionaries.token_high, token_low
    Code Cache/js                0123…, 64 hex   entries of scripts beside it that point to the code

What is listed nowhere any more may be anybody's, unless its certificate is for others alone.
Sources: components/services/storage/service_worker/service_worker_database.cc,
net/extras/shared_dictionary/sqlite_persistent_shared_dictionary_store.cc,
content/browser/code_cache/generated_code_cache.cc.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, names, open_regular
from scrubber.formats import certificates, leveldb
from scrubber.formats.damaged import Damaged
from scrubber.formats.protobuf import read_fields
from scrubber.formats.simple_cache import read_code_key, read_key
from scrubber.formats.sqlite_file import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scrubber.residue.search import Search

_KEYS = re.compile(rb"[0-9]{1,19}|[0-9A-F]{32}|[0-9A-F]{64}")
_SCRIPT_URL, _REGISTERED_VERSION = 2, 4
_OF_DICTIONARY = ("top_frame_site", "frame_origin", "url")
_U64 = 1 << 64

_Owners = dict[bytes, bytes]
"""By an entry's key, in the form of another cache's key: URL and site."""


class Owners:
    """The owners in one sweep; those of the folder that was asked for last are remembered."""

    def __init__(self) -> None:
        self._known: tuple[Path | None, Mapping[bytes, bytes]] = (None, {})

    def is_others(self, path: Path, key: bytes, headers: bytes, search: Search) -> bool | None:
        """Whether the entry in a file is another site's; None where its key tells."""
        if not _KEYS.fullmatch(key):
            return None
        if self._known[0] != path.parent:
            self._known = path.parent, _owners(path.parent)
        owner = self._known[1].get(key)
        if owner is not None:
            return not search.names(owner)
        hosts = list(certificates.hosts(headers))
        return bool(hosts) and not any(map(search.is_served_as, hosts))


def _owners(folder: Path) -> _Owners:
    owners: _Owners = {}
    # What is damaged is said where it is read for itself.
    with suppress(UnreadableStore):
        owners.update(_scripts(folder.parent / "Database"))
    with suppress(UnreadableStore):
        owners.update(_dictionaries(folder.parent / "db"))
    owners.update(_compiled(folder))
    return owners


def _compiled(folder: Path) -> Iterator[tuple[bytes, bytes]]:
    for name in names(folder):
        if name.endswith("_0") and kind(folder / name) == "file":
            with open_regular(folder / name) as file, suppress(Damaged):
                script = read_key(file)
                if code := read_code_key(file):
                    yield code, script


def _scripts(folder: Path) -> Iterator[tuple[bytes, bytes]]:
    if not leveldb.is_database(folder):
        return
    registered: dict[object, bytes] = {}
    scripts: list[tuple[bytes, bytes, bytes]] = []
    for record in leveldb.read(folder).records():
        name, _, number = record.key.partition(b"\0")
        if name.startswith(b"REG:"):
            version = _field(record.value, _REGISTERED_VERSION)
            registered[str(version).encode()] = name.removeprefix(b"REG:")
        elif name.startswith(b"RES:"):
            url = _field(record.value, _SCRIPT_URL)
            scripts.append((number, name.removeprefix(b"RES:"), url if isinstance(url, bytes) else b""))
    for number, version, url in scripts:
        yield number, registered.get(version, url)


def _field(message: bytes | None, number: int) -> int | bytes:
    with suppress(Damaged):
        return dict(read_fields(message or b"")).get(number, b"")
    return b""


def _dictionaries(path: Path) -> Iterator[tuple[bytes, bytes]]:
    with open_regular(path) as file:
        database = Database(file, path)
        for record in database.cells():
            if record.tree and record.tree.name == "dictionaries":
                row = dict(zip(record.tree.columns, record.values("utf-8"), strict=False))
                halves = (row.get("token_high"), row.get("token_low"))
                token = "".join(f"{half % _U64:016X}" for half in halves if isinstance(half, int))
                site, frame, url = (str(row.get(name)) for name in _OF_DICTIONARY)
                yield token.encode(), f"_dk_{site} {frame} {url}".encode("utf-8", "surrogatepass")
