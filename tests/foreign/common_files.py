"""Formats that are not a browser's own, as others' libraries or their public descriptions have them."""

from __future__ import annotations

import base64
import io
import ipaddress
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from google.protobuf.empty_pb2 import Empty
from google.protobuf.unknown_fields import UnknownFieldSet

if TYPE_CHECKING:
    from typing import BinaryIO

_FIXED = {1: 8, 5: 4}


def protobuf(message: bytes) -> list[tuple[int, int | bytes]]:
    """Number and content of every field, by Google's own library; ValueError where one is a group."""
    found: list[tuple[int, int | bytes]] = []
    for one in UnknownFieldSet(Empty.FromString(message)):
        if one.wire_type in _FIXED:
            found.append((one.field_number, one.data.to_bytes(_FIXED[one.wire_type], "little")))
        elif isinstance(one.data, int | bytes):
            found.append((one.field_number, one.data))
        else:
            raise ValueError("a group")
    return found


def property_list(content: bytes) -> set[bytes]:
    """Every key, text and data of a list, binary (CFBinaryPList.c) or XML."""
    if content.startswith(b"bplist00"):
        return _binary(content)
    found = set()
    for element in ET.fromstring(content).iter():  # noqa: S314 - the tests' own
        if element.tag == "data":
            found.add(base64.b64decode(element.text or ""))
        elif element.tag in ("key", "string"):
            found.add((element.text or "").encode())
    return found


def _binary(content: bytes) -> set[bytes]:
    """Object by object, whatever refers to it: a list holds no objects that nothing refers to."""
    trailer = content[-32:]
    width, count = trailer[6], int.from_bytes(trailer[8:16], "big")
    table = int.from_bytes(trailer[24:], "big")
    found = set()
    for place in range(count):
        start = table + place * width
        at = int.from_bytes(content[start : start + width], "big")
        kind, length = divmod(content[at], 16)
        at += 1
        if length == 15 and kind in (4, 5, 6):
            size = 1 << (content[at] & 15)
            length = int.from_bytes(content[at + 1 : at + 1 + size], "big")
            at += 1 + size
        if kind in (4, 5):
            found.add(content[at : at + length])
        elif kind == 6:
            found.add(content[at : at + 2 * length].decode("utf-16-be").encode())
    return found


class Place(NamedTuple):
    """Scheme, host, port and rest of a URL."""

    scheme: str
    host: str
    port: int | None
    rest: str


def url(text: str) -> Place:
    """By Python's own library, addresses in their shortest form."""
    parts = urlsplit(text)
    host = (parts.hostname or "").removesuffix(".")
    if ":" in host:
        host = str(ipaddress.ip_address(host))
    authority = text.index("//") + 2
    return Place(parts.scheme, host, parts.port, text[authority + len(parts.netloc) :])


def jsonb(blob: bytes) -> object:
    """A value of SQLite's binary JSON (https://sqlite.org/jsonb.html), as Python has it from `json.loads`."""
    file = io.BytesIO(blob)
    found = _jsonb(file)
    assert not file.read()
    return found


def _jsonb(file: BinaryIO) -> object:
    head = file.read(1)[0]
    kind, size = head % 16, head // 16
    if size > 11:
        width = 1 << (size - 12)
        digits = file.read(width)
        assert len(digits) == width
        size = int.from_bytes(digits, "big")
    payload = file.read(size)
    assert len(payload) == size
    inside = io.BytesIO(payload)
    if kind in (11, 12):
        items = []
        while inside.tell() < size:
            items.append(_jsonb(inside))
        return items if kind == 11 else dict(zip(items[::2], items[1::2], strict=True))
    if kind in (7, 10):
        return payload.decode("utf-8", "surrogatepass")
    spelled = {0: b"null", 1: b"true", 2: b"false", 3: payload, 5: payload, 8: b'"' + payload + b'"'}
    return json.loads(spelled[kind])


def json_leaves(text: str) -> list[tuple[tuple[str | int, ...], str | int | float | bool | None]]:
    """Path and value of all that is no list and no object, as SQLite takes JSON apart, in its order."""
    found = []
    paths: dict[int | None, tuple[str | int, ...]] = {None: ()}
    with closing(sqlite3.connect(":memory:")) as database:
        rows = database.execute("SELECT id, parent, key, type, atom FROM json_tree(?)", (text,))
        for number, parent, key, kind, atom in rows:
            paths[number] = paths[parent] + (() if key is None else (key,))
            if kind not in ("array", "object"):
                found.append((paths[number], kind == "true" if kind in ("true", "false") else atom))
    return found
