"""LevelDB stores: the target's records go with all that hangs on them, every other record stays."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.chromium import leveldb as tables
from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.formats import leveldb
from scrubber.formats.leveldb import Record
from scrubber.model import Policy, Standing, Trace
from scrubber.sites import Site, Target
from scrubber.stores.columns import Origin, Url
from scrubber.stores.leveldb import LevelDb
from scrubber.stores.leveldb_records import Records
from scrubber.stores.sqlite_rows import Linked
from scrubber.transaction import Transaction
from tests.cleaned import TARGET, clean, look, tree
from tests.leveldb_files import BYTEWISE, SAMPLES, folder, log_of, manifest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

STORE = LevelDb(
    "{profile}/Local Storage/leveldb",
    holds="storage",
    source="local_storage_impl.cc",
    records=(Records("items", "_{origin}\0{name}", Origin("origin")),),
)
OURS = b"_https://labs.openai.com\0\x01name"
THEIRS = b"_https://shop.example\0\x01name"
ALIKE = b"_https://labs.openai.com.evil.example\0\x01name"
ALL_MENTIONS = Policy(mentions="all")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "profile" / "Local Storage" / "leveldb"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def profile(place: Path) -> Path:
    return place.parents[1]


def live(path: Path) -> dict[bytes, bytes]:
    return {record.key: record.value or b"" for record in leveldb.read(path).records()}


def found(place: Path, profile: Path, policy: Policy | None = None) -> list[Trace]:
    return list(STORE.find(place, look(profile, policy)))


def write(path: Path, records: Iterable[tuple[bytes, bytes]]) -> None:
    path.mkdir(parents=True, exist_ok=True)
    leveldb.write(path, records, BYTEWISE)


def named_by(path: Path) -> set[str]:
    return {name for name, content in tree(path).items() if TARGET.mentions(content)}


def test_the_targets_records_go_and_all_others_are_proved_equal(place: Path, profile: Path) -> None:
    others = {THEIRS: b"\x01value", ALIKE: b"", b"VERSION": b"1"}
    write(place, {OURS: b"\x01value", **others}.items())
    assert named_by(place) == {"000003.log"}
    removed, equal = clean(STORE, place, profile)
    assert [(trace.key, trace.standing, trace.holds) for trace in removed] == [
        (("", OURS), Standing.OWN, "storage")
    ]
    assert equal == len(others)
    assert live(place) == others
    assert not named_by(place)


def test_looking_changes_nothing(place: Path, profile: Path) -> None:
    write(place, [(OURS, b"")])
    before = tree(profile)
    assert found(place, profile)
    assert tree(profile) == before


def test_what_is_not_leveldbs_stays_and_its_logs_go(place: Path, profile: Path) -> None:
    write(place, [(OURS, b""), (THEIRS, b"")])
    for name in ("LOG", "LOG.old", "LOCK", "stranger.txt"):
        (place / name).write_text("text")
    (place / "lost").mkdir()
    (place / "inside").mkdir()
    (place / "inside" / "more").write_text("text")
    clean(STORE, place, profile)
    assert set(tree(place)) == {"000003.log", "CURRENT", "MANIFEST-000001", "stranger.txt", "inside/more"}


class TestMentions:
    """Another site's own data that names the target is reported; it goes on request."""

    @pytest.mark.parametrize(
        "record",
        [
            pytest.param((THEIRS, b"\x01see https://labs.openai.com/x"), id="in-latin-1"),
            pytest.param((THEIRS, b"\x00" + "see labs.openai.com ✓".encode("utf-16-le")), id="in-utf-16"),
            pytest.param((THEIRS + b" of labs.openai.com", b""), id="in-the-key"),
            pytest.param((b"a kind of the future: labs.openai.com", b""), id="in-what-nobody-described"),
        ],
    )
    def test_they_are_seen_and_stay(self, place: Path, profile: Path, record: tuple[bytes, bytes]) -> None:
        write(place, [record, (b"VERSION", b"1")])
        assert [(trace.key, trace.standing) for trace in found(place, profile)] == [
            (("", record[0]), Standing.MENTION)
        ]
        assert clean(STORE, place, profile)[0] == []
        assert live(place)[record[0]] == record[1]
        clean(STORE, place, profile, ALL_MENTIONS)
        assert live(place) == {b"VERSION": b"1"}

    def test_look_alikes_are_none(self, place: Path, profile: Path) -> None:
        write(place, [(ALIKE, b"\x01notopenai.com labs-openai.com"), (b"_https://notopenai.com\0x", b"")])
        assert not found(place, profile)


class TestLinks:
    """What hangs on several records belongs to the target if one of them does."""

    STORE = LevelDb(
        "{profile}/x",
        holds="history",
        source="x.cc",
        records=(
            Records("pages", "page-{id}-{url}", Url("url")),
            Records("visits", "visit-{page}-{origin}", Linked("page", "pages.id"), Origin("origin")),
        ),
    )
    PAGES = (
        b"page-1-https://shop.example/?q=labs.openai.com",
        b"page-1-https://labs.openai.com/",
        b"page-2-x",
    )

    @pytest.mark.parametrize("pages", [PAGES, PAGES[::-1]], ids=["mention-first", "mention-last"])
    def test_own_outweighs_mention(self, place: Path, profile: Path, pages: tuple[bytes, ...]) -> None:
        write(place, [*((page, b"") for page in pages), (b"visit-1-x", b""), (b"visit-2-x", b"")])
        traces = {trace.key: trace.standing for trace in self.STORE.find(place, look(profile))}
        assert traces[("", b"visit-1-x")] is Standing.OWN
        assert ("", b"visit-2-x") not in traces

    def test_hanging_on_a_mention_is_one(self, place: Path, profile: Path) -> None:
        write(place, [(self.PAGES[0], b""), (b"visit-1-x", b""), (b"visit-1-https://labs.openai.com", b"")])
        traces = {trace.key: trace.standing for trace in self.STORE.find(place, look(profile))}
        assert traces[("", b"visit-1-x")] is Standing.MENTION
        assert traces[("", b"visit-1-https://labs.openai.com")] is Standing.OWN


class TestWhatNoReaderSees:
    """Deleted and superseded records, old files, bounds in manifests, LevelDB's own log."""

    def trace(self) -> Trace:
        return Trace("", ("",), Standing.OWN, "", "storage")

    @pytest.mark.parametrize(
        "files",
        [
            pytest.param({"000004.log": log_of(Record(OURS, b"x", 1), Record(OURS, None, 2))}, id="deleted"),
            pytest.param({"000004.log": log_of(Record(OURS, None, 2))}, id="the-deletion-alone"),
            pytest.param(
                {"000004.log": log_of(Record(THEIRS, b"labs.openai.com", 1), Record(THEIRS, b"x", 2))},
                id="superseded",
            ),
            pytest.param({"000002.log": log_of(Record(OURS, b"x", 1))}, id="an-old-log"),
            pytest.param({"000009.ldb": b"no table: labs.openai.com"}, id="a-damaged-leftover"),
            pytest.param({"lost/000001.log": log_of(Record(OURS, b"x", 1))}, id="what-a-repair-set-aside"),
            pytest.param({"LOG": b"/home/me/https_labs.openai.com_0/x"}, id="its-log"),
            pytest.param({"LOG.old": b"/home/me/https_labs.openai.com_0/x"}, id="its-old-log"),
        ],
    )
    def test_the_database_is_written_anew(self, place: Path, profile: Path, files: dict[str, bytes]) -> None:
        folder(
            place,
            {"MANIFEST-000001": manifest(log_number=3), "000003.log": log_of(Record(b"k", b"v", 9)), **files},
        )
        expected = {b"k": b"v"} | ({THEIRS: b"x"} if THEIRS in live(place) else {})
        assert found(place, profile) == [self.trace()]
        removed, equal = clean(STORE, place, profile)
        assert (removed, equal) == ([self.trace()], len(expected))
        assert live(place) == expected
        assert not named_by(place)

    @pytest.mark.parametrize(
        "files",
        [
            pytest.param(
                {"000004.log": log_of(Record(THEIRS, b"x", 1), Record(THEIRS, None, 2))}, id="theirs"
            ),
            pytest.param(
                {"000004.log": log_of(Record(ALIKE, b"x", 1), Record(ALIKE, None, 2))}, id="look-alike"
            ),
            pytest.param({"LOG": b"/home/me/https_labs.openai.com.evil.example_0/x"}, id="its-log"),
            pytest.param({"000009.ldb": b"no table: notlabs.openai.com"}, id="a-damaged-leftover"),
        ],
    )
    def test_others_are_no_reason(self, place: Path, profile: Path, files: dict[str, bytes]) -> None:
        folder(
            place,
            {"MANIFEST-000001": manifest(log_number=3), "000003.log": log_of(Record(b"k", b"v", 9)), **files},
        )
        assert not found(place, profile)

    def test_older_versions_of_what_stays_are_no_reason(self, place: Path, profile: Path) -> None:
        versions = [Record(THEIRS, b"labs.openai.com", number) for number in (1, 2, 3)]
        folder(place, {"MANIFEST-000001": manifest(log_number=3), "000003.log": log_of(*versions)})
        assert [trace.standing for trace in found(place, profile)] == [Standing.MENTION]

    def test_with_a_record_that_goes_they_go_unsaid(self, place: Path, profile: Path) -> None:
        below = OURS.replace(b"labs", b"x.labs")
        log = log_of(Record(OURS, b"x", 1), Record(below, b"y", 2), Record(below, None, 3))
        folder(place, {"MANIFEST-000001": manifest(log_number=3), "000003.log": log})
        removed, _ = clean(STORE, place, profile)
        assert [trace.key for trace in removed] == [("", OURS)]
        assert not named_by(place)


class TestInside:
    """Databases in folders inside the database's folder."""

    def test_each_is_searched_and_written_anew_by_itself(self, place: Path, profile: Path) -> None:
        write(place, [(OURS, b"1"), (THEIRS, b"2")])
        write(place / "inside", [(OURS, b"3"), (b"k", b"4")])
        write(place / "other", [(THEIRS, b"5")])
        (place / "other" / "LOG").write_text("text")
        other = tree(place / "other")
        removed, equal = clean(STORE, place, profile)
        assert [trace.key for trace in removed] == [("", OURS), ("inside", OURS)]
        assert (live(place), live(place / "inside")) == ({THEIRS: b"2"}, {b"k": b"4"})
        assert tree(place / "other") == other
        assert equal == 2

    def test_where_only_one_inside_has_traces_the_outer_stays_to_the_byte(
        self, place: Path, profile: Path
    ) -> None:
        write(place, [(THEIRS, b"2")])
        (place / "LOG").write_text("text")
        outer = tree(place)
        write(place / "inside", [(OURS, b"3"), (b"k", b"4")])
        assert clean(STORE, place, profile)[1] == 1
        assert live(place / "inside") == {b"k": b"4"}
        assert {name: data for name, data in tree(place).items() if not name.startswith("inside")} == outer


class TestProof:
    """Whatever goes wrong in writing, the profile keeps what it had."""

    def remove(self, place: Path, profile: Path, *keys: bytes) -> None:
        traces = tuple(Trace("", ("", key), Standing.OWN, "", "storage") for key in keys)
        with Transaction([profile]) as transaction:
            STORE.remove(place, traces, transaction)

    @pytest.mark.parametrize(
        ("spoil", "reason"),
        [
            pytest.param(lambda records: records[1:], "differs", id="a-record-lost"),
            pytest.param(lambda records: [*records, (b"more", b"")], "differs", id="a-record-added"),
            pytest.param(
                lambda records: [(key, b"x") for key, _ in records], "differs", id="a-value-changed"
            ),
            pytest.param(lambda records: [(OURS, b"x"), *records], "differs", id="a-planned-record-kept"),
            pytest.param(
                lambda records: [records[0], *records], "more than its records", id="a-record-twice"
            ),
        ],
    )
    def test_a_new_database_that_differs_is_refused(
        self, place: Path, profile: Path, monkeypatch: pytest.MonkeyPatch, spoil: object, reason: str
    ) -> None:
        write(place, [(OURS, b"1"), (THEIRS, b"2"), (b"k", b"3")])
        before = tree(profile)
        real = leveldb.write
        assert callable(spoil)
        monkeypatch.setattr(
            leveldb, "write", lambda path, records, name: real(path, spoil(list(records)), name)
        )
        with pytest.raises(Unproved, match=reason):
            self.remove(place, profile, OURS)
        assert tree(profile) == before

    def test_another_comparator_is_refused(
        self, place: Path, profile: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(place, [(OURS, b"1")])
        real = leveldb.write
        monkeypatch.setattr(leveldb, "write", lambda path, records, _: real(path, records, "idb_cmp1"))
        with pytest.raises(Unproved, match="order of keys"):
            self.remove(place, profile, OURS)

    def test_a_planned_record_that_is_gone_is_an_outdated_plan(self, place: Path, profile: Path) -> None:
        write(place, [(OURS, b"1")])
        before = tree(profile)
        with pytest.raises(PlanOutdated):
            self.remove(place, profile, OURS, b"_https://labs.openai.com\0gone")
        assert tree(profile) == before

    def test_a_damaged_database_is_unreadable_and_stays(self, place: Path, profile: Path) -> None:
        write(place, [(OURS, b"1")])
        log = place / "000003.log"
        log.write_bytes(log.read_bytes().replace(b"labs", b"lads"))
        before = tree(profile)
        with pytest.raises(UnreadableStore, match="checksum"):
            found(place, profile)
        with pytest.raises(UnreadableStore, match="checksum"):
            self.remove(place, profile, OURS)
        assert tree(profile) == before


@pytest.mark.parametrize("names", [(), ("LOCK", "LOG"), ("MANIFEST-000001", "LOG")], ids="+".join)
def test_folders_without_a_database_have_no_traces(
    place: Path, profile: Path, names: tuple[str, ...]
) -> None:
    for name in names:
        (place / name).write_text("labs.openai.com")
    assert not found(place, profile)


def test_a_file_in_its_place_is_another_store(place: Path, profile: Path) -> None:
    place.rmdir()
    place.write_text("labs.openai.com")
    assert not found(place, profile)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [(Policy(only=frozenset({"cookies"})), 0), (Policy(without=frozenset({"storage"})), 0), (Policy(), 1)],
)
def test_what_is_not_asked_for_is_not_looked_at(
    place: Path, profile: Path, policy: Policy, expected: int
) -> None:
    write(place, [(OURS, b"1")])
    assert len(found(place, profile, policy)) == expected


def test_a_real_database_with_tables_keeps_all_but_one_site(place: Path, profile: Path) -> None:
    """What Chromium wrote, with another site as the target."""
    shutil.copytree(SAMPLES / "local-storage", place, dirs_exist_ok=True)
    target = Target((Site("widget", "Widget", domains=("widget.example.net",)),))
    before = live(place)
    asked = look(profile, target=target)
    traces = tables.LOCAL_STORAGE.find(place, asked)
    with Transaction([profile]) as transaction:
        equal = tables.LOCAL_STORAGE.remove(place, traces, transaction)
        transaction.swap()
        transaction.commit()
    after = live(place)
    assert set(before) - set(after) == {
        b"META:https://widget.example.net/^0https://shop.example",
        b"METAACCESS:https://widget.example.net/^0https://shop.example",
        b"_https://widget.example.net/^0https://shop.example\0\x01kept",
        b"_https://widget.example.net/^0https://shop.example\0\x01wide",
    }
    assert after == {key: before[key] for key in after}
    assert equal == len(after) == 39


def test_what_leveldb_wrote_and_compacted_is_cleaned_and_leveldb_reads_it(place: Path, profile: Path) -> None:
    plyvel = pytest.importorskip("plyvel")
    chance = random.Random(2)
    hosts = (b"labs.openai.com", b"shop.example", b"labs.openai.com.evil.example", b"notopenai.com")
    database = plyvel.DB(str(place), create_if_missing=True, write_buffer_size=1 << 16)
    for _ in range(10_000):
        key = b"_https://%s\0\x01%d" % (chance.choice(hosts), chance.randrange(500))
        database.put(key, chance.randbytes(50)) if chance.random() < 0.8 else database.delete(key)
    expected = {key: value for key, value in database if not key.startswith(b"_https://labs.openai.com\0")}
    database.close()
    assert len(list(place.glob("*.ldb"))) > 1
    removed, equal = clean(STORE, place, profile)
    assert equal == len(expected) > 1000
    assert len(removed) > 300
    assert not named_by(place)
    database = plyvel.DB(str(place))
    assert dict(database) == expected
    database.close()
