"""The README says how much was tried: no more than what this run has counted, rounded down.

The last of all (`tests/conftest.py`), so that the others have counted. With nothing to compare it skips.
To write the table: `pytest tests/faults tests/fuzz --write-table`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.tally import Tally

README = Path(__file__).parent.parent.parent / "README.md"

TRIED = (
    "file operations that failed",
    "kills survived",
    "interrupts survived",
    "power cuts survived",
    "full disks survived",
    "bad inputs refused or read",
    "inputs made by a fuzzer, refused or read",
)


def rounded(count: int) -> int:
    """Down to one digit and zeros, because every system and every version of Python has its own number."""
    unit = int("1".ljust(len(str(count)), "0"))
    return count // unit * unit


def table(counts: Mapping[str, int]) -> str:
    rows = [f"| {what} | more than {rounded(counts[what]):,} | nothing |" for what in TRIED]
    return "\n".join(["| tried | in each run of the tests | lost |", "|---|---|---|", *rows])


def claimed() -> dict[str, int]:
    part = README.read_text(encoding="utf-8").partition("<!-- reliability: begin -->")[2]
    rows = re.findall(
        r"^\| (.+) \| more than ([\d,]+) \|", part.partition("<!-- reliability: end -->")[0], re.M
    )
    return {what: int(number.replace(",", "")) for what, number in rows}


def write(counts: Mapping[str, int]) -> None:
    before, begin, rest = README.read_text(encoding="utf-8").partition("<!-- reliability: begin -->\n")
    _, end, after = rest.partition("<!-- reliability: end -->")
    README.write_text(f"{before}{begin}{table(counts)}\n{end}{after}", encoding="utf-8")


def test_the_readme_claims_what_was_counted(tally: Tally, request: pytest.FixtureRequest) -> None:
    missing = [what for what in TRIED if not tally.counts[what]]
    if missing:
        pytest.skip(f"not counted in this run: {', '.join(missing)}")
    if request.config.getoption("--write-table"):
        write(tally.counts)
    assert list(claimed()) == list(TRIED)
    too_much = {
        what: (number, tally.counts[what])
        for what, number in claimed().items()
        if number > tally.counts[what]
    }
    assert too_much == {}, f"the README's table should be:\n{table(tally.counts)}"
    assert all(tally.counts[what] < 3 * number for what, number in claimed().items()), table(tally.counts)


@pytest.mark.parametrize(("count", "shown"), [(7, 7), (10, 10), (151, 100), (3999, 3000)])
def test_numbers_are_rounded_down(count: int, shown: int) -> None:
    assert rounded(count) == shown
