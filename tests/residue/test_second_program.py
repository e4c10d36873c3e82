from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.running import CHROME, scrubber
from tests.residue.planted import BODIES, NAMES
from tests.residue.planted_databases import DATABASES
from tests.residue.planted_files import FILES
from tests.residue.second_program import sees
from tests.residue.test_verify import home, nobodys_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["home", "nobodys_home"]

HOST = "labs.openai.com"
SEALED = {"encrypted entry of cache2"}
"""Which only their key opens; tests of the format have a second reader."""
KINDS = {
    kind: plant for kind, plant in {**NAMES, **BODIES, **DATABASES, **FILES}.items() if kind not in SEALED
}


@pytest.mark.parametrize("plant", KINDS.values(), ids=KINDS.keys())
def test_a_second_program_sees_each_finding(home: Path, plant: Callable[[Path, str], None]) -> None:
    plant(home / CHROME, HOST)
    residue = scrubber("verify", "--json", "-v", "--home", home).json["residue"]
    assert residue
    assert [one for one in residue if not sees(one)] == []
