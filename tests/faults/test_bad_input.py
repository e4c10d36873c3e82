"""Whatever lies where a store should be: it is named, left as it is, never followed, and never waited for."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import socket
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber import discovery
from scrubber import plan as planning
from scrubber.errors import UnreadableStore
from scrubber.files import kind
from scrubber.formats import mozlz4
from scrubber.model import Look, Policy
from scrubber.report.discreet import discreet
from scrubber.sites import Target
from scrubber.sites.site_files import parse, shipped_folder
from tests.faults import homes
from tests.faults.children import end_of, spread
from tests.faults.homes import CHROME, FIREFOX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scrubber.plan import PlannedStore
    from tests.faults.conftest import Scene
    from tests.tally import Tally

TARGET = Target((parse(shipped_folder() / "dalle.toml"),))

CUTS = 400
"""Of one file at most: at every 512th byte, or as evenly as that many go into it."""
FLIPS = 100

LONGEST = 20
"""Seconds that reading one bad file may take before it counts as hanging."""
MEMORY = 2 << 30


def planned(home: Path) -> list[PlannedStore]:
    return list(planning.make(discovery.find_in(home).profiles, TARGET, Policy()).stores)


def files(store: PlannedStore) -> list[Path]:
    """All that one reads."""
    found = []
    for part in store.store.unit(store.path):
        found += [part] if kind(part) == "file" else [one for one in part.rglob("*") if one.is_file()]
    return found


def damaged(content: bytes) -> Iterator[bytes]:
    """Empty, cut anywhere, and with bits flipped, the same in every run."""
    step = 512 * max(1, len(content) // 512 // CUTS)
    yield from (content[:end] for end in range(0, len(content), step))
    chance = random.Random(len(content))
    for _ in range(FLIPS if content else 0):
        flipped = bytearray(content)
        for _ in range(chance.choice((1, 8))):
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        yield bytes(flipped)


def test_damaged_files_are_read_or_refused(scene: Scene, folder: Path, tally: Tally) -> None:
    """By every store, and nothing else is raised than that it can't be read."""
    count = len(planned(scene.home))
    tried = spread(range(count), partial(read_damaged, scene), folder)
    assert sum(tried) > 40 * count
    tally.add("bad inputs refused or read", sum(tried))


def read_damaged(scene: Scene, numbers: Sequence[int], place: Path) -> int:
    home = scene.set_up(place)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    tried = 0
    for store in [store for number, store in enumerate(planned(home)) if number in numbers]:
        look = Look(TARGET, store.profile, Policy())
        for file in files(store):
            whole = file.read_bytes()
            for content in damaged(whole):
                file.write_bytes(content)
                signal.alarm(LONGEST)
                try:
                    store.store.find(store.path, look)
                except UnreadableStore:
                    pass
                except Exception as error:
                    raise AssertionError(f"{file}: {error!r}, {len(content)} bytes") from error
                signal.alarm(0)
                assert file.read_bytes() == content
                tried += 1
            file.write_bytes(whole)
    return tried


def a_fifo(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path, outside: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path has room for 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def a_device(path: Path, outside: Path) -> None:
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero, which never ends
    except PermissionError:
        pytest.skip("only root makes devices")


def a_folder(path: Path, outside: Path) -> None:
    path.mkdir()


def a_dangling_link(path: Path, outside: Path) -> None:
    path.symlink_to("nowhere")


def a_looping_link(path: Path, outside: Path) -> None:
    path.symlink_to(path.name)


def a_link_to_the_real_thing(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


NO_FILES = [a_fifo, a_socket, a_device, a_folder, a_dangling_link, a_looping_link, a_link_to_the_real_thing]


@pytest.mark.parametrize("make", NO_FILES, ids=[make.__name__.replace("_", " ") for make in NO_FILES])
def test_what_is_no_file_is_named_and_left(
    scene: Scene, folder: Path, tally: Tally, make: Callable[[Path, Path], None]
) -> None:
    """In place of every store that is a file, and for links also of every one that is a folder."""
    home = scene.set_up(folder)
    replaced: list[Path] = []
    for path in sorted({store.path for store in planned(home)}):
        if set(replaced).isdisjoint(path.parents) and (path.is_file() or "link" in make.__name__):
            outside = folder / "outside" / path.relative_to(home)
            outside.parent.mkdir(parents=True, exist_ok=True)
            path.rename(outside)
            make(path, outside)
            replaced.append(path)
    before = looks(home), homes.content(folder / "outside")
    ran = homes.clean(home)
    assert ran.code == 4, ran.said["messages"]
    named = {each["path"] for each in (*ran.said["skipped"], *ran.said["not_examined"])}
    assert [path for path in replaced if discreet(str(path)) not in named] == []
    assert {path: told for path, told in looks(home).items() if Path(path) in replaced} == {
        path: told for path, told in before[0].items() if Path(path) in replaced
    }
    assert homes.content(folder / "outside") == before[1]
    tally.add("bad inputs refused or read", len(replaced))


def looks(home: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_ino, path.lstat().st_mode) for path in home.rglob("*")}


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(f"{CHROME}/Favicons", id="a database that is edited"),
        pytest.param(f"{CHROME}/Local Storage/leveldb", id="a file of a folder that is replaced"),
        pytest.param(f"{FIREFOX}/storage/default/https+++labs.openai.com", id="a file of a folder that goes"),
        pytest.param(".cache/google-chrome/Default/Cache/Cache_Data", id="an entry of a cache"),
    ],
)
def test_another_name_elsewhere_keeps_the_old_content_and_is_said(
    scene: Scene, folder: Path, tally: Tally, place: str
) -> None:
    """Nothing is written through it, and the profile is clean; but what was in it isn't gone."""
    home = scene.set_up(folder)
    files = [one for one in (home / place, *sorted((home / place).rglob("*"))) if one.is_file()]
    path = next((one for one in files if b"labs.openai.com" in one.read_bytes()), files[0])
    (folder / "outside").hardlink_to(path)
    before = (folder / "outside").read_bytes()
    ran = homes.clean(home)
    assert (ran.code, ran.said["residue"]) == (4, [one for one in ran.said["residue"] if one["explained"]])
    assert [discreet(str(path))] == [
        one["path"] for one in ran.said["skipped"] if "hard link" in one["reason"]
    ]
    assert (folder / "outside").read_bytes() == before
    assert homes.differing(homes.content(home), scene.new) == []
    tally.add("bad inputs refused or read", 1)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("CURRENT", id="the name of the manifest"),
        pytest.param("MANIFEST-*", id="the manifest"),
        pytest.param("*.log", id="the records"),
    ],
)
def test_one_file_of_a_database_that_is_none_keeps_the_whole(
    scene: Scene, folder: Path, tally: Tally, name: str
) -> None:
    home = scene.set_up(folder)
    (path,) = (home / CHROME / "Local Storage/leveldb").glob(name)
    path.unlink()
    a_fifo(path, path)
    others = {one: one.read_bytes() for one in path.parent.iterdir() if one.is_file()}
    ran = homes.clean(home)
    assert ran.code == 4, ran.said
    assert discreet(str(path)) in {one["path"] for one in ran.said["skipped"]}
    assert {one: one.read_bytes() for one in path.parent.iterdir() if one.is_file()} == others
    tally.add("bad inputs refused or read", 1)


DATABASE, SESSION, JSON = f"{CHROME}/Favicons", f"{FIREFOX}/sessionstore.jsonlz4", f"{CHROME}/Preferences"
DEEP = b'{"profile": ' + b"[" * 200_000

HOSTILE = [
    pytest.param(DATABASE, lambda old: old[:28] + b"\x7f\xff\xff\xff" + old[32:], id="2^31 pages claimed"),
    pytest.param(DATABASE, lambda old: b"mozLz40\0" + old, id="another format in a database's place"),
    pytest.param(JSON, lambda _: b"SQLite format 3\0" * 4096, id="a database's header in JSON's place"),
    pytest.param(JSON, lambda _: DEEP, id="deep JSON"),
    pytest.param(JSON, lambda _: DEEP + b"]" * 200_000 + b"}", id="deep JSON that is whole"),
    pytest.param(SESSION, lambda _: mozlz4.write(DEEP), id="deep JSON, compressed"),
    pytest.param(SESSION, lambda old: b"mozLz40\0\xff\xff\xff\x7f" + old[12:], id="2 GB claimed"),
    pytest.param(SESSION, lambda _: mozlz4.write(bytes(900 << 20)), id="a bomb of 900 MB"),
]


@pytest.mark.parametrize(("place", "spoil"), HOSTILE)
def test_hostile_content_is_named_and_left(
    scene: Scene, folder: Path, tally: Tally, place: str, spoil: Callable[[bytes], bytes]
) -> None:
    home = scene.set_up(folder)
    spoilt = spoil((home / place).read_bytes())
    (home / place).write_bytes(spoilt)
    assert end_of(partial(clean_in_narrow_bounds, home, folder / "said")) == 0
    said = json.loads((folder / "said").read_text())
    assert said["exit_code"] == 4, said["messages"]
    assert str(home / place) in {each["path"] for each in (*said["skipped"], *said["not_examined"])}
    assert (home / place).read_bytes() == spoilt
    assert [path for path in homes.differing(homes.content(home), scene.new) if path != place] == []
    tally.add("bad inputs refused or read", 1)


def clean_in_narrow_bounds(home: Path, said: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.alarm(3 * LONGEST)
    said.write_text(json.dumps(homes.clean(home).said))


NAMES = [
    b"line\nbreak",
    b"\xff\xfe.sqlite",
    b"x" * 255,
    b"--yes",
    b"$(id)`id`",
    b"\xe2\x80\xaetxt.exe",
    b"%s%n#?",
]


def test_hostile_names_are_names(scene: Scene, folder: Path, tally: Tally) -> None:
    home = scene.set_up(folder)
    made = []
    for parent in (
        CHROME,
        FIREFOX,
        f"{FIREFOX}/storage/default",
        ".cache/google-chrome/Default/Cache/Cache_Data",
    ):
        for name in NAMES:
            path = Path(os.fsdecode(os.path.join(os.fsencode(home / parent), name)))  # noqa: PTH118
            path.write_bytes(b"bystander")
            made.append(path)
    ran = homes.clean(home)
    assert ran.code == 0, ran.said["messages"]
    assert [path for path in made if path.read_bytes() != b"bystander"] == []
    tally.add("bad inputs refused or read", len(made))


@pytest.mark.parametrize("name", ["a b", "a#b", "a?b=c", "100%41", "it's", 'say "hi"', "-n", "ü·é"])
def test_a_home_may_be_called_anything(scene: Scene, folder: Path, name: str) -> None:
    scene.set_up(folder)
    home = Path(shutil.move(folder / "home", folder / name))
    ran = homes.clean(home)
    assert ran.code == 0, ran.said["messages"]
    assert homes.differing(homes.content(home), scene.new) == []
