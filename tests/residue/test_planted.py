from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber.residue.sweep import NotExamined, Remnant, sweep
from scrubber.sites import Site, Target
from tests.residue.planted import BODIES, HASHES, NAMES
from tests.residue.planted_databases import DATABASES
from tests.residue.planted_dictionaries import DICTIONARIES, DICTIONARY_BODIES
from tests.residue.planted_files import FILES
from tests.residue.planted_hashes import HOSTS, elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOST = "labs.openai.com"
TARGET = Target((Site("sample", "Sample", domains=(HOST,), urls=("https://openai.com/dall-e",)),))
ALIKE = ("mylabs.openai.com", "labs-openai.com", "labs.openai.com.evil.example", "chat.openai.com")


def planted(kinds: dict[str, Callable[[Path, str], None]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("plant", kinds.values(), ids=kinds.keys())


OWN = {**NAMES, **HASHES, **HOSTS, **DATABASES, **FILES, **DICTIONARIES}


@planted(OWN)
def test_found_alone_and_unexplained(tmp_path: Path, plant: Callable[[Path, str], None]) -> None:
    plant(tmp_path, HOST)
    found = list(sweep([tmp_path], TARGET))
    assert {(type(one), getattr(one, "explained", None)) for one in found} == {(Remnant, "")}
    assert {one.name for one in found if isinstance(one, Remnant)} == {HOST}


@planted({**BODIES, **DICTIONARY_BODIES})
def test_found_as_a_mention(tmp_path: Path, plant: Callable[[Path, str], None]) -> None:
    plant(tmp_path, HOST)
    found = list(sweep([tmp_path], TARGET))
    assert {(one.seen_as, one.explained) for one in found if isinstance(one, Remnant)} == {
        ("cache body", "mention")
    }
    assert not [one for one in found if isinstance(one, NotExamined)]


@pytest.mark.parametrize("host", ALIKE)
@planted({**OWN, **BODIES, **DICTIONARY_BODIES})
def test_a_look_alike_stays_silent(tmp_path: Path, plant: Callable[[Path, str], None], host: str) -> None:
    plant(tmp_path, host)
    assert list(sweep([tmp_path], TARGET)) == []


def test_short_hashes_count_only_in_their_lists(tmp_path: Path) -> None:
    elsewhere(tmp_path)
    assert list(sweep([tmp_path], TARGET)) == []
