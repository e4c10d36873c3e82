"""Writing and reading an archive; what lies in it is trusted no further than its names are checked.

    manifest.json
    0/Cookies, 0/Cookies-wal        the first thing saved, a file with what belongs to it
    1/leveldb, 1/leveldb/CURRENT    the second, a folder with all that it held

Owners, modes, times and extended attributes stand in the tar headers. Members lie in the manifest's order; an
archive is read in one pass, and nothing but the manifest is ever held in memory.
"""

from __future__ import annotations

import io
import os
import tarfile
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import groupby
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from scrubber import rights
from scrubber.backup import attributes
from scrubber.backup import manifest as manifests
from scrubber.backup.age import Decryptor, Encryptor
from scrubber.errors import ScrubError, UnreadableStore, UsageError, reason_of
from scrubber.files import create_private, open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from scrubber.backup.manifest import Manifest
    from scrubber.backup.state import Part, State
    from scrubber.model import BrowserProfile
    from scrubber.transaction import Change

_MANIFEST = "manifest.json"
_LONGEST_MANIFEST = 1 << 28
_TYPES = {"file": tarfile.REGTYPE, "folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}


def write(
    path: Path,
    passphrase: str,
    profiles: Sequence[BrowserProfile],
    changes: Sequence[Change],
    progress: Callable[[Path], None] = lambda _: None,
) -> None:
    """Save the originals of staged changes in a new file, which the disk has by the end of it.

    Raises ScrubError, and leaves no file, where that fails; UnreadableStore where an original can't be read.
    """
    manifest, originals = manifests.describe(profiles, changes)
    try:
        with rights.ours():
            descriptor = create_private(path)
        try:
            with os.fdopen(descriptor, "wb") as file:
                with rights.ours():
                    path.chmod(0o600)  # whatever the umask took away
                _write(file, passphrase, manifest, originals, progress)
                os.fsync(descriptor)
            with rights.ours():
                _sync_folder(path.parent)
        except BaseException:
            with rights.ours():
                path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ScrubError(f"{path}: no backup could be written ({reason_of(error)})") from error


def _write(
    file: BinaryIO,
    passphrase: str,
    manifest: Manifest,
    originals: Sequence[State],
    progress: Callable[[Path], None],
) -> None:
    encryptor = Encryptor(file, passphrase)
    # tarfile asks of a stream no more than `write`, and of one that it reads no more than `read`.
    with tarfile.open(fileobj=cast("BinaryIO", encryptor), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        content = manifest.to_bytes()
        first = tarfile.TarInfo(_MANIFEST)
        first.size, first.mode = len(content), 0o600
        tar.addfile(first, io.BytesIO(content))
        for number, (saved, original) in enumerate(zip(manifest.saved, originals, strict=True)):
            progress(saved.path)
            for part, name, place in manifests.members(saved, original):
                _add(tar, f"{number}/{name}", part, place)
    encryptor.finish()
    file.flush()


def _add(tar: tarfile.TarFile, name: str, part: Part, path: Path) -> None:
    member = tarfile.TarInfo(name)
    member.type = _TYPES[part.kind]
    member.size, member.mode = part.size, part.mode
    member.uid, member.gid = part.owner, part.group
    member.mtime = part.mtime_ns // 10**9
    member.pax_headers = {"mtime": format(Decimal(part.mtime_ns).scaleb(-9), "f")}  # a float is too coarse
    extended = {key: bytes.fromhex(value) for key, value in part.attributes}
    member.pax_headers |= attributes.to_headers(extended)
    if part.kind == "link":
        member.linkname = part.what
    if part.kind != "file":
        tar.addfile(member)
        return
    with open_regular(path) as file:
        if os.fstat(file.fileno()).st_size != part.size:
            raise UnreadableStore(path, "changed while it was read")
        tar.addfile(member, file)


class Archive:
    """An archive that is being read."""

    def __init__(self, path: Path, content: Decryptor) -> None:
        self._path = path
        self._content = content
        self._tar = tarfile.open(fileobj=cast("BinaryIO", content), mode="r|")  # noqa: SIM115 - holds nothing open
        first = self._tar.next()
        if first is None or first.name != _MANIFEST or first.size > _LONGEST_MANIFEST:
            raise UsageError(f"{path}: not a backup of scrubber's")
        self.manifest = manifests.read(self.content(first).read())

    def originals(self) -> Iterator[tuple[int, Iterator[tuple[tuple[str, ...], tarfile.TarInfo]]]]:
        """By number in the manifest, each with the way to its members below that number; once, in order.

        Raises UsageError where anything is missing or is no part of an archive: then all of it is in doubt.
        """
        expected = 0
        for number, members in groupby(self._members(), key=lambda member: member[0]):
            if number != expected or number >= len(self.manifest.saved):
                raise self.damaged()
            expected += 1
            yield number, ((way, member) for _, way, member in members)
        if expected != len(self.manifest.saved):
            raise self.damaged()
        while self._content.read(1 << 20):
            pass  # only the last chunk proves that nothing was cut off

    def content(self, member: tarfile.TarInfo) -> IO[bytes]:
        """What a file held. Raises UsageError where the member is no file."""
        file = self._tar.extractfile(member) if member.type == tarfile.REGTYPE else None
        if file is None or member.issparse():
            raise self.damaged()
        return file

    def damaged(self) -> UsageError:
        """What to raise for anything unexpected."""
        return UsageError(f"{self._path}: damaged, or not a backup of scrubber's")

    def _members(self) -> Iterator[tuple[int, tuple[str, ...], tarfile.TarInfo]]:
        while member := self._tar.next():
            number, *way = member.name.split("/")
            if not number.isdecimal() or not way or not all(map(_is_name, way)):
                raise self.damaged()
            yield int(number), tuple(way), member


@contextmanager
def opened(path: Path, passphrase: str) -> Iterator[Archive]:
    """An archive to read. Raises UsageError: no such file, no archive, another passphrase, damaged."""
    try:
        with open_regular(path) as file:
            yield Archive(path, Decryptor(file, path, passphrase))
    except UnreadableStore as error:
        if error.path != path:
            raise
        raise UsageError(str(error)) from error
    except (tarfile.TarError, ValueError) as error:
        raise UsageError(f"{path}: damaged, or not a backup of scrubber's") from error


def mtime_ns(member: tarfile.TarInfo) -> int:
    """When it was changed last. Raises ValueError."""
    try:
        return int(Decimal(member.pax_headers["mtime"]).scaleb(9))
    except (KeyError, ArithmeticError) as error:
        raise ValueError from error


def _is_name(text: str) -> bool:
    """Whether a file may be called that, on any system."""
    return text not in ("", ".", "..") and "\0" not in text and (os.sep == "/" or not set(text) & set("\\:"))


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # Windows has no such thing, nor have some network disks
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
