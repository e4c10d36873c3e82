"""What names the target in Chromium without spelling it: hashes, numbers, and the site that framed others.

Only who knows an address, a key or a number finds its hash. So they are collected from the home as it was
before, and every hash that Chromium makes of one is looked for in every file afterwards. Nothing here is
shared with what it judges.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.browsers import evidence
from tests.browsers.chromium_packed import cached
from tests.browsers.hosts import TARGETS
from tests.browsers.kept_files import leaves, records
from tests.browsers.neighbours import of_target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_NAMES = "|".join(re.escape(host) for host in TARGETS)
_HOST = re.compile(rf"(?:[a-z0-9-]+\.)*(?:{_NAMES})(?![A-Za-z0-9-]|\.[a-z])".encode())
_ADDRESS = re.compile(rf"https://(?:{_NAMES})(?:/[A-Za-z0-9/_.%?=&-]*)?(?![A-Za-z0-9.-])".encode())
_ENTRY = re.compile(r"[0-9a-f]{16}_[01s]")
_CODE = re.compile(rb"[0-9A-F]{64}")
_U32 = 0xFFFFFFFF


@dataclass(frozen=True)
class Known:
    """What was the target's in a home before."""

    hosts: frozenset[str]
    addresses: frozenset[str]
    keys: frozenset[tuple[str, bytes]]
    """Of entries of simple caches, each with the cache's folder: numbers are another's in another profile."""


def known(home: Path) -> Known:
    """All that any file of a home tells of the target, packed or not."""
    hosts, addresses = set(TARGETS), {f"https://{host}/" for host in TARGETS}
    for _, content in evidence.contents(home):
        addresses.update(match[0].decode() for match in _ADDRESS.finditer(content))
        hosts.update(match[0].decode() for match in _HOST.finditer(content))
    return Known(frozenset(filter(_is_below, hosts)), frozenset(addresses), frozenset(_keys(home)))


def hashed(home: Path, what: Known) -> list[str]:
    """Where the hash of a host, an address or a key is: `Default/Preferences: md5 of https://…`."""
    texts = dict(_texts(what))
    numbers = dict(_numbers(what))
    hashes = {(folder, _hash(key)): key for folder, key in what.keys}
    found: set[str] = set()
    for path, content in evidence.contents(home):
        shown = path.relative_to(home).as_posix()
        words = {word for text in (content, shown.encode()) for word in _WORD.findall(text)}
        found |= {f"{shown}: {texts[word]}" for word in words & texts.keys()}
        if content.startswith(b"SQLite format 3\0") or path.name.endswith("-wal"):
            found |= {f"{shown}: {told}" for number, told in numbers.items() if number in content}
    for path in _files(home):
        shown = path.relative_to(home).as_posix()
        found |= {f"{shown}: hash of {hashes[each]!r}" for each in _entries(home, path) if each in hashes}
        found |= {f"{shown}: {told}" for told in _told(path, what)}
    return sorted(found)


def framed(home: Path) -> list[str]:
    """Rows, records, leaves and cache keys of others that say that the target's site framed them."""
    found = []
    for table, content in evidence.tables(home).items():
        found += [f"{table}: {row!r:.200}" for row in content.rows if of_target(*row)]
    for current in home.rglob("CURRENT"):
        shown = current.parent.relative_to(home).as_posix()
        if "IndexedDB/" not in shown:  # the order of its keys is Chromium's own
            pairs = records(current.parent).items()
            found += [f"{shown}: {key!r:.200}" for key, value in pairs if of_target(key, value)]
    for path in _files(home):
        shown = path.relative_to(home).as_posix()
        if path.name in _SETTINGS:
            found += [
                f"{shown}: {leaf:.200}" for leaf in leaves(path.read_bytes()) if of_target(leaf.encode())
            ]
        elif _ENTRY.fullmatch(path.name) and of_target(key := cached(path.read_bytes())[0]):
            found.append(f"{shown}: {key!r:.200}")
    return found


_SETTINGS = ("Preferences", "Network Persistent State", "TransportSecurity")
_WORD = re.compile(
    # MD5 and SHA-1 in hexadecimal and apps' letters; SHA-256 in hexadecimal; SHA-256 in base64
    rb"(?<![A-Za-z0-9+/])(?:[0-9a-p]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=)(?![A-Za-z0-9+/])"
)


def _is_below(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in TARGETS)


def _files(home: Path) -> Iterator[Path]:
    return (path for path in sorted(home.rglob("*")) if path.is_file() and not path.is_symlink())


def _texts(what: Known) -> Iterator[tuple[bytes, str]]:
    for host in what.hosts:
        wire = b"".join(bytes([len(label)]) + label.encode() for label in host.split(".")) + b"\0"
        yield base64.b64encode(hashlib.sha256(wire).digest()), f"hsts hash of {host}"
        yield hashlib.md5(host.encode()).hexdigest().encode(), f"md5 of {host}"
        for identifier in (
            f"{scheme}_{host}_0{owner}" for scheme in ("https", "http") for owner in ("", "-1")
        ):
            yield hashlib.sha1(identifier.encode()).hexdigest().encode(), f"sha1 of {identifier}"
    for address in what.addresses:
        yield hashlib.md5(address.encode()).hexdigest().encode(), f"md5 of {address}"
        twice = hashlib.sha256(hashlib.sha256(address.encode()).digest()).hexdigest()[:32]
        yield twice.translate(_APP).encode(), f"app of {address}"
    for _, key in what.keys:
        if _CODE.fullmatch(key):
            yield key, "pointer to code that was the target's alone"


_APP = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def _numbers(what: Known) -> Iterator[tuple[bytes, str]]:
    """As SQLite writes them, in cells, indexes and what is left of either."""
    for address in what.addresses:
        yield hashlib.md5(address.encode()).digest()[7::-1], f"start of the md5 of {address}"
    for host in what.hosts:
        digest = hashlib.sha256(f"TopicsV1_MainFrameHostStorage|{host}".encode()).digest()
        yield digest[7::-1], f"topics' hash of {host}"


def _keys(home: Path) -> Iterator[tuple[str, bytes]]:
    """Keys that are the target's: those that say so, and the numbers and hashes that only these lead to."""
    for folder in {path.parent for path in _files(home) if _ENTRY.fullmatch(path.name)}:
        entries = [cached(path.read_bytes()) for path in folder.iterdir() if path.name.endswith("_0")]
        shown = folder.relative_to(home).as_posix()
        theirs = {key for key, *_ in entries if of_target(key)}
        yield from ((shown, key) for key in theirs)
        leads = {word: key for key, head, _ in entries if key not in theirs for word in _CODE.findall(head)}
        for key, head, _ in entries:
            yield from ((shown, word) for word in _CODE.findall(head) if key in theirs and word not in leads)
    for database in home.rglob("Service Worker/Database"):
        scripts = (database.parent / "ScriptCache").relative_to(home).as_posix()
        yield from ((scripts, number) for number in _scripts(database))
    for database in home.rglob("Shared Dictionary/db"):
        responses = (database.parent / "cache").relative_to(home).as_posix()
        yield from ((responses, token) for token in _tokens(database))


def _scripts(database: Path) -> Iterator[bytes]:
    """The numbers of the target's workers' scripts: `RES:{version}\\0{script}`, with its address."""
    for key, value in records(database).items():
        if key.startswith(b"RES:") and evidence.mentions((value,), TARGETS):
            yield key.rpartition(b"\0")[2]


def _tokens(database: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(database)) as opened:
        opened.row_factory = sqlite3.Row
        for row in opened.execute("SELECT * FROM dictionaries"):
            if of_target(*(str(cell).encode() for cell in row)):
                high, low = (row[name] & 0xFFFFFFFFFFFFFFFF for name in ("token_high", "token_low"))
                yield f"{high:016X}{low:016X}".encode()


def _hash(key: bytes) -> str:
    return hashlib.sha1(key).digest()[7::-1].hex()


def _entries(home: Path, path: Path) -> Iterator[tuple[str, str]]:
    """Of a cache's file the entry that it is part of, of a cache's index all that it lists."""
    if _ENTRY.fullmatch(path.name):
        yield path.parent.relative_to(home).as_posix(), path.name[:16]
    elif path.name == "the-real-index":
        folder = path.parent.parent.relative_to(home).as_posix()
        content = path.read_bytes()
        (count,) = struct.unpack_from("<Q", content, 20)
        for place in range(count):
            yield folder, f"{struct.unpack_from('<Q', content, 40 + 24 * place)[0]:016x}"


def _told(path: Path, what: Known) -> Iterator[str]:
    """By hashes that count in one place only: they are short, or made with what the file has."""
    match path.name:
        case "Visited Links":
            yield from _visited(path.read_bytes(), what.addresses)
        case "Preferences":
            fetched = _at(json.loads(path.read_bytes()), _FETCHED)
            yield from (
                f"hint of {host}" for host in what.hosts if f"{short_hash(host.encode()):x}" in fetched
            )
        case "BrowsingTopicsState":
            state = json.loads(path.read_bytes())
            yield from _topics(state, what.hosts)


_FETCHED = ("optimization_guide", "hintsfetcher", "hosts_successfully_fetched")


def _at(root: Any, place: tuple[str, ...]) -> Mapping[str, Any]:
    for step in place:
        root = root.get(step, {})
    found: Mapping[str, Any] = root
    return found


def _topics(state: Any, hosts: Iterable[str]) -> Iterator[str]:
    secret, text = bytes.fromhex(state["hex_encoded_hmac_key"]), json.dumps(state)
    for host in hosts:
        digest = hmac.digest(secret, f"TopicsV1_ContextDomainStorage|{host}".encode(), "sha256")
        if str(struct.unpack_from("<q", digest)[0]) in text:
            yield f"topics' hash of {host}"


def _visited(table: bytes, addresses: Iterable[str]) -> Iterator[str]:
    salt, slots = table[16:24], table[24:]
    there = {slots[place : place + 8] for place in range(0, len(slots), 8)}
    for address in addresses:
        if hashlib.md5(salt + address.encode()).digest()[:8] in there:
            yield f"visit of {address}"


def short_hash(data: bytes) -> int:
    """Of 32 bits, after base/third_party/superfasthash: `SuperFastHash`."""
    value, whole = len(data), len(data) - len(data) % 4
    for low, high in struct.iter_unpack("<HH", data[:whole]):
        value = (value + low) & _U32
        value = (value << 16 ^ high << 11 ^ value) & _U32
        value = (value + (value >> 11)) & _U32
    rest = data[whole:]
    if len(rest) > 1:
        value = (value + struct.unpack_from("<H", rest)[0]) & _U32
        value ^= value << (16 if len(rest) == 3 else 11) & _U32
        if len(rest) == 3:
            value ^= rest[2] << 18 & _U32
        value = (value + (value >> (11 if len(rest) == 3 else 17))) & _U32
    elif rest:
        value = (value + rest[0]) & _U32
        value = (value ^ value << 10) & _U32
        value = (value + (value >> 1)) & _U32
    for left, right in ((3, 5), (4, 17), (25, 6)):
        value = (value ^ value << left) & _U32
        value = (value + (value >> right)) & _U32
    return value
