"""The sweep on homes that the real browsers wrote, against a plain byte search and a second program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browsers import cleaning
from tests.browsers.hosts import LOOK_ALIKES, TARGET
from tests.residue.second_program import sees

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browsers.cleaning import Cleaned
    from tests.browsers.homes import ChromiumHome, FirefoxHome

    AnyHome = ChromiumHome | FirefoxHome

pytestmark = pytest.mark.browser

_CODECS = ("ascii", "utf-16-le", "utf-16-be")
_HASHED = ("hash", "md5", "sha", "web app id", "partition")
"""Forms that the second program doesn't compute."""


@pytest.fixture(params=["chromium_home", "firefox_home"])
def cleaned(request: pytest.FixtureRequest, cleanings: Callable[[str], Cleaned[AnyHome]]) -> Cleaned[AnyHome]:
    return cleanings(request.param)


def naming(home: Path) -> set[str]:
    """Every file whose bytes have the target's name: plain, in UTF-16, reversed; look-alikes apart.

    So are the folders of look-alikes: the border of a page may cut their names in two.
    """
    return {
        cleaning.within(home, path)
        for path in home.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and not any(alike in str(path) for alike in LOOK_ALIKES)
        and _names(path.read_bytes())
    }


def _names(content: bytes) -> bool:
    for codec in _CODECS:
        for turn in (1, -1):
            rest = content
            for alike in LOOK_ALIKES:
                rest = rest.replace(alike[::turn].encode(codec), b"")
            if TARGET[::turn].encode(codec) in rest:
                return True
    return False


def test_what_a_byte_search_finds_the_sweep_finds(cleaned: Cleaned[AnyHome]) -> None:
    found = naming(cleaned.before.path)
    assert found
    assert [path for path in sorted(found) if not cleaned.asked.names(path)] == []


def test_nothing_of_a_usual_home_is_beyond_examination(cleaned: Cleaned[AnyHome]) -> None:
    assert cleaned.asked.answer["not_examined"] == []
    assert cleaned.asked_again.answer["not_examined"] == []


def test_nothing_unexplained_is_left_and_what_is_left_is_explained(cleaned: Cleaned[AnyHome]) -> None:
    assert cleaned.asked_again.left == set()
    left = naming(cleaned.after.path)
    assert [path for path in sorted(left) if not cleaned.asked_again.names(path)] == []


def test_a_second_program_sees_each_finding(cleaned: Cleaned[AnyHome], tmp_path: Path) -> None:
    home = cleaned.before.copied(tmp_path)
    residue = cleaning.run(home.path, "verify", "-v").answer["residue"]
    checked = [one for one in residue if not any(word in one["form"] for word in _HASHED)]
    assert checked
    assert [one for one in checked if not sees(one)] == []
