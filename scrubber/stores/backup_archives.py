"""Firefox's backups, each a copy of a whole profile in one file: reported, never touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, read_regular
from scrubber.formats import backup_archive
from scrubber.formats.damaged import Damaged
from scrubber.model import Look, Standing, Trace
from scrubber.stores.placed import Whole
from scrubber.stores.whole_files import unpacked

if TYPE_CHECKING:
    from pathlib import Path


class BackupArchives(Whole):
    """A file that is restored as it is, and may be of any profile."""

    holds = ("history",)
    source = "browser/components/backup/Archive.worker.mjs"

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The file, where one of those in it names the target."""
        if kind(path) != "file" or not look.policy.wants("history"):
            return ()
        content = read_regular(path)
        if backup_archive.is_encrypted(content):
            raise UnreadableStore(path, "a backup with a password: nobody else can see what it holds")
        try:
            archive = backup_archive.archive(content)
        except Damaged as error:
            raise UnreadableStore(path, str(error)) from error
        if not look.target.mentions(unpacked(archive)):
            return ()
        return (Trace("", path.name, Standing.KEPT, path.name, "history"),)
