from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.running import CHROME, scrubber
from tests.residue.planted import BODIES, NAMES, OTHER, page
from tests.residue.planted_databases import DATABASES
from tests.residue.planted_dictionaries import DICTIONARIES, DICTIONARY_BODIES
from tests.residue.planted_files import FILES
from tests.residue.second_program import sees
from tests.residue.test_sql_bodies import NOISE, brotli, cache
from tests.residue.test_verify import home, nobodys_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["home", "nobodys_home"]

HOST = "labs.openai.com"
SEALED = {"encrypted entry of cache2", "dcz in encrypted cache2"}
"""Which only their key opens; tests of the format have a second reader."""
WORDED = {**DICTIONARIES, **DICTIONARY_BODIES}
KINDS = {
    kind: plant
    for kind, plant in {**NAMES, **BODIES, **DATABASES, **FILES, **WORDED}.items()
    # There is no other reader of Brotli with a dictionary.
    if kind not in SEALED and not kind.startswith("dcb")
}


@pytest.mark.parametrize("plant", KINDS.values(), ids=KINDS.keys())
def test_a_second_program_sees_each_finding(home: Path, plant: Callable[[Path, str], None]) -> None:
    plant(home / CHROME, HOST)
    residue = scrubber("verify", "--json", "-v", "--home", home).json["residue"]
    assert residue
    assert [one for one in residue if not sees(one)] == []


@pytest.mark.parametrize("key", [OTHER, None], ids=["another site's", "nobody's"])
def test_a_second_program_puts_bodies_in_several_rows_together(home: Path, key: str | None) -> None:
    cache(home / CHROME, brotli(page(HOST) + NOISE), key=key)
    residue = scrubber("verify", "--json", "-v", "--home", home).json["residue"]
    assert [sees(one) for one in residue] == [True]
