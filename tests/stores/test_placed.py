"""What the bases of stores discard: what the traces name, whole or in part, and nothing without any."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING

import pytest

from scrubber.model import Standing, Trace
from scrubber.stores.placed import Files, Parts, Placed, Shared, Whole
from scrubber.transaction import Transaction
from tests.cleaned import tree

if TYPE_CHECKING:
    from pathlib import Path

PLACE = "{profile}/Kept"
EVERYTHING = {"ours", "theirs", "below/ours", "below/theirs"}


def traces(*keys: str) -> tuple[Trace, ...]:
    return tuple(Trace("", key, Standing.OWN, "", "storage") for key in keys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "profile" / "Kept"
    (folder / "below").mkdir(parents=True)
    for name in EVERYTHING:
        (folder / name).write_bytes(b"of somebody")
    (folder.parent / "ours").write_bytes(b"of another store")
    return folder


@pytest.mark.parametrize(
    ("store", "keys", "gone"),
    [
        pytest.param(Whole(PLACE), ("Kept",), EVERYTHING, id="whole"),
        pytest.param(Whole(PLACE), (), set(), id="whole, of nobody's"),
        pytest.param(Parts(PLACE), ("below",), {"below/ours", "below/theirs"}, id="a folder in it"),
        pytest.param(Parts(PLACE), ("ours",), {"ours"}, id="a file in it"),
        pytest.param(Parts(PLACE), (), set(), id="nothing in it"),
        pytest.param(Files(PLACE), ("below/ours",), {"below/ours"}, id="a file further down"),
        pytest.param(Files(PLACE), ("ours",), {"ours"}, id="a file of a name that is further down too"),
        pytest.param(Files(PLACE), ("below",), set(), id="no folder among files"),
        pytest.param(Shared(PLACE), ("ours", "left before"), {"ours"}, id="what is still there"),
        pytest.param(Shared(PLACE), ("below",), set(), id="no folder of another program"),
    ],
)
def test_what_a_store_discards(
    folder: Path, store: Whole | Parts | Files | Shared, keys: tuple[str, ...], gone: set[str]
) -> None:
    before = tree(folder)
    with Transaction([folder.parent]) as transaction:
        assert store.remove(folder, traces(*keys), transaction) == 0
        transaction.swap()
        transaction.commit()
    assert tree(folder) == {name: content for name, content in before.items() if name not in gone}
    assert (folder.parent / "ours").read_bytes() == b"of another store"


def test_its_unit_is_its_place_unless_others_write_there(folder: Path) -> None:
    assert Placed(PLACE).unit(folder) == (folder,)
    assert Shared(PLACE).unit(folder) == ()


@pytest.mark.parametrize("field", ["places", "source", "holds"])
@pytest.mark.parametrize("store", [Placed(PLACE), Whole(PLACE)], ids=["base", "derived"])
def test_nobody_changes_it(store: Placed, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(store, field, ())
    assert store.places == (PLACE,)
