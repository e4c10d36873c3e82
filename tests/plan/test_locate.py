"""Places of stores: which paths a pattern means, and what is never entered."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from scrubber.browsers import BROWSERS
from scrubber.model import BrowserProfile, Skipped
from scrubber.plan.locate import located


def profile(root: Path, name: str = "Default") -> BrowserProfile:
    """A profile with a cache of its own; none of its folders need exist."""
    return BrowserProfile(
        "chrome", "chromium", name, name, root / "data" / name, root / "data", root / "cache" / name
    )


def made(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("")


def found(root: Path, *places: str, name: str = "Default") -> list[str]:
    paths = located(places, profile(root, name))
    return [path.relative_to(root).as_posix() for path in paths if isinstance(path, Path)]


FILES = (
    "data/Default/History",
    "data/Default/a/x/db",
    "data/Default/a/y/db",
    "data/Default/a/file",
    "data/Snapshots/1/Default/History",
    "data/Snapshots/2/Default/History",
    "data/Snapshots/2/Other/History",
    "cache/Default/Cache/index",
    "data/Local State",
)
PLACES = [
    ("{profile}/History", ["data/Default/History"]),
    ("{profile}/absent", []),
    ("{profile}/absent/*", []),
    ("{profile}/History/*", []),
    ("{profile}/a/*", ["data/Default/a/file", "data/Default/a/x", "data/Default/a/y"]),
    ("{profile}/a/*/db", ["data/Default/a/x/db", "data/Default/a/y/db"]),
    ("{profile}/*/*/d*", ["data/Default/a/x/db", "data/Default/a/y/db"]),
    ("{cache}/Cache/index", ["cache/Default/Cache/index"]),
    ("{user_data}/Local State", ["data/Local State"]),
    (
        "{user_data}/Snapshots/*/{folder}/History",
        ["data/Snapshots/1/Default/History", "data/Snapshots/2/Default/History"],
    ),
]


@pytest.mark.parametrize(("place", "expected"), PLACES, ids=[place for place, _ in PLACES])
def test_a_place(place: str, expected: list[str], tmp_path: Path) -> None:
    made(tmp_path, *FILES)
    assert found(tmp_path, place) == expected


@pytest.mark.parametrize("root", ["{data_home}", "{cache_home}", "{home}"])
def test_the_desktops_places_are_nowhere_without_a_home(root: str, tmp_path: Path) -> None:
    made(tmp_path, "x")
    known = replace(profile(tmp_path), data_home=tmp_path, cache_home=tmp_path, home=tmp_path)
    assert list(located([f"{root}/x"], known)) == [tmp_path / "x"]
    assert list(located([f"{root}/x"], profile(tmp_path))) == []


def test_a_path_that_two_places_mean_comes_once(tmp_path: Path) -> None:
    made(tmp_path, *FILES)
    assert found(tmp_path, "{profile}/History", "{profile}/Hist*", "{user_data}/*/History") == [
        "data/Default/History"
    ]


def test_a_profile_whose_folder_does_not_exist(tmp_path: Path) -> None:
    assert found(tmp_path, "{profile}/History", "{cache}/*", "{user_data}/*/{folder}/x") == []


@pytest.mark.parametrize(
    "name", ["Work [old]", "W*", "Profile ?"], ids=["brackets", "a star", "a question mark"]
)
def test_a_profile_named_like_a_pattern(name: str, tmp_path: Path) -> None:
    made(
        tmp_path, *(f"data/Snapshots/1/{folder}/History" for folder in (name, "Work o", "Work", "Profile 1"))
    )
    assert found(tmp_path, "{user_data}/Snapshots/*/{folder}/History", name=name) == [
        f"data/Snapshots/1/{name}/History"
    ]


def _put(path: Path, kind: str) -> None:
    if kind == "link":
        made(path.parent.parent.parent, "elsewhere/History")
        path.symlink_to(path.parent.parent.parent / "elsewhere")
    elif kind == "dangling":
        path.symlink_to("nowhere")
    else:
        os.mkfifo(path)


@pytest.mark.parametrize("kind", ["link", "dangling", "FIFO"])
@pytest.mark.parametrize("place", ["{profile}/odd", "{profile}/odd/History", "{profile}/o*", "{profile}/*/*"])
def test_what_is_not_entered(kind: str, place: str, tmp_path: Path) -> None:
    made(tmp_path, "data/Default/History")
    odd = tmp_path / "data" / "Default" / "odd"
    _put(odd, kind)
    skipped = [item for item in located([place], profile(tmp_path)) if isinstance(item, Skipped)]
    what = "FIFO" if kind == "FIFO" else "link"
    assert skipped == [Skipped(odd, f"a {what}, not followed")]


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="who may read everything can't be refused")
def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    made(tmp_path, "data/Default/shut/x", "data/Default/open/x")
    (tmp_path / "data/Default/shut").chmod(0)
    skipped = [item for item in located(["{profile}/*/*"], profile(tmp_path)) if isinstance(item, Skipped)]
    (tmp_path / "data/Default/shut").chmod(0o700)
    assert [item.path.name for item in skipped] == ["shut"]


def test_caches_elsewhere_are_known_by_their_names(tmp_path: Path) -> None:
    made(tmp_path, "big [x]/cache2/index", "big x/cache2/index", "big [x]/Cache/index", "linked/index")
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "cache2").symlink_to(tmp_path / "linked")
    caches = tmp_path / "big [x]/cache2", tmp_path / "moved/cache2", tmp_path / "absent/cache2"
    known = replace(profile(tmp_path), moved_caches=(*caches, tmp_path / "big [x]/Cache"))
    assert list(located(["{moved_caches}/cache2"], known)) == [
        caches[0],
        Skipped(caches[1], "a link, not followed"),
    ]
    assert list(located(["{moved_caches}/Cache", "{moved_caches}/cache2.*"], known)) == [
        tmp_path / "big [x]/Cache"
    ]
    assert list(located(["{moved_caches}/cache2"], profile(tmp_path))) == []


def test_looking_leaves_access_times(tmp_path: Path) -> None:
    made(tmp_path, *FILES)
    folder = tmp_path / "data" / "Default" / "a"
    os.utime(folder, ns=(1, 2))
    assert found(tmp_path, "{profile}/a/*/db")
    assert folder.lstat().st_atime_ns == 1


KNOWN = ("{profile}", "{cache}", "{user_data}", "{data_home}", "{cache_home}", "{home}")


def test_every_place_starts_at_a_known_folder() -> None:
    for browser in BROWSERS:
        for place in [place for store in browser.stores for place in store.places] + [*browser.shared]:
            if place.startswith(("{moved_caches}/", "{backups}/")):
                continue
            root, _, rest = place.partition("/")
            assert root in KNOWN, place
            assert rest, place
            assert not {"", ".", ".."} & set(rest.split("/")), place


def test_a_source_and_a_place_name_one_store() -> None:
    """Else a plan's file could not say which is meant."""
    for browser in BROWSERS:
        named = [(store.source, place) for store in browser.stores for place in store.places]
        assert len(named) == len(set(named)), browser.key
