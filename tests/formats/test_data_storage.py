from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.damaged import Damaged
from scrubber.formats.data_storage import read_slots, slot_size, without, write_slot

SAMPLES = Path(__file__).parent / "samples" / "firefox"
HSTS = (SAMPLES / "SiteSecurityServiceState.bin").read_bytes()
SERVICES = (SAMPLES / "AlternateServices.bin").read_bytes()


@pytest.mark.parametrize(
    ("content", "size"),
    [pytest.param(HSTS, 286, id="short-values"), pytest.param(SERVICES, 1286, id="long-values")],
)
class TestWhatFirefoxWrote:
    def test_is_read(self, content: bytes, size: int) -> None:
        slots = list(read_slots(content))
        assert slot_size(content) == size
        assert slots[0].key.replace("https:", "").startswith("shop.example")
        assert "^partitionKey=%28https%2Cshop.example%29" in slots[0].key
        assert [slot.number for slot in slots] == list(range(len(content) // size))
        assert all(slot.is_sound for slot in slots)

    def test_is_written_back_to_the_byte(self, content: bytes, size: int) -> None:
        written = (write_slot(s.score, s.day, s.key, s.value, size - 262) for s in read_slots(content))
        assert b"".join(written) == content

    def test_loses_one_slot_and_keeps_the_others_in_place(self, content: bytes, size: int) -> None:
        left = without(content, {0})
        assert len(left) == len(content)
        assert left == bytes(size) + content[size:]
        assert [slot.number for slot in read_slots(left)] == [s.number for s in read_slots(content)][1:]


def test_all_slots_free() -> None:
    assert list(read_slots(bytes(286 * 3))) == []
    assert without(HSTS, range(len(HSTS) // 286)) == bytes(len(HSTS))


def test_a_slot_with_a_wrong_checksum_is_told() -> None:
    slots = list(read_slots(HSTS[:100] + b"x" + HSTS[101:]))
    assert [slot.is_sound for slot in slots] == [False] + [True] * (len(slots) - 1)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"x", id="no-whole-slot"),
        pytest.param(b"x" * 286, id="no-checksum-right"),
        pytest.param(HSTS[:-1], id="cut"),
    ],
)
def test_damage_is_named(content: bytes) -> None:
    with pytest.raises(Damaged):
        list(read_slots(content))


@given(st.binary(max_size=600) | st.builds(lambda b: b.ljust(572, b"\0")[:572], st.binary(max_size=572)))
def test_arbitrary_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        slots = list(read_slots(content))
    except Damaged:
        return
    assert any(slot.is_sound for slot in slots) or not any(content)
