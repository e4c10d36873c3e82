"""Folders of one origin each: the target's go whole, their neighbours keep every byte."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

import cramjam
import pytest

from scrubber.browsers.chromium.site_data import BUCKETS, INDEXED_DB, QUOTA, WEB_SQL
from scrubber.browsers.firefox.site_data import STORAGE, TO_BE_REMOVED
from scrubber.errors import UnreadableStore
from scrubber.model import Policy, Skipped, Standing
from scrubber.plan.locate import located
from scrubber.transaction import Swapped, Transaction
from tests.schemas import create, insert
from tests.stores.running import MIXED, OURS, ask, look

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Store

IN_OPENAI = "^partitionKey=%28https%2Copenai.com%29"


def folder(path: Path, **files: bytes) -> Path:
    (path / "inside").mkdir(parents=True)
    (path / "inside" / "data").write_bytes(path.name.encode())
    for name, content in files.items():
        (path / name.replace("_", ".", 1).replace("_", "-")).write_bytes(content)
    return path


def clean(store: Store, profile: Path, policy: Policy | None = None) -> list[str]:
    """Every place of the store cleaned in one transaction; what was removed, relative to the profile."""
    asked = look(profile, policy)
    removed = []
    with Transaction([profile]) as transaction:
        for path in located(store.places, asked.profile):
            assert not isinstance(path, Skipped)
            traces = store.find(path, asked)
            assert {trace.standing for trace in traces} <= {Standing.OWN}
            assert store.remove(path, traces, transaction) == 0
            removed += [path.relative_to(profile).as_posix()] if traces else []
        assert all(isinstance(made, Swapped) for made in transaction.swap())
        transaction.commit()
    return removed


def tree(profile: Path) -> dict[str, bytes]:
    return {
        path.relative_to(profile).as_posix(): path.read_bytes()
        for path in profile.rglob("*")
        if path.is_file()
    }


def metadata(origin: str) -> bytes:
    strings = b"".join(struct.pack(">I", len(text)) + text.encode() for text in ("", "group", origin))
    return bytes(17) + strings


# --- Chromium


def names(host: str) -> list[str]:
    return [
        f"https_{host}_0.indexeddb.leveldb",
        f"https_{host}_0.indexeddb.blob",
        f"http_{host}_8080.indexeddb.leveldb",
        f"https_{host}_0",
    ]


@pytest.mark.parametrize(
    ("store", "place"),
    [(INDEXED_DB, "IndexedDB"), (INDEXED_DB, "Storage/ext/abcdef/def/IndexedDB"), (WEB_SQL, "databases")],
    ids=["IndexedDB", "IndexedDB of an app", "Web SQL"],
)
def test_folders_named_by_their_origin(store: Store, place: str, tmp_path: Path) -> None:
    for host in MIXED:
        for name in names(host):
            folder(tmp_path / place / name)
    folder(tmp_path / place / "file__0")
    folder(tmp_path / place / "chrome-extension_abcdef_0.indexeddb.leveldb")
    expected = {
        name: content
        for name, content in tree(tmp_path).items()
        if not any(f"_{host}_" in name for host in OURS)
    }
    removed = clean(store, tmp_path)
    assert tree(tmp_path) == expected
    assert sorted(removed) == sorted(f"{place}/{name}" for host in OURS for name in names(host))


def test_other_words_of_only_leave_them(tmp_path: Path) -> None:
    path = folder(tmp_path / "IndexedDB" / "https_labs.openai.com_0")
    assert INDEXED_DB.find(path, look(tmp_path, Policy(only=frozenset({"cookies"})))) == ()
    assert INDEXED_DB.find(path, look(tmp_path, Policy(mentions="keep")))


def test_a_file_with_the_name_of_an_origin_is_none(tmp_path: Path) -> None:
    path = tmp_path / "https_labs.openai.com_0"
    path.write_bytes(b"")
    assert INDEXED_DB.find(path, look(tmp_path)) == ()


def test_a_link_with_the_name_of_an_origin_is_not_followed(tmp_path: Path) -> None:
    elsewhere = folder(tmp_path / "elsewhere")
    (tmp_path / "IndexedDB").mkdir()
    (tmp_path / "IndexedDB" / "https_labs.openai.com_0").symlink_to(elsewhere)
    assert list(located(INDEXED_DB.places, look(tmp_path).profile)) == [
        Skipped(tmp_path / "IndexedDB" / "https_labs.openai.com_0", "a link, not followed")
    ]


KEYS = [
    ("https://labs.openai.com/", True),
    ("https://third.example/^0https://openai.com", True),
    ("https://labs.openai.com/^0https://shop.example", True),
    ("https://third.example/^0https://shop.example", False),
    ("https://third.example/^0https://notopenai.com", False),
    ("https://chat.openai.com/^0https://openai.com", False),
    ("https://labs.openai.com.evil.example/", False),
]


def buckets(profile: Path) -> Path:
    place = profile / "WebStorage"
    create(place / "QuotaManager", "chromium-156/QuotaManager")
    rows = [{"id": n, "storage_key": key, "host": "h", "name": "b"} for n, (key, _) in enumerate(KEYS, 1)]
    insert(
        place / "QuotaManager",
        "buckets",
        *rows,
        {"id": 50, "storage_key": "https://labs.openai.com/", "name": "c"},
    )
    for number in (*range(1, len(KEYS) + 1), 99):
        folder(place / str(number))
    folder(place / "-doomed-1")
    return place


def test_buckets_by_their_row(tmp_path: Path) -> None:
    place = buckets(tmp_path)
    expected = {
        name: content
        for name, content in tree(place).items()
        if name.partition("/")[0] not in {str(n) for n, (_, ours) in enumerate(KEYS, 1) if ours}
    }
    clean(BUCKETS, tmp_path)
    assert (
        tree(place) == expected
    )  # 99, whose row is missing, stays; so does what Chromium itself will delete


def test_buckets_and_their_rows_go_in_one_run(tmp_path: Path) -> None:
    place = buckets(tmp_path)
    asked = look(tmp_path)
    with Transaction([tmp_path]) as transaction:
        for store, path in ((BUCKETS, place), (QUOTA, place / "QuotaManager")):
            store.remove(path, store.find(path, asked), transaction)
        assert all(isinstance(made, Swapped) for made in transaction.swap())
        transaction.commit()
    assert ask(place / "QuotaManager", "SELECT id FROM buckets") == [4, 5, 6, 7]
    assert sorted(path.name for path in place.iterdir()) == [
        "-doomed-1",
        "4",
        "5",
        "6",
        "7",
        "99",
        "QuotaManager",
    ]
    assert BUCKETS.find(place, asked) == ()


def test_buckets_without_the_database_that_says_whose_they_are(tmp_path: Path) -> None:
    place = buckets(tmp_path)
    (place / "QuotaManager").rename(tmp_path / "database")
    with pytest.raises(UnreadableStore, match="nothing says whose"):
        BUCKETS.find(place, look(tmp_path))


def test_no_buckets_need_no_database(tmp_path: Path) -> None:
    (tmp_path / "WebStorage").mkdir()
    assert BUCKETS.find(tmp_path / "WebStorage", look(tmp_path)) == ()


def test_a_damaged_database_of_buckets_is_named_by_its_own_path(tmp_path: Path) -> None:
    place = buckets(tmp_path)
    (place / "QuotaManager").write_bytes(b"x" * 9000)
    with pytest.raises(UnreadableStore) as raised:
        BUCKETS.find(place, look(tmp_path))
    assert raised.value.path == place / "QuotaManager"


def test_a_bucket_that_is_a_link_is_left(tmp_path: Path) -> None:
    place = buckets(tmp_path)
    elsewhere = folder(tmp_path / "elsewhere")
    (place / "50").symlink_to(elsewhere)
    assert "50" not in [trace.key for trace in BUCKETS.find(place, look(tmp_path))]


# --- Firefox


def test_folders_by_their_name(tmp_path: Path) -> None:
    origins = [(f"https+++{host}", host in OURS) for host in MIXED]
    origins += [
        ("http+++labs.openai.com+8443", True),
        ("https+++labs.openai.com^userContextId=2", True),
        (f"https+++cdn.example{IN_OPENAI}", True),
        (f"https+++cdn.example^userContextId=2&{IN_OPENAI[1:]}", True),
        ("https+++labs.openai.com^partitionKey=%28https%2Cshop.example%29", True),
        (f"https+++chat.openai.com{IN_OPENAI}", False),
        ("https+++cdn.example^partitionKey=%28https%2Cnotopenai.com%29", False),
        ("https+++cdn.example", False),
        ("moz-extension+++1234^userContextId=4294967295", False),
        ("chrome", False),
        ("about+home", False),
    ]
    for repository in ("default", "permanent", "temporary", "private", "persistent"):
        for name, _ in origins:
            folder(tmp_path / "storage" / repository / name)
    clean(STORAGE, tmp_path)
    for repository in ("default", "permanent", "temporary", "private", "persistent"):
        left = sorted(path.name for path in (tmp_path / "storage" / repository).iterdir())
        assert left == sorted(name for name, ours in origins if not ours)


METADATA = [
    ({"_metadata_v2": metadata("https://labs.openai.com")}, "8d21f9-moved", True),
    ({"_metadata_v2": metadata("https://kept.example")}, "8d21f9-moved", False),
    ({"_metadata_v2": metadata(f"https://cdn.example{IN_OPENAI}")}, "https+++cdn.exam", True),
    ({"_metadata_v2": b"damaged"}, "https+++labs.openai.com", True),
    ({"_metadata_v2": b"damaged"}, "https+++kept.example", False),
    ({"_metadata_v2": b""}, "8d21f9-moved", False),
    ({"_metadata": bytes(8) + metadata("https://labs.openai.com")[21:]}, "8d21f9-moved", True),
]


@pytest.mark.parametrize(
    ("files", "name", "ours"),
    METADATA,
    ids=[
        "ours",
        "others'",
        "a name cut short",
        "the name helps out",
        "or not",
        "no word of it",
        "of version 1",
    ],
)
def test_the_metadata_comes_before_the_name(
    files: dict[str, bytes], name: str, ours: bool, tmp_path: Path
) -> None:
    path = folder(tmp_path / "storage" / "temporary" / name, **files)
    assert bool(STORAGE.find(path, look(tmp_path))) is ours


TEXT = b"of https://%s/ and of https://%s/, of shop.example, of shop.example, of shop.example and so on"
SET_ASIDE = {
    "its name in a file": (TEXT % (b"labs.openai.com", b"kept.example"), True),
    "packed": (bytes(cramjam.snappy.compress_raw(TEXT % ((b"labs.openai.com",) * 2))), True),
    "a look-alike": (TEXT % (b"labs.openai.com.evil.example", b"notopenai.com"), False),
    "nothing": (b"", False),
}


@pytest.mark.parametrize(("content", "goes"), SET_ASIDE.values(), ids=SET_ASIDE)
@pytest.mark.parametrize(
    "within", ["client", "client/deep", ""], ids=["in a folder", "deeper", "a file alone"]
)
def test_what_waits_to_be_deleted_goes_where_it_names_the_target(
    content: bytes, goes: bool, within: str, tmp_path: Path
) -> None:
    """One client's folder has no metadata that would tell whose it was."""
    waiting = tmp_path / "storage/to-be-removed"
    file = waiting / within / "8d21f9"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    folder(waiting / "another")
    before = tree(tmp_path)
    moved = "client" if within else "8d21f9"
    assert clean(TO_BE_REMOVED, tmp_path) == [f"storage/to-be-removed/{moved}"] * goes
    left = {"storage/to-be-removed/another/inside/data"} if goes else set(before)
    assert {name: before[name] for name in left} == tree(tmp_path)


def test_a_whole_origin_that_waits_to_be_deleted(tmp_path: Path) -> None:
    for name, origin in (("1", "https://labs.openai.com"), ("2", "https://labs.openai.com.evil.example")):
        folder(tmp_path / "storage/to-be-removed" / name, _metadata_v2=metadata(origin))
    assert clean(TO_BE_REMOVED, tmp_path) == ["storage/to-be-removed/1"]


def test_metadata_that_is_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    path = folder(tmp_path / "storage" / "default" / "https+++labs.openai.com")
    os.mkfifo(path / ".metadata-v2")
    assert STORAGE.find(path, look(tmp_path))


def test_a_repository_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    folder(elsewhere / "https+++labs.openai.com")
    (tmp_path / "storage").mkdir()
    (tmp_path / "storage" / "default").symlink_to(elsewhere)
    assert list(located(STORAGE.places, look(tmp_path).profile)) == [
        Skipped(tmp_path / "storage" / "default", "a link, not followed")
    ]
