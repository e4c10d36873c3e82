"""No bytes make a format crash, hang or take all memory: cases found once, and many made from sound files."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrubber.errors import UnreadableStore
from scrubber.formats.damaged import Damaged
from tests.fuzz.targets import FOUND, TARGETS, attempt

if TYPE_CHECKING:
    from tests.tally import Tally

FORMATS = Path(__file__).parent.parent.parent / "scrubber" / "formats"

NO_CONTENT = {"damaged", "zip_archive", "host_hashes", "encrypted_cache", "spellings"}
"""Modules that read nothing: errors, hashes and spellings of hosts, how a sealed file starts."""

EXAMPLES = 40
RUNS = 8_000
"""Of each format with atheris, which sees what part of the code a case reaches and goes on from there."""


def test_every_format_is_tried() -> None:
    modules = {
        ".".join(path.relative_to(FORMATS).with_suffix("").parts)
        for path in FORMATS.rglob("*.py")
        if path.name != "__init__.py"
    }
    assert modules - NO_CONTENT == {module for target in TARGETS.values() for module in target.modules}


@pytest.mark.parametrize("name", TARGETS)
def test_sound_content_is_read(name: str, tmp_path: Path) -> None:
    """Otherwise nothing beyond the first check would ever be reached."""
    read = 0
    for content in TARGETS[name].seeds():
        try:
            TARGETS[name].read(content, tmp_path)
            read += 1
        except (Damaged, UnreadableStore):
            continue
    assert read


@pytest.mark.parametrize(
    "path", sorted(FOUND.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}"
)
def test_what_was_found_once(path: Path, tmp_path: Path, tally: Tally) -> None:
    attempt(path.parent.name, path.read_bytes(), tmp_path)
    tally.add("bad inputs refused or read")


Edit = tuple[float, int, bytes]
"""Where (of the whole), how much goes, what comes."""

EDITS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from((0, 1, 1, 2, 4, 8, 64, 1 << 20)),
        st.one_of(
            st.sampled_from((b"\0", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0" * 64)), st.binary(max_size=8)
        ),
    ),
    min_size=1,
    max_size=4,
)


def edited(content: bytes, edits: list[Edit]) -> bytes:
    for place, gone, put in edits:
        at = int(place * len(content))
        content = content[:at] + put + content[at + gone :]
    return content


@pytest.mark.parametrize("name", TARGETS)
def test_no_change_of_sound_content(name: str, tmp_path: Path, tally: Tally) -> None:
    sound = TARGETS[name].seeds()

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(sound), EDITS)
    def try_all(content: bytes, edits: list[Edit]) -> None:
        attempt(name, edited(content, edits), tmp_path)
        tally.add("bad inputs refused or read")

    try_all()


@pytest.mark.skipif(find_spec("atheris") is None, reason="there is no atheris for this system")
def test_no_bytes_that_reach_new_code(tmp_path: Path, tally: Tally) -> None:
    command = [sys.executable, "-m", "tests.fuzz.under_atheris", str(RUNS), str(tmp_path)]
    root = FORMATS.parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    ran = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}\nKeep the case in {FOUND}."
    quick = sum(not target.is_slow for target in TARGETS.values())
    tally.add("inputs made by a fuzzer, refused or read", RUNS * quick)
