"""One remnant of a host in each kind of file that isn't a browser's own, and in each way to nest them."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import plistlib
import random
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from contextlib import closing
from typing import TYPE_CHECKING, Literal

import cramjam

from tests import simple_cache_files
from tests.residue.planted import FILLER, b64, cell, mozlz4, named, page, percent, raw_deflate, url, whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Plant = Callable[[Path, str], None]


def png(kind: bytes, content: bytes) -> bytes:
    """A picture of one pixel with one more chunk."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixel = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(kind, content) + pixel + chunk(b"IEND", b"")


def tape(mode: Literal["w", "w:gz", "w:bz2", "w:xz"], name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def zipped(content: bytes, compression: int = zipfile.ZIP_DEFLATED, name: str = "a") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def listed(*values: object) -> bytes:
    """A binary property list."""
    return plistlib.dumps({"values": list(values)}, fmt=plistlib.FMT_BINARY)


def sqlite(value: str) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE t (a)")
        database.execute("INSERT INTO t VALUES (?)", (value,))
        database.commit()
        return database.serialize()


def zstd(data: bytes) -> bytes:
    return bytes(cramjam.zstd.compress(data))


def snappy(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(data))


def startup(data: bytes) -> bytes:
    """As Firefox writes down what it knows of extensions."""
    return b"mozJSSCLz40v001\0" + mozlz4(data)[8:]


def shortcut(host: str) -> bytes:
    """The parts of a Windows shortcut that name its target: a header, and texts behind their lengths."""
    text = f"--app={url(host)}"
    return b"L\0\0\0\x01\x14\x02\0" + bytes(68) + struct.pack("<H", len(text)) + text.encode("utf-16-le")


def wrapped(host: str) -> bytes:
    """What base64 has the name in two lines of."""
    content = b"x" * (57 - len("https://") - len(host) // 2) + url(host).encode() + b"y" * 40
    assert base64.b64encode(host.encode())[4:12] not in base64.encodebytes(content)
    return content


def script(folder: Path, host: str) -> None:
    """A script that nothing lists any more, with the certificate that it came with."""
    name = b"\x82" + bytes((len(host),)) + host.encode()
    names = b"\x30" + bytes((len(name),)) + name
    certificate = b"\x06\x03\x55\x1d\x11\x04" + bytes((len(names),)) + names
    head = b"HTTP/1.1 200 OK\0\0" + certificate
    (folder / f"{simple_cache_files.name('7')}_0").write_bytes(
        simple_cache_files.entry("7", page(host), head)
    )


def attribute(name: str, on: str = "file") -> Plant:
    def plant(folder: Path, host: str) -> None:
        (folder / on).touch()
        os.setxattr(folder / on, name, url(host).encode())

    return plant


def in_cell(content: Callable[[str], bytes]) -> Plant:
    return lambda folder, host: cell(folder / "x.db", content(host))


PACKED: dict[str, Callable[[str], bytes]] = {
    "bzip2": lambda host: bz2.compress(page(host)),
    "xz": lambda host: lzma.compress(page(host)),
    "LZ4 of its own tool": lambda host: bytes(cramjam.lz4.compress(page(host))),
    "what is known of extensions": lambda host: startup(page(host)),
    "raw Snappy": lambda host: snappy(page(host)),
    "raw Snappy of what starts with a mark": lambda host: snappy(b"\xff\x11\x02" + page(host)),
    "two frames of Zstandard": lambda host: zstd(FILLER) + zstd(page(host)),
    "Zstandard behind a skipped frame": lambda host: b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + zstd(page(host)),
    "gzip in gzip in gzip": lambda host: gzip.compress(gzip.compress(gzip.compress(page(host)))),
    "Zstandard in mozlz4": lambda host: mozlz4(zstd(page(host))),
    "gzip in base64 in gzip": lambda host: gzip.compress(b"x=" + b64(gzip.compress(page(host))) + b";"),
    "UTF-16 in gzip": lambda host: gzip.compress(page(host).decode().encode("utf-16-le")),
    "gzip amid other bytes": lambda host: b"\1\2\3\4" + gzip.compress(page(host)) + b"\5\6",
    "Zstandard amid other bytes": lambda host: b"\1\2\3\4" + zstd(page(host)) + b"\5\6",
    "LZ4 amid other bytes": lambda host: (
        b"\1\2"
        + bytes(cramjam.lz4.compress(FILLER))
        + b"\3"
        + bytes(cramjam.lz4.compress(page(host)))
        + b"\4"
    ),
    "xz amid other bytes": lambda host: b"\1\2\3\4" + lzma.compress(page(host)) + b"\5\6",
    "bzip2 amid other bytes": lambda host: b"\1\2\3\4" + bz2.compress(page(host)) + b"\5\6",
    "zlib amid other bytes": lambda host: b"\1\2x^y = 1\3" + zlib.compress(page(host)) + b"\5\6",
    "zlib of another level amid other bytes": lambda host: b"\1\2" + zlib.compress(page(host), 1) + b"\5",
    "mozlz4 amid other bytes": lambda host: b"\1\2\3\4" + mozlz4(page(host)) + b"\5\6",
    "what is known of extensions amid other bytes": lambda host: b"\1" + startup(page(host)) + b"\5\6",
    "archive": lambda host: zipped(page(host)),
    "name in an archive": lambda host: zipped(b"x", name=f"https+++{host}/ls"),
    "archive in an archive": lambda host: zipped(zipped(page(host))),
    "gzip in an archive": lambda host: zipped(gzip.compress(page(host))),
    "database in gzip": lambda host: gzip.compress(sqlite(url(host))),
    "database in an archive": lambda host: zipped(sqlite(url(host))),
    "property list": lambda host: listed(f"https://{host}", "Zebra", 1),
    "property list, UTF-16": lambda host: listed(f"\u770b https://{host}", "Zebra"),
    "property list, long text": lambda host: listed("x" * 400 + f" https://{host}", "Zebra"),
    "property list with gzip": lambda host: listed(gzip.compress(page(host)), "Zebra"),
    "PNG with a packed text": lambda host: png(b"zTXt", b"Source\0\0" + zlib.compress(page(host))),
    "PNG with an international text": lambda host: png(
        b"iTXt", b"XML:com.adobe.xmp\0\1\0en\0XMP\0" + zlib.compress(page(host))
    ),
}
"""Contents that say what they are, or that a value is."""


def split_keys(host: str) -> bytes:
    """As Chromium's preferences name the window of an app: a step for each dot."""
    node: dict[str, object] = {"left": 10}
    for step in reversed(f"{host}_/e/1".split(".")):
        node = {step: node}
    return json.dumps({"browser": {"app_window_placement": node}, "list": [{"a": {"b": "c.d"}}]}).encode()


FILES: dict[str, Plant] = {
    "keys split at the dots": whole(split_keys),
    **{f"{kind}, file": whole(content) for kind, content in PACKED.items()},
    **{f"{kind}, cell": in_cell(content) for kind, content in PACKED.items()},
    "tape archive": whole(lambda host: tape("w", "a", page(host))),
    "tape archive, gzip": whole(lambda host: tape("w:gz", "a", page(host))),
    "tape archive, bzip2": whole(lambda host: tape("w:bz2", "a", page(host))),
    "tape archive, xz": whole(lambda host: tape("w:xz", "a", page(host))),
    "gzip in a tape archive": whole(lambda host: tape("w", "a.gz", gzip.compress(page(host)))),
    "name in a tape archive": whole(lambda host: tape("w", f"https+++{host}/ls", b"x")),
    "archive by bzip2": whole(lambda host: zipped(page(host), zipfile.ZIP_BZIP2)),
    "archive by LZMA": whole(lambda host: zipped(page(host), zipfile.ZIP_LZMA)),
    "archive behind a program": whole(lambda host: b"MZ" + bytes(300) + zipped(page(host))),
    "extension as Chromium packs it": whole(
        lambda host: b"Cr24\3\0\0\0\4\0\0\0head" + zipped(page(host)), "a.crx"
    ),
    "PNG with a text": whole(lambda host: png(b"tEXt", b"Source\0" + url(host).encode())),
    "shortcut": whole(shortcut),
    "key of Chromium's IndexedDB": whole(
        lambda host: b"\0\0\0\0\xc9\x19" + f"https_{host}_0@1".encode("utf-16-be") + b"\1\0a"
    ),
    "UTF-16 reversed": whole(lambda host: f".{host[::-1]}."[1:].encode("utf-16-le")),
    "percent-encoded UTF-16": whole(
        lambda host: "".join(f"%{byte:02X}" for byte in url(host).encode("utf-16-le")).encode()
    ),
    "hex": whole(lambda host: b"x'" + url(host).encode().hex().encode() + b"'"),
    "hex behind a digit": whole(lambda host: b"f" + url(host).encode().hex().upper().encode() + b"Z"),
    "UTF-16 in hex": whole(lambda host: url(host).encode("utf-16-le").hex().encode()),
    "gzip in hex": whole(lambda host: b"X'" + gzip.compress(page(host)).hex().encode() + b"'"),
    "base64 in lines": whole(lambda host: base64.encodebytes(wrapped(host))),
    "base64 in lines of a message": whole(
        lambda host: b"Content: x\r\n\r\n" + base64.encodebytes(wrapped(host)).replace(b"\n", b"\r\n")
    ),
    "base64 in lines in JSON": whole(
        lambda host: json.dumps({"a": base64.encodebytes(wrapped(host)).decode()}).encode()
    ),
    "gzip in base64 in lines": whole(lambda host: base64.encodebytes(gzip.compress(page(host)))),
    "orphan script of a service worker": script,
    "JSON in JSON": whole(lambda host: json.dumps(json.dumps({"u": url(host)})).replace("/", "\\/").encode()),
    "base64 in base64 in a URL": whole(lambda host: percent(b64(b64(url(host).encode())).decode()).encode()),
    "page in base64 in JSON": whole(
        lambda host: json.dumps({"a": "data:;base64," + b64(gzip.compress(page(host))).decode()}).encode()
    ),
    "folder of an extension": named(lambda host: f"chrome-extension_{host}_0.indexeddb.leveldb"),
    "folder of an origin of Chromium": named(lambda host: f"https_{host}_0.indexeddb.leveldb"),
    "folder of an origin with a port": named(lambda host: f"https+++{host}+8443^userContextId=2"),
    "folder of a partition": named(lambda host: f"https+++shop.example^partitionKey=%28https%2C{host}%29"),
    "address it was downloaded from": attribute("user.xdg.origin.url"),
    "address of the page before": attribute("user.xdg.referrer.url"),
}
"""By what each is: how to plant the host's own remnant in a folder."""

WORDS = b64(random.Random(3).randbytes(6000))
UNLABELLED: dict[str, Callable[[str], bytes]] = {
    "raw deflate": lambda host: raw_deflate(page(host) + WORDS),
    "Brotli": lambda host: bytes(cramjam.brotli.compress(page(host) + WORDS)),
}
"""What nothing in it tells from chance, so that nobody can take it apart."""
