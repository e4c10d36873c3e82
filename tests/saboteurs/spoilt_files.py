"""Saboteurs of files: each writes something else than it should, as like it as can be."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from typing import TYPE_CHECKING, Any

from scrubber.formats import json_text, mozlz4
from scrubber.formats.snss import MARKER, Session, read_session, write_session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.saboteurs.seam import Saboteur, Write

    Change = Callable[[bytes, bytes], bytes]
    """The content that should be written and the original's; gives what is written."""


def nothing(_: Write, before: Path, after: Path) -> None:
    """Write the original once more."""
    if before.is_dir():
        shutil.copytree(before, after)
    else:
        shutil.copyfile(before, after)


def then(change: Change) -> Saboteur:
    """Write what should be, and change it."""

    def sabotaged(write: Write, before: Path, after: Path) -> None:
        write(before, after)
        after.write_bytes(change(after.read_bytes(), before.read_bytes()))

    return sabotaged


def flipped(at: float) -> Change:
    """With one bit turned, this far through the file."""

    def change(content: bytes, _: bytes) -> bytes:
        changed = bytearray(content)
        changed[int(at * (len(content) - 1))] ^= 1
        return bytes(changed)

    return change


OF_BYTES: dict[str, Saboteur] = {
    "nothing removed": nothing,
    "the first bit turned": then(flipped(0)),
    "a bit turned before the middle": then(flipped(0.4)),
    "a bit turned behind the middle": then(flipped(0.7)),
    "the last bit turned": then(flipped(1)),
    "the end cut off": then(lambda content, _: content[:-1]),
    "half of it cut off": then(lambda content, _: content[: len(content) // 2]),
    "a byte more": then(lambda content, _: content + b"\n"),
    "emptied": then(lambda *_: b""),
}
"""Of any file."""


def _line_dropped(content: bytes, _: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:-1])


def _lines_moved(content: bytes, _: bytes) -> bytes:
    first, *rest = content.splitlines(keepends=True)
    return b"".join((first, *reversed(rest)))


def _one_left(content: bytes, original: bytes) -> bytes:
    kept = set(content.splitlines())
    gone = next((line for line in original.splitlines(keepends=True) if line.strip() not in kept), b"")
    return content + gone


OF_LINES: dict[str, Saboteur] = {
    "a line too many": then(_line_dropped),
    "lines in another order": then(_lines_moved),
    "a line that should go left": then(_one_left),
}


def _parsed(change: Callable[[Any, Any], Any]) -> Saboteur:
    """A change of the value of a JSON file, written back as the file was."""

    def changed(content: bytes, original: bytes) -> bytes:
        roots = (json_text.read(_unpacked(each)) for each in (content, original))
        text = json_text.write(change(*roots))
        return mozlz4.write(text) if content.startswith(mozlz4.MAGIC) else text

    return then(changed)


def _unpacked(content: bytes) -> bytes:
    return mozlz4.read(content) if content.startswith(mozlz4.MAGIC) else content


def _without_a_leaf(node: Any, _: Any = None) -> Any:
    """Less the last member of what is first."""
    if isinstance(node, dict):
        name = next((key for key, value in node.items() if isinstance(value, dict | list) and value), None)
        if name is None:
            return dict(list(node.items())[:-1])
        return {key: _without_a_leaf(value) if key == name else value for key, value in node.items()}
    return [_without_a_leaf(node[0]), *node[1:]] if node and isinstance(node[0], dict | list) else node[:-1]


def _reversed(root: Any, _: Any) -> Any:
    return dict(reversed(root.items())) if isinstance(root, dict) else root[::-1]


def _with_member(root: Any, _: Any) -> Any:
    return {**root, "more": 1} if isinstance(root, dict) else [*root, 1]


def _retyped(root: Any, _: Any) -> Any:
    """1 becomes true, which Python takes for the same."""
    spelled = json.dumps(root).replace('"version": 1', '"version": true', 1)
    return json_text.read(spelled.encode()) if "version" in spelled else {**root, "more": True}


def _index_left(root: Any, original: Any) -> Any:
    """A session whose pages went and whose counter stayed."""
    if isinstance(root, dict) and root.get("windows"):
        root["windows"][0]["tabs"][0]["index"] = original["windows"][0]["tabs"][0]["index"]
    return root


def _packed_otherwise(content: bytes, _: bytes) -> bytes:
    return mozlz4.read(content) if content.startswith(mozlz4.MAGIC) else mozlz4.write(content)


def _respelled(content: bytes, _: bytes) -> bytes:
    text = _unpacked(content).replace(b"1e-7", b"1.0e-7")
    return mozlz4.write(text) if content.startswith(mozlz4.MAGIC) else text


OF_JSON: dict[str, Saboteur] = {
    "a value too many": _parsed(_without_a_leaf),
    "keys in another order": _parsed(_reversed),
    "a member more": _parsed(_with_member),
    "1 became true": _parsed(_retyped),
    "a number spelled otherwise": then(_respelled),
    "packed otherwise": then(_packed_otherwise),
    "an index that was not put right": _parsed(_index_left),
}


def _session(change: Callable[[Session, Session], Session]) -> Saboteur:
    return then(
        lambda content, original: write_session(change(read_session(content), read_session(original)))
    )


OF_SNSS: dict[str, Saboteur] = {
    "a record too many": _session(lambda now, _: Session(now.version, now.records[1:], now.rest)),
    "records in another order": _session(lambda now, _: Session(now.version, now.records[::-1], now.rest)),
    "the marker lost": _session(
        lambda now, _: Session(
            now.version, tuple(record for record in now.records if record.command != MARKER), now.rest
        )
    ),
    "another version": _session(lambda now, _: Session(4 - now.version, now.records, now.rest)),
    "what follows the last record lost": _session(lambda now, _: Session(now.version, now.records, b"")),
    "a page left": _session(lambda now, then: Session(now.version, then.records[:-1], now.rest)),
}


def _sealed_index(at: int) -> Saboteur:
    """A field of a simple cache's index changed, under the right checksum."""

    def change(content: bytes, _: bytes) -> bytes:
        payload = bytearray(content[8:])
        payload[at] ^= 1
        return struct.pack("<II", len(payload), zlib.crc32(payload)) + payload

    return then(change)


OF_SIMPLE_INDEXES: dict[str, Saboteur] = {
    "another version": _sealed_index(8),
    "the size of the cache": _sealed_index(21),
    "why it was written": _sealed_index(28),
    "when an entry was used": _sealed_index(32 + 8),
    "the size of an entry": _sealed_index(32 + 17),
    "when the folder was changed": _sealed_index(-8),
}


def _slot_left(content: bytes, original: bytes) -> bytes:
    """The first slot that differs, as it was."""
    size = next(size for size in (286, 1286) if not len(content) % size)
    at = next((at for at in range(0, len(content), size) if content[at] != original[at]), 0)
    return content[:at] + original[at : at + size] + content[at + size :]


OF_SLOTS: dict[str, Saboteur] = {
    "a slot left": then(_slot_left),
    "slots moved together": then(lambda content, _: content.lstrip(b"\0").ljust(len(content), b"\0")),
    "a slot too many": then(
        lambda content, _: content[:-2574].rstrip(b"\0")[:-286].ljust(len(content), b"\0")
    ),
}


def _in_folder(change: Callable[[Path, Path, Path], object]) -> Saboteur:
    """Write the folder as it should be, and change it; given the file before, under its new name, another."""

    def sabotaged(write: Write, before: Path, after: Path) -> None:
        write(before, after)
        renamed = next(file for file in after.iterdir() if not (before / file.name).exists())
        was = next(file for file in before.iterdir() if not (after / file.name).exists())
        other = next(file for file in sorted(after.iterdir()) if file != renamed)
        change(was, renamed, other)

    return sabotaged


def _of_the_new(change: Saboteur) -> Saboteur:
    return _in_folder(lambda was, renamed, _: change(lambda *_: None, was, renamed))


OF_NAMED_COPIES: dict[str, Saboteur] = {
    "nothing removed": nothing,
    "the content as it was": _in_folder(lambda was, new, _: new.write_bytes(was.read_bytes())),
    "the name as it was": _in_folder(lambda was, new, _: new.rename(new.with_name(was.name))),
    "another copy lost": _in_folder(lambda _, __, other: other.unlink()),
    "another copy changed": _in_folder(lambda _, __, other: other.write_bytes(b"{}")),
    "a file more": _in_folder(lambda _, new, __: (new.parent / "x").write_bytes(b"")),
    "a value too many": _of_the_new(OF_JSON["a value too many"]),
    "packed otherwise": _of_the_new(OF_JSON["packed otherwise"]),
}
"""Of a folder with copies whose names tell what is in them."""
