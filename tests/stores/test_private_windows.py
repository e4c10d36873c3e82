"""Storage of private windows that a crash left goes, because nobody can say whose it is; the rest stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.firefox.site_data import PRIVATE_WINDOWS
from scrubber.browsers.firefox.stores import STORES
from scrubber.model import Policy
from tests.cleaned import clean, tree

if TYPE_CHECKING:
    from pathlib import Path

NAMELESS = "uuid+++1fe96e20-4281-4c0d-ac2b-6e1d073d5e3b"


@pytest.mark.parametrize(
    ("name", "policy", "goes"),
    [
        pytest.param(NAMELESS, Policy(), True, id="by default"),
        pytest.param(NAMELESS, Policy(mentions="keep"), False, id="where mentions are kept"),
        pytest.param(NAMELESS, Policy(without=frozenset({"cache"})), False, id="where caches are left out"),
        pytest.param(
            "https+++shop.example^privateBrowsingId=1", Policy(), False, id="an origin with its name"
        ),
        pytest.param("uuid+++shop.example", Policy(), False, id="another name"),
    ],
)
def test_a_folder_whose_key_is_gone(tmp_path: Path, name: str, policy: Policy, goes: bool) -> None:
    folder = tmp_path / "storage" / "private" / name
    (folder / "idb").mkdir(parents=True)
    (folder / "idb" / "a.sqlite").write_bytes(b"SQLite format 3\0 \0\2\2 @  encrypted")
    (folder.parent / "https+++news.example").mkdir()
    (folder.parent / "https+++news.example" / ".metadata-v2").write_bytes(b"of another")
    before = tree(tmp_path)
    clean(PRIVATE_WINDOWS, folder, tmp_path, policy)
    gone = {path for path in before if name in path} if goes else set()
    assert tree(tmp_path) == {path: content for path, content in before.items() if path not in gone}
    assert folder.exists() != goes


def test_firefox_s_table_has_it() -> None:
    assert PRIVATE_WINDOWS in STORES
