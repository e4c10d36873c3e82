from __future__ import annotations

import os
import stat
import tarfile
import tracemalloc
from io import BytesIO
from typing import TYPE_CHECKING

import pyrage
import pytest

from scrubber.backup import archive, putting_back
from scrubber.backup.age import Encryptor
from scrubber.backup.manifest import VERSION, Manifest, Saved, read
from scrubber.backup.state import MISSING, look
from scrubber.errors import ScrubError, UnreadableStore, UsageError
from scrubber.transaction import Swapped, Transaction
from tests.backup.runs import (
    NEW,
    OLD,
    PASSPHRASE,
    as_found,
    run,
    tree,
    undo,
    write_something,
)
from tests.crashed import hosts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECOND = 10**9
COUNT = 8  # of what a run changes there


def discarded(profile: Path, name: str, backup: Path) -> None:
    """A run that takes one thing away."""
    with Transaction([profile]) as transaction:
        transaction.discard(profile / name)
        archive.write(backup, PASSPHRASE, [as_found(profile)], transaction.changes)
        [swapped] = transaction.swap()
        assert isinstance(swapped, Swapped)
        assert swapped.path == profile / name
        transaction.commit()
    assert not (profile / name).exists()


def test_everything_is_as_it_was(profile: Path, backup: Path) -> None:
    for name, mode in (("Cookies", 0o640), ("Cookies-wal", 0o604), ("Cache/data_0", 0o444), ("Cache", 0o750)):
        (profile / name).chmod(mode)
    for number, path in enumerate([*sorted(profile.rglob("*"), reverse=True), profile]):
        os.utime(path, ns=(number * SECOND, 1_500_000_000 * SECOND + 123_456_789 + number))
    before = tree(profile)
    run(profile, backup)
    after = tree(profile)
    assert after.keys() != before.keys()
    assert after["Bookmarks"] == before["Bookmarks"]
    assert len(undo(profile, backup).gone) == COUNT
    assert tree(profile) == before
    assert hosts(profile / "Cookies") == OLD


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_owners_come_back(profile: Path, backup: Path) -> None:
    for number, path in enumerate([profile, *sorted(profile.rglob("*"))]):
        os.chown(path, 4000, 5000 + number)
    before = tree(profile)
    run(profile, backup)
    undo(profile, backup)
    assert tree(profile) == before


def test_twice_is_once(profile: Path, backup: Path) -> None:
    run(profile, backup)
    undo(profile, backup)
    before = tree(profile)
    assert undo(profile, backup) == putting_back.Difference(frozenset(), ())
    assert tree(profile) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("two\nlines", b"content", id="line break"),
        pytest.param("caf\udce9", b"content", id="no UTF-8"),
        pytest.param("t\u00efnted \U0001f600", b"content", id="far from ASCII"),
        pytest.param("x" * 250, b"content", id="as long as can be"),
        pytest.param("hollow", b"", id="empty"),
        pytest.param("..hidden", b"content", id="two dots that lead nowhere"),
        pytest.param("blocks", bytes(1536), id="full blocks of tar"),
    ],
)
@pytest.mark.parametrize("inside", [True, False], ids=["in a folder", "alone"])
def test_whatever_its_name(profile: Path, backup: Path, name: str, content: bytes, *, inside: bool) -> None:
    path = profile / "Cache" / name if inside else profile / name
    path.write_bytes(content)
    before = tree(profile)
    discarded(profile, "Cache" if inside else name, backup)
    undo(profile, backup)
    assert tree(profile) == before


def test_links_in_a_folder_come_back_as_links(profile: Path, backup: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "letter").write_text("private")
    for name, target in (("there", outside), ("file", outside / "letter"), ("nowhere", tmp_path / "gone")):
        (profile / "Cache" / name).symlink_to(target)
    before = tree(profile)
    elsewhere = tree(outside)
    discarded(profile, "Cache", backup)
    undo(profile, backup)
    assert tree(profile) == before
    assert tree(outside) == elsewhere
    assert b"private" not in pyrage.passphrase.decrypt(backup.read_bytes(), PASSPHRASE)


def test_what_no_archive_can_hold_stops_the_run(profile: Path, backup: Path) -> None:
    os.mkfifo(profile / "Cache" / "pipe")
    with pytest.raises(UnreadableStore, match="a FIFO, which no backup can hold"):
        discarded(profile, "Cache", backup)
    assert (profile / "Cache" / "pipe").is_fifo()
    assert not backup.exists()


def test_the_archive_is_for_its_owner_alone_and_tells_nothing(profile: Path, backup: Path) -> None:
    mask = os.umask(0)
    try:
        run(profile, backup)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    for text in (b"labs.openai.com", b"Cookies", bytes(profile)):
        assert text not in backup.read_bytes()


def test_other_programs_find_the_originals_in_it(profile: Path, backup: Path) -> None:
    before = {str(path.relative_to(profile)): path for path in profile.rglob("*") if path.is_file()}
    contents = {name: path.read_bytes() for name, path in before.items()}
    run(profile, backup)
    with tarfile.open(fileobj=BytesIO(pyrage.passphrase.decrypt(backup.read_bytes(), PASSPHRASE))) as tar:
        files = ((one.name.partition("/")[2], tar.extractfile(one)) for one in tar)
        found = {name: file.read() for name, file in files if file}
    del found[""]
    assert {name for name in contents if name not in found} == {"Bookmarks", "Sync Data/LEVELDB"}
    assert found == {name: contents[name] for name in found}


@pytest.mark.parametrize("there", ["file", "link"])
def test_nothing_that_exists_is_overwritten(profile: Path, backup: Path, tmp_path: Path, there: str) -> None:
    before = tree(profile)
    (tmp_path / "other").write_text("other")
    if there == "link":
        backup.symlink_to(tmp_path / "missing")
    else:
        backup.write_text("other")
    with pytest.raises(ScrubError, match="no backup could be written"):
        run(profile, backup)
    assert tree(profile) == before
    assert backup.is_symlink() or backup.read_text() == "other"
    assert not (tmp_path / "missing").exists()


def forget(profile: Path) -> None:
    (profile / "Preferences").unlink()


def visit(profile: Path) -> None:
    write_something(profile / "Cookies")


def grow(profile: Path) -> None:
    (profile / "Local Storage" / "000005.log").write_text("later")


def return_(profile: Path) -> None:
    (profile / "Cache").mkdir()


def link(profile: Path) -> None:
    (profile / "Last Session").symlink_to("Bookmarks")


def touch(profile: Path) -> None:
    os.utime(profile / "Preferences")
    (profile / "Local Storage").chmod(0o755)


def read_by_a_database(profile: Path) -> None:
    (profile / "Cookies-shm").write_bytes(b"an index")
    (profile / "Cookies-wal").write_bytes(b"")


def bystander(profile: Path) -> None:
    (profile / "Bookmarks").write_text("later")


@pytest.mark.parametrize(
    ("change", "names"),
    [
        pytest.param(forget, ["Preferences"], id="gone"),
        pytest.param(visit, ["Cookies"], id="written to"),
        pytest.param(grow, ["Local Storage"], id="a file more in a folder"),
        pytest.param(return_, ["Cache"], id="made anew"),
        pytest.param(link, ["Last Session"], id="a link"),
        pytest.param(touch, [], id="only times and modes"),
        pytest.param(read_by_a_database, [], id="only read"),
        pytest.param(bystander, [], id="something that the run left alone"),
    ],
)
def test_what_changed_since_is_named(
    profile: Path, backup: Path, change: Callable[[Path], None], names: list[str]
) -> None:
    run(profile, backup)
    change(profile)
    with archive.opened(backup, PASSPHRASE) as found:
        standing = putting_back.compare(found.manifest)
    assert [path.name for path in standing.changed] == names
    assert len(standing.gone) == COUNT


@pytest.mark.parametrize("change", [forget, visit, grow, return_, touch, read_by_a_database])
def test_what_changed_since_gives_way_if_told(
    profile: Path, backup: Path, change: Callable[[Path], None]
) -> None:
    before = tree(profile)
    run(profile, backup)
    change(profile)
    undo(profile, backup)
    assert {name: entry for name, entry in tree(profile).items() if name != "."} == {
        name: entry for name, entry in before.items() if name != "."
    }


def test_a_write_ahead_log_that_came_since_gives_way(profile: Path, backup: Path) -> None:
    from tests.crashed import crashed

    before = tree(profile)
    run(profile, backup)
    (profile / "Cookies").unlink()
    crashed(profile / "Cookies", "wal", NEW, committed=["later.example"])
    (profile / "Favicons").unlink()
    crashed(profile / "Favicons", "wal", NEW, committed=["later.example"])
    assert len(undo(profile, backup).changed) == 2
    found = tree(profile)
    for name in ("Cookies", "Cookies-wal", "Favicons", "Favicons-wal", "History", "History-journal"):
        assert found[name] == before[name]
    assert found.keys() == before.keys()


def test_a_link_in_the_way_is_left_alone(profile: Path, backup: Path) -> None:
    run(profile, backup)
    link(profile)
    before = tree(profile)
    with pytest.raises(UnreadableStore, match="a link lies where a file was"):
        undo(profile, backup)
    assert tree(profile) == before


@pytest.mark.parametrize("length", [0, 100, 200, 5000, -1])
def test_a_truncated_archive_changes_nothing(profile: Path, backup: Path, length: int) -> None:
    run(profile, backup)
    before = tree(profile)
    backup.write_bytes(backup.read_bytes()[:length])
    with pytest.raises(UsageError, match=r"backup\.age: (damaged|not a backup)"):
        undo(profile, backup)
    assert tree(profile) == before


def test_a_wrong_passphrase_changes_nothing(profile: Path, backup: Path) -> None:
    run(profile, backup)
    before = tree(profile)
    with pytest.raises(UsageError, match="the passphrase is wrong"):
        undo(profile, backup, "another")
    assert tree(profile) == before


@pytest.mark.parametrize("kind", ["missing", "folder", "FIFO"])
def test_only_a_file_is_an_archive(profile: Path, backup: Path, kind: str) -> None:
    if kind == "folder":
        backup.mkdir()
    elif kind == "FIFO":
        os.mkfifo(backup)
    with pytest.raises(UsageError, match=r"backup\.age"):
        undo(profile, backup)


def member(name: str, content: bytes | str = b"hostile", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.pax_headers = {"mtime": "1500000000.5"}
    for field, value in fields.items():
        setattr(info, field, value)
    if isinstance(content, str):
        info.type, info.linkname, content = tarfile.SYMTYPE, content, b""
    info.size = len(content) if info.type == tarfile.REGTYPE else 0
    return info, content if info.size else b""


def folder(name: str) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, type=tarfile.DIRTYPE)


def forged(backup: Path, manifest: bytes, *members: tuple[tarfile.TarInfo, bytes]) -> None:
    """An archive by somebody who knows the passphrase and the format."""
    content = BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in (member("manifest.json", manifest), *members):
            tar.addfile(info, BytesIO(data))
    with backup.open("wb") as file:
        encryptor = Encryptor(file, PASSPHRASE)
        encryptor.write(content.getvalue())
        encryptor.finish()


def manifest_of(*paths: Path) -> bytes:
    saved = tuple(Saved(path, ("-wal",), "0" * 64, (MISSING,)) for path in paths)
    return Manifest(paths, saved).to_bytes()


@pytest.mark.parametrize(
    "members",
    [
        pytest.param([member("../x")], id="upwards"),
        pytest.param([member("0/../../x")], id="upwards from its number"),
        pytest.param([folder("0/Forged"), member("0/Forged/../../../x")], id="upwards from a folder"),
        pytest.param([member("/etc/x")], id="absolute"),
        pytest.param([folder("0/Forged"), member("0/Forged//etc/x")], id="absolute in a folder"),
        pytest.param([member("0/x")], id="beside"),
        pytest.param([member("0/Forged"), member("0/Forged-journal")], id="no sidecar of it"),
        pytest.param([member("0")], id="a number alone"),
        pytest.param([member("1/Forged")], id="another number"),
        pytest.param([member("0/Forged"), member("1/Forged")], id="a number too many"),
        pytest.param([member("²/Forged")], id="no number"),
        pytest.param([], id="nothing"),
        pytest.param([member("0/Forged/x")], id="a folder that is missing"),
        pytest.param([member("0/Forged", ".."), member("0/Forged/x")], id="through a link"),
        pytest.param(
            [folder("0/Forged"), member("0/Forged/up", "../../.."), member("0/Forged/up/x")],
            id="through a link in a folder",
        ),
        pytest.param([member("0/Forged", type=tarfile.LNKTYPE, linkname="/etc/passwd")], id="a hard link"),
        pytest.param([member("0/Forged", type=tarfile.CHRTYPE)], id="a device"),
        pytest.param([member("0/Forged", type=tarfile.FIFOTYPE)], id="a FIFO"),
        pytest.param([member("0/Forged", pax_headers={})], id="no time"),
        pytest.param([member("0/Forged", pax_headers={"mtime": "Infinity"})], id="no finite time"),
        pytest.param([member("0/Forged"), member("0/Forged")], id="twice"),
        pytest.param([member("0/Forged", "/etc/passwd")], id="a link in place of a file"),
    ],
)
def test_a_hostile_archive_writes_nothing(
    profile: Path, backup: Path, tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes]]
) -> None:
    forged(backup, manifest_of(profile / "Forged"), *members)
    before = tree(tmp_path)
    with pytest.raises(ScrubError):
        undo(profile, backup)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("../x", id="beside the profile"),
        pytest.param("Cache/../../x", id="by a detour"),
        pytest.param("way/x", id="over a link"),
        pytest.param("gone/x", id="in a folder that is gone"),
        pytest.param(".", id="the profile itself"),
    ],
)
def test_a_hostile_manifest_leads_nowhere(profile: Path, backup: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (profile / "way").symlink_to(tmp_path / "elsewhere")
    path = profile / place
    forged(backup, manifest_of(path), member(f"0/{path.name}"))
    before = tree(tmp_path)
    with pytest.raises(UnreadableStore):
        undo(profile, backup)
    assert tree(tmp_path) == before


def test_the_same_done_well_is_put_back(profile: Path, backup: Path) -> None:
    forged(backup, manifest_of(profile / "Forged"), member("0/Forged", b"x"), member("0/Forged-wal", b""))
    undo(profile, backup)
    assert (profile / "Forged").read_bytes() == b"x"


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"backup": 2, "profiles": [], "saved": []}', id="of another version"),
        pytest.param(b'{"backup": 1, "profiles": [], "saved": [{"path": "/x"}]}', id="incomplete"),
        pytest.param(b'{"backup": 1, "profiles": [7], "saved": []}', id="no path"),
        pytest.param(
            b'{"backup":1,"profiles":[],"saved":[{"path":"/x","sidecars":["/../y"],"exact":"","known":[]}]}',
            id="a sidecar that leads elsewhere",
        ),
    ],
)
def test_a_broken_manifest_is_no_backup(profile: Path, backup: Path, manifest: bytes) -> None:
    forged(backup, manifest)
    with pytest.raises(UsageError, match=r"backup\.age: damaged, or not a backup of scrubber's"):
        undo(profile, backup)


def test_a_manifest_comes_back_as_it_was() -> None:
    empty = Manifest((), ())
    assert VERSION == 1
    assert read(empty.to_bytes()) == empty


def test_size_costs_no_memory(profile: Path, backup: Path) -> None:
    """The passphrase's own cost aside, which is not Python's to count."""
    size = 64 << 20
    with (profile / "Cache" / "large").open("wb") as file:
        file.truncate(size)
    before = look(profile / "Cache").exact
    tracemalloc.start()
    try:
        discarded(profile, "Cache", backup)
        undo(profile, backup)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert backup.stat().st_size > size
    assert look(profile / "Cache").exact == before
