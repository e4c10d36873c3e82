"""One remnant of a host in an otherwise empty folder, in every form that the sweep knows: written by the
formats' descriptions alone, with nothing of the sweep's own."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import sqlite3
import struct
import zipfile
import zlib
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

import cramjam
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

from scrubber.formats.cache2.key import file_name
from scrubber.formats.leveldb.batch import write_batch
from scrubber.formats.leveldb.coding import Record, varint
from scrubber.formats.persistent_cache import file_stem
from tests import blockfile_files, cache2_files, leveldb_files, simple_cache_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OTHER = "https://www.example.org/page"
FILLER = b"".join(b"line %d of a page that says little\n" % number for number in range(200))


def url(host: str) -> str:
    return f"https://{host}/e/1"


def page(host: str) -> bytes:
    """A text in which packing leaves no name in clear: parts of it stand there before."""
    parts = "".join(f"https://{host[:cut]}x {host[cut:]} " for cut in range(3, len(host), 3)).encode()
    return FILLER + parts + f"<a href='{url(host)}'>".encode() + FILLER


def b64(data: bytes) -> bytes:
    return base64.b64encode(data)


def framed(data: bytes) -> bytes:
    """As Firefox frames it: the checksum isn't the one that the format asks for."""
    block = bytes(cramjam.snappy.compress_raw(data))
    return b"\xff\x06\0\0sNaPpY\0" + (len(block) + 4).to_bytes(3, "little") + b"\1\2\3\4" + block


def mozlz4(data: bytes) -> bytes:
    return b"mozLz40\0" + bytes(cramjam.lz4.compress_block(data, store_size=True))


def sealed(data: bytes, password: bytes = b"peanuts") -> bytes:
    """What OSCrypt makes of data where there is no keyring."""
    key = hashlib.pbkdf2_hmac("sha1", password, b"saltysalt", 1, 16)
    encryptor = Cipher(AES128(key), CBC(b" " * 16)).encryptor()
    pad = 16 - len(data) % 16
    return b"v10" + encryptor.update(data + bytes((pad,)) * pad) + encryptor.finalize()


def pickled(text: str) -> bytes:
    raw = text.encode()
    padded = raw + bytes(-len(raw) % 4)
    return struct.pack("<II", 4 + len(padded), len(raw)) + padded


def cell(path: Path, value: bytes | str | int) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (id TEXT, value)")
        database.executemany("INSERT INTO t VALUES ('x', ?)", [(1,), (value,), (b"\0" * 30,)])
        database.commit()


def whole(content: Callable[[str], bytes], name: str = "file") -> Callable[[Path, str], None]:
    return lambda folder, host: void((folder / name).write_bytes(content(host)))


def named(name: Callable[[str], str]) -> Callable[[Path, str], None]:
    return lambda folder, host: (folder / name(host)).mkdir()


def void(_: object) -> None:
    pass


def log(content: Callable[[str], list[bytes]], name: str = "000003.log") -> Callable[[Path, str], None]:
    return whole(lambda host: leveldb_files.log(*content(host)), name)


def across_blocks(host: str) -> bytes:
    """A log whose record has the border of two blocks in the middle of the name."""
    name = url(host).encode()
    before = (1 << 15) - 7 - len("https://") - len(host) // 2
    value = b"x" * (before - 12 - 1 - 2 - 3) + name
    records = leveldb_files.log_of(Record(b"k", value, 7))
    assert host.encode() not in records
    return records


def shared_prefix(host: str) -> bytes:
    half = len(host) // 2
    keys = [
        leveldb_files.entry(f"_https://{host[:half]}zz".encode() + b"\1" + bytes(7), b"1"),
        leveldb_files.entry(host[half:].encode() + b"\1\1" + bytes(6), b"2", shared=9 + half),
    ]
    table = leveldb_files.table_of_blocks([leveldb_files.block(keys)])
    assert host.encode() not in table
    return table


def packed_table(compression: int) -> Callable[[str], bytes]:
    return lambda host: leveldb_files.table([Record(b"key", page(host), 1)], compression)


def manifest(host: str) -> list[bytes]:
    key = f"_https://{host}".encode() + b"\1" + bytes(7)
    return [b"\x07\x00\x05\x09" + bytes((len(key),)) + key + bytes((len(key),)) + key]


def idb_value(host: str) -> list[bytes]:
    value = b"\x01\xff\x11\x02" + bytes(cramjam.snappy.compress_raw(page(host)))
    return [struct.pack("<QI", 1, 1) + b"\x01\x01k" + varint(len(value)) + value]


def session(host: str) -> bytes:
    title = host.encode("utf-16-le")
    payload = pickled(OTHER) + struct.pack("<i", len(host)) + title
    return b"SNSS" + struct.pack("<iHB", 3, 1 + len(payload), 6) + payload


def sealed_session(host: str) -> bytes:
    record = sealed(b"\x06" + pickled(url(host)))
    return b"SNSS" + struct.pack("<iI", 5, len(record)) + record


def tickets(host: str) -> bytes:
    return b"STCF\x02" + zlib.compress(f"tlsflags0x00000000:{host}:443".encode() + FILLER)


def simple(folder: Path, host: str) -> None:
    key = f"1/0/_dk_https://{host} https://{host} {url(host)}"
    (folder / f"{simple_cache_files.name(key)}_0").write_bytes(
        simple_cache_files.entry(key, b"body", b"head")
    )


def simple_index(folder: Path, host: str) -> None:
    (folder / "the-real-index").write_bytes(
        simple_cache_files.index(
            [f"1/0/_dk_https://openai.com https://openai.com https://{host}/", "https://example.org/"]
        )
    )


def body(coding: str, pack: Callable[[bytes], bytes]) -> Callable[[Path, str], None]:
    """Another site's page which names the host, packed as a server sends it."""

    def plant(folder: Path, host: str) -> None:
        head = f"HTTP/1.1 200\0content-type:text/html\0Content-Encoding: {coding}\0\0".encode()
        entry = simple_cache_files.entry(OTHER, pack(page(host)), head)
        assert host.encode() not in entry or coding == "identity"
        (folder / f"{simple_cache_files.name(OTHER)}_0").write_bytes(entry)

    return plant


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def blockfile(*puts: Callable[[str], blockfile_files.Put]) -> Callable[[Path, str], None]:
    return lambda folder, host: blockfile_files.make(folder, [put(host) for put in puts])


def blockfile_body(size: int) -> Callable[[str], blockfile_files.Put]:
    def put(host: str) -> blockfile_files.Put:
        text = page(host) + hashlib.shake_256(b"noise").digest(size)
        head = b"HTTP/1.1 200\0content-encoding:br\0\0"
        return blockfile_files.Put(OTHER, (head, bytes(cramjam.brotli.compress(text))))

    return put


def free_block(folder: Path, host: str) -> None:
    blockfile_files.make(folder, [blockfile_files.Put(OTHER, (b"head", b"body"))])
    with (folder / "data_1").open("r+b") as file:
        file.seek(-256, 2)
        file.write(b"\0" * 96 + url(host).encode())


def cache2(folder: Path, host: str) -> None:
    (folder / file_name(f":{url(host)}".encode())).write_bytes(cache2_files.entry(f":{url(host)}"))


def cache2_body(folder: Path, host: str) -> None:
    elements = {"response-head": "HTTP/2 200 \r\nContent-Encoding: br\r\n", "alt-data": "1;{},javascript"}
    packed = bytes(cramjam.brotli.compress(page(host)))
    elements["alt-data"] = elements["alt-data"].format(len(packed))
    content = cache2_files.entry(f":{OTHER}", packed + b"compiled", elements=elements)
    (folder / file_name(f":{OTHER}".encode())).write_bytes(content)


def cache2_encrypted(folder: Path, host: str) -> None:
    secret = bytes(range(32))
    prefs = f'user_pref("browser.cache.disk.encryption.key", "{b64(secret).decode()}");\n'
    (folder / "prefs.js").write_text(prefs)
    key = f":{url(host)}"
    content = cache2_files.entry(key, secret=secret)
    (folder / file_name(key.encode())).write_bytes(content)


def archive(folder: Path, host: str) -> None:
    with zipfile.ZipFile(folder / "report.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("log.txt", page(host))


def hsts(host: str) -> bytes:
    wire = b"".join(bytes((len(label),)) + label.encode() for label in host.split(".")) + b"\0"
    return json.dumps({"sts": [{"host": b64(hashlib.sha256(wire).digest()).decode()}]}).encode()


def visited_links(host: str) -> bytes:
    salt = b"saltsalt"
    digest = hashlib.md5(salt + f"https://{host}/".encode()).digest()
    return b"VLnk" + struct.pack("<III", 3, 3, 1) + salt + bytes(8) + digest[:8] + bytes(8)


def app_id(host: str) -> str:
    digest = hashlib.sha256(hashlib.sha256(f"https://{host}/".encode()).digest()).hexdigest()[:32]
    return "_crx_" + "".join(chr(ord("a") + int(digit, 16)) for digit in digest)


def mozilla_hash(text: str) -> int:
    """As Firefox hashes a URL; one without a scheme has 32 bits."""

    def part(data: bytes) -> int:
        number = 0
        for byte in data:
            number = (((number << 5 | number >> 27) & 0xFFFFFFFF) ^ byte) * 0x9E3779B9 % (1 << 32)
        return number

    prefix = (part(b"https") & 0xFFFF) << 32 if text.startswith("https:") else 0
    return prefix + part(text.encode())


def url_id(host: str) -> int:
    digest = hashlib.md5(f"https://{host}/favicon.ico".encode()).digest()
    return int(struct.unpack("<q", digest[:8])[0])


def md5(text: str) -> bytes:
    return hashlib.md5(text.encode()).digest()


def interleaved(name: str) -> str:
    order = [name[at // 2] if at % 2 == 0 else name[-1 - at // 2] for at in range(len(name))]
    return "2918063365" + "".join(order)


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


def percent(text: str) -> str:
    return "".join(f"%{ord(letter):02X}" for letter in text)


def cut_in_half(folder: Path, host: str) -> None:
    """The beginning of a record whose end a crash prevented, the name across two blocks."""
    content = across_blocks(host)
    (folder / "000007.log").write_bytes(content[: content.rindex(b"/e/1")])


NAMES: dict[str, Callable[[Path, str], None]] = {
    "log record": log(lambda host: [write_batch([Record(url(host).encode(), b"", 1)], 1)]),
    "log record across two blocks": whole(across_blocks, "000003.log"),
    "log without its own name": whole(across_blocks, "lost"),
    "tombstone": log(lambda host: [write_batch([Record(f"_https://{host}".encode(), None, 1)], 1)]),
    "torn log": cut_in_half,
    "table with Snappy": whole(packed_table(leveldb_files.SNAPPY), "000005.ldb"),
    "table with Zstandard": whole(packed_table(leveldb_files.ZSTANDARD), "000005.ldb"),
    "key behind a shared prefix": whole(shared_prefix, "000005.ldb"),
    "table without its own name": whole(shared_prefix, "lost"),
    "key range of a manifest": log(manifest, "MANIFEST-000001"),
    "LOG": whole(lambda host: f"2026/11/24-06:00 Reusing /x/https_{host}_0.indexeddb\n".encode(), "LOG"),
    "IndexedDB value with Snappy": log(idb_value),
    "session": whole(session),
    "sealed session": whole(sealed_session),
    "sealed bookmarks": whole(lambda host: sealed(json.dumps({"url": url(host)}).encode())),
    "TLS tickets": whole(tickets),
    "key of a simple cache": simple,
    "key of a block file": blockfile(lambda host: blockfile_files.Put(url(host), (b"head", b"body"))),
    "long key of a block file": blockfile(
        lambda host: blockfile_files.Put(f"https://example.org/?{'x' * 1000}&{url(host)}", (b"", b""))
    ),
    "evicted key of a block file": blockfile(
        lambda host: blockfile_files.Put(url(host), (), state=1, list=4)
    ),
    "free block": free_block,
    "key of cache2": cache2,
    "encrypted entry of cache2": cache2_encrypted,
    "mozlz4": whole(lambda host: mozlz4(page(host))),
    "gzip": whole(lambda host: gzip.compress(page(host))),
    "several gzip members": whole(lambda host: gzip.compress(FILLER) + gzip.compress(page(host))),
    "zlib": whole(lambda host: zlib.compress(page(host))),
    "Zstandard": whole(lambda host: bytes(cramjam.zstd.compress(page(host)))),
    "framed Snappy": whole(lambda host: framed(page(host))),
    "archive": archive,
    "cell with raw Snappy": lambda folder, host: cell(
        folder / "x.db", bytes(cramjam.snappy.compress_raw(page(host)))
    ),
    "cell with Zstandard": lambda folder, host: cell(
        folder / "x.db", bytes(cramjam.zstd.compress(page(host)))
    ),
    "cell with every byte one more": lambda folder, host: cell(
        folder / "x.db", b"\x30" + bytes(byte + 1 for byte in url(host).encode()) + b"\0"
    ),
    "cell with base64": lambda folder, host: cell(folder / "x.db", "x:" + b64(url(host).encode()).decode()),
    "pickle": whole(lambda host: struct.pack("<I", 99) + pickled(f"https://{host}") + b"jk"),
    "protobuf": whole(lambda host: b"\x0a" + bytes((len(host),)) + host.encode() + b"2\x03abc"),
    "UTF-16 little endian": whole(lambda host: b"\x00" + url(host).encode("utf-16-le")),
    "UTF-16 big endian": whole(lambda host: b"\x00\x17" + url(host).encode("utf-16-be")),
    "reversed": whole(lambda host: f"1|{host[::-1]}.|2".encode()),
    "escaped": whole(lambda host: json.dumps({"a": 1})[:-1].encode() + f', "{escaped(host)}": 1}}'.encode()),
    "percent-encoded letters": whole(lambda host: f"?u={percent(host)}&".encode()),
    "percent-encoded three times": whole(lambda host: quote(quote(percent("/" + host))).encode()),
    "base64": whole(lambda host: b'{"k":"' + b64(url(host).encode()) + b'"}'),
    "base64 behind a letter": whole(lambda host: b"data" + b64(url(host).encode())),
    "base64 for URLs": whole(
        lambda host: b"k=" + base64.urlsafe_b64encode(b"\xff\xfe\xfd" + url(host).encode()).rstrip(b"=")
    ),
    "pickle in base64": whole(lambda host: b'["' + b64(pickled(f"https://{host}")) + b'",false,0]'),
    "UTF-16 in base64": whole(lambda host: b64(b"\xfe" + url(host).encode("utf-16-le"))),
    "base64 in UTF-16": whole(lambda host: b"\1" + b64(url(host).encode()).decode().encode("utf-16-le")),
    "base64 in UTF-16 big endian": whole(lambda host: b64(url(host).encode()).decode().encode("utf-16-be")),
    "base64 three times": whole(lambda host: b64(b64(b64(url(host).encode())))),
    "JSON in base64 in a URL": whole(
        lambda host: b"?s=" + quote(b64(json.dumps({"u": escaped(host)}).encode() + b"?>~")).encode()
    ),
    "base64 in a URL in JSON": whole(
        lambda host: json.dumps(json.dumps({"u": quote(b64(b"~?>" + host.encode()), safe="")})).encode()
    ),
    "gzip in base64": whole(lambda host: b'"' + b64(gzip.compress(page(host))) + b'"'),
    "zlib in base64 in JSON": whole(
        lambda host: b'"' + b64(zlib.compress(page(host))).replace(b"/", b"\\/") + b'"'
    ),
    "name of a folder": named(lambda host: f"https+++{host}"),
    "name in base64": named(
        lambda host: "ce_" + b64(f"a,\thttps://{host}".encode()).decode().replace("/", "-")
    ),
    "name with escapes": named(percent),
    "name in rotated letters": named(lambda host: file_stem(f"https://{host}/") + ".db"),
    "name of interleaved letters": named(lambda host: interleaved(host) + ".sqlite"),
}
"""By what each is: how to plant the host's own remnant in a folder."""

HASHES: dict[str, Callable[[Path, str], None]] = {
    "HSTS": whole(hsts),
    "Site Characteristics": log(lambda host: [write_batch([Record(md5(host).hex().encode(), b"x", 1)], 1)]),
    "folder of CacheStorage": named(lambda host: hashlib.sha1(f"https_{host}_0".encode()).hexdigest()),
    "folder of a background fetch": named(
        lambda host: hashlib.sha1(f"https_{host}_0-1".encode()).hexdigest()
    ),
    "visited links": whole(visited_links),
    "number in ukm_db": lambda folder, host: cell(folder / "x.db", url_id(host)),
    "url_hash": lambda folder, host: cell(folder / "x.db", mozilla_hash(f"https://{host}/")),
    "thumbnail": named(lambda host: md5(f"https://{host}/").hex() + ".png"),
    "blocked tile": whole(
        lambda host: json.dumps({"x": json.dumps({b64(md5(f"https://{host}/")).decode(): 1})}).encode()
    ),
    "tombstone of a preview": lambda folder, host: cell(
        folder / "x.db", hashlib.sha256(f"https://{host}/".encode()).hexdigest()
    ),
    "manifest of a web app": named(
        lambda host: (
            b64(hashlib.sha256(f"https://{host}/manifest.json".encode()).digest()).decode().replace("/", "-")
            + ".json"
        )
    ),
    "web app": whole(lambda host: f'{{"app": "{app_id(host)}"}}'.encode()),
    "index of a simple cache": simple_index,
    "name of a simple cache's entry": named(
        lambda host: f"todelete_{simple_cache_files.name(f'https://{host}/')}_0_1"
    ),
    "index of cache2": whole(
        lambda host: cache2_files.index(
            [f"O^partitionKey=%28https%2Copenai.com%29,:https://{host}/favicon.ico"]
        ),
        "index",
    ),
    "log of cache2's index": whole(lambda host: cache2_files.log([f":https://{host}/"]), "index.log"),
}
"""Hashed forms; a look-alike's hash is another one."""

BODIES: dict[str, Callable[[Path, str], None]] = {
    "plain": body("identity", bytes),
    "gzip": body("gzip", gzip.compress),
    "deflate": body("deflate", zlib.compress),
    "raw deflate": body("deflate", raw_deflate),
    "Brotli": body("br", lambda data: bytes(cramjam.brotli.compress(data))),
    "Zstandard": body("zstd", lambda data: bytes(cramjam.zstd.compress(data))),
    "Brotli of gzip": body("gzip, br", lambda data: bytes(cramjam.brotli.compress(gzip.compress(data)))),
    "block file": blockfile(blockfile_body(5000)),
    "file of a block file": blockfile(blockfile_body(20000)),
    "cache2": cache2_body,
}
"""Pages of another site, which only mention the host."""
