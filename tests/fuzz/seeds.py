"""Sound content of each format, small, from which the search for unsound content starts."""

from __future__ import annotations

import plistlib
import sqlite3
import struct
import tempfile
from contextlib import closing
from pathlib import Path

import cramjam

from scrubber.formats import anonymization_key, mozlz4
from scrubber.formats.leveldb import Record
from tests import backup_files, blockfile_files, cache2_files, leveldb_files, simple_cache_files, snss_files

SAMPLES = Path(__file__).parent.parent / "formats" / "samples"

BORDER = b"\xf5border\xf5"
"""Between the files of a format that takes several."""

BLOCKFILES = ("index", "data_0", "data_1", "data_2", "data_3")
LEVELDB = ("CURRENT", "MANIFEST-000001", "000002.log", "000005.ldb")
DATABASE = ("x", "x-wal", "x-journal")

RECORDS = (Record(b"a key of labs.openai.com", b"value" * 9, 3), Record(b"gone", None, 4))
URL = "https://labs.openai.com/e/1?x=y"


def files(*places: str) -> tuple[bytes, ...]:
    return tuple((SAMPLES / place).read_bytes() for place in places)


def blockfile() -> tuple[bytes, ...]:
    puts = (blockfile_files.Put("key", bucket=3), blockfile_files.Put("long " * 300, (b"x" * 900,), bucket=3))
    with tempfile.TemporaryDirectory() as folder:
        blockfile_files.make(Path(folder) / "cache", puts)
        parts = [Path(folder) / "cache" / name for name in BLOCKFILES]
        return (BORDER.join(part.read_bytes() if part.is_file() else b"" for part in parts),)


def cache2() -> tuple[bytes, ...]:
    written = (SAMPLES / "firefox" / "cache2").iterdir()
    made = (cache2_files.entry(":" + URL, version=version) for version in (1, 3, 4))
    return (*(path.read_bytes() for path in written), *made)


def cache2_index() -> tuple[bytes, ...]:
    return (*files("firefox/cache2-index"), cache2_files.index((URL,)), cache2_files.log((URL,)))


def keys() -> tuple[bytes, ...]:
    texts = (
        URL,
        f"1/0/_dk_s_https://example.org https://example.net {URL}",
        f"_key{URL} \nhttps://example.org/",
        f"O^partitionKey=%28https%2Cexample.org%29&userContextId=2,a,~7,:{URL}",
        "moc.iaenpo.sbal.",
        "https+++labs.openai.com^partitionKey=%28https%2Copenai.com%29",
        "[*.]labs.openai.com:443,*",
        f"https://xn--bcher-kva.example:8443 {anonymization_key.encode('https://openai.com')}",
        "5bb[a`6`2`2@[2=-6u0@;`2",
    )
    return tuple(text.encode() for text in texts)


def data_storage() -> tuple[bytes, ...]:
    return files("firefox/AlternateServices.bin", "firefox/SiteSecurityServiceState.bin")


def json() -> tuple[bytes, ...]:
    return (
        b'{"a":[1,-2.5e7,true,null,"\\ud83d\\u00e9"],"b":{}}',
        mozlz4.read(files("firefox/recovery.jsonlz4")[0]),
    )


def certificates() -> tuple[bytes, ...]:
    """The extension for alternative names, in a sequence around it."""
    name = b"\x82\x0flabs.openai.com"
    names = b"\x30" + bytes((len(name),)) + name
    extension = b"\x06\x03\x55\x1d\x11\x04" + bytes((len(names),)) + names
    return (b"\x30\x82\0" + bytes((len(extension) + 2,)) + b"\x30" + bytes((len(extension),)) + extension,)


def jsonb() -> tuple[bytes, ...]:
    """`{"a":[1,"x"],"b":null}`, and a text with escapes whose size takes a byte of its own."""
    return (b"\xac\x17a\x4b\x131\x17x\x17b\0", b"\xc8\x03a\\n")


def values() -> tuple[bytes, ...]:
    packed = bytes(cramjam.snappy.compress_raw(URL.encode() * 3))
    return (b"\xff\x11\x02" + packed, bytes(cramjam.zstd.compress(URL.encode())), *keys())


def leveldb_parts() -> tuple[bytes, ...]:
    return (
        leveldb_files.log_of(*RECORDS),
        leveldb_files.table(RECORDS),
        leveldb_files.table(RECORDS, leveldb_files.SNAPPY),
        leveldb_files.table(RECORDS, leveldb_files.ZSTANDARD),
        leveldb_files.manifest(log_number=2, tables=((0, 5),)),
    )


def leveldb() -> tuple[bytes, ...]:
    log, table, *_, manifest = leveldb_parts()
    return (BORDER.join((b"MANIFEST-000001\n", manifest, log, table)),)


def metadata_v2() -> tuple[bytes, ...]:
    texts = (b"^userContextId=1", b"https://openai.com", b"https://openai.com^userContextId=1")
    strings = b"".join(struct.pack(">I", len(text)) + text for text in texts)
    return (bytes(8) + bytes(9) + strings + bytes(5), bytes(8) + strings)


def backups() -> tuple[bytes, ...]:
    held = {"prefs.js": b"kept", "places.sqlite": b"SQLite format 3\0" * 9}
    return (backup_files.page(held, chunk=70), backup_files.page(held, '{"salt":"AA=="}'))


def mozlz4_files() -> tuple[bytes, ...]:
    return (mozlz4.write(b"{}"), mozlz4.write(b"abc" * 300), *files("firefox/recovery.jsonlz4"))


def prefs() -> tuple[bytes, ...]:
    lines = (
        '// a comment\nuser_pref("a.b", "it\\"s \\u00e9 \\x41");\r\n',
        'user_pref("c", -12);\nuser_pref("d", true);\n/* more\n*/ broken',
    )
    return tuple(line.encode() for line in lines)


def property_lists() -> tuple[bytes, ...]:
    value = {"a": ["b", b"c", {"d": "e" * 20}], "n": 7}
    return tuple(plistlib.dumps(value, fmt=form) for form in (plistlib.FMT_BINARY, plistlib.FMT_XML))


def protobuf() -> tuple[bytes, ...]:
    return (b"\x08\x96\x01\x12\x07testing\x1d\0\0\0\0\x21\0\0\0\0\0\0\0\0\x1a\x03\x08\x96\x01",)


def simple_cache() -> tuple[bytes, ...]:
    return (simple_cache_files.entry(URL), simple_cache_files.entry(URL, hashed=False))


def simple_index() -> tuple[bytes, ...]:
    return tuple(simple_cache_files.index((URL, "second"), version) for version in (8, 9))


def sessions() -> tuple[bytes, ...]:
    page = snss_files.page(URL, title="title")
    written = ("Session_13439977353718630", "Tabs_13439977353756678")
    made = (snss_files.session((page, page)), snss_files.sealed(3))
    return (*made, *files(*(f"chromium/sessions/{name}" for name in written)))


def databases() -> tuple[bytes, ...]:
    """With a write-ahead log, with a hot journal, with deleted rows; pages as small as can be."""
    with tempfile.TemporaryDirectory() as folder:
        return tuple(_database(Path(folder) / mode / DATABASE[0], mode) for mode in ("wal", "truncate"))


def _database(path: Path, mode: str) -> bytes:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA page_size = 512")
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE t(a TEXT, b BLOB, c REAL, PRIMARY KEY(a)) WITHOUT ROWID")
        database.execute("CREATE TABLE u(a INTEGER PRIMARY KEY, b TEXT); ")
        database.execute("CREATE INDEX i ON u(b)")
        database.executemany(
            "INSERT INTO u VALUES (?, ?)", [(number, URL * number) for number in range(1, 12)]
        )
        database.execute("INSERT INTO t VALUES (?, zeroblob(900), 1.5)", (URL,))
        database.execute("DELETE FROM u WHERE a % 2")
        database.execute(f"PRAGMA journal_mode = {mode}")
        database.execute("PRAGMA cache_size = 1")
        database.execute("BEGIN")
        database.execute("UPDATE u SET b = 'kept.example' WHERE a < 6")
        if mode == "wal":
            database.execute("COMMIT")
        parts = [path.with_name(name) for name in DATABASE]
        return BORDER.join(part.read_bytes() if part.is_file() else b"" for part in parts)


def statements() -> tuple[bytes, ...]:
    return (
        b"CREATE TABLE t(a, b TEXT DEFAULT 'x)', c AS (a + 1) VIRTUAL, PRIMARY KEY(b, a)) WITHOUT ROWID",
        b'CREATE UNIQUE INDEX "i""x" ON [t]("a b" COLLATE NOCASE DESC, lower(b)) WHERE a > 1 -- more',
    )


def tokens() -> tuple[bytes, ...]:
    return files("firefox/ssl_tokens_cache.bin")


def visited() -> tuple[bytes, ...]:
    return (struct.pack("<4sIII8s", b"VLnk", 3, 3, 1, b"saltsalt") + struct.pack("<3Q", 0, 7, 0),)
