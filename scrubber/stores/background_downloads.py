"""What Chromium fetched for a page or for itself while nobody waited: files that only records name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.files import kind, names, read_regular
from scrubber.formats import leveldb
from scrubber.model import Look, Standing, Trace
from scrubber.stores.columns import Named, text
from scrubber.stores.placed import Parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RECORDS = (("shared_proto_db", b"9_"), ("Download Service/EntryDB", b""))
"""The databases that know a file by its name, and what their keys begin with; once it had one of its own."""
_REQUEST = Named("record")


class BackgroundDownloads(Parts):
    """`Download Service/Files`: a file goes with the record of its name; it needn't name anybody itself."""

    source = "components/download/internal/background_service/file_monitor_impl.cc"
    holds = ("downloads",)
    is_told = True

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The folder, and the databases that say what was fetched."""
        return (path, *_databases(path))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Files of the target's requests; of those that no request asked for, what names it."""
        files = [name for name in names(path) if kind(path / name) == "file"]
        if not files or not look.policy.wants("downloads"):
            return ()
        requests = {name: (record, database) for database, name, record in _requests(path)}
        found = ((name, *(requests.get(name) or (read_regular(path / name), None))) for name in files)
        return tuple(
            Trace("", name, Standing.OWN, name, "downloads", told_by=database)
            for name, record, database in found
            if _REQUEST.owns({"record": record}, look.target)
        )


def _databases(path: Path) -> tuple[Path, ...]:
    return tuple(path.parent.parent / name for name, _ in _RECORDS)


def _requests(path: Path) -> Iterator[tuple[Path, str, bytes]]:
    for folder, (_, prefix) in zip(_databases(path), _RECORDS, strict=True):
        if not leveldb.is_database(folder):
            continue
        for record in leveldb.read(folder).records():
            if record.key.startswith(prefix) and record.value:
                yield folder, text(record.key.removeprefix(prefix)), record.value
