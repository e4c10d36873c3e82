from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.closed_tabs import without
from scrubber.formats.snss import Record, read_page
from tests import snss_files as made


def record(command: made.Command) -> Record:
    return Record(*command)


def page(name: str) -> Record:
    return record(made.page(f"https://{name}/", command=made.CLOSED))


def tab(shown: int, *names: str, number: int = 7) -> list[Record]:
    """A tab with these pages; its other commands stand behind them."""
    head = Record(4, struct.pack("<iiq", number, shown, 13440000000000000))
    return [head, *map(page, names), Record(5, b"\1\0\0\0"), Record(14, made.pickle(made.string("a")))]


def window(shown: int, tabs: int) -> Record:
    numbers = struct.pack("<iiiqiiiii", 3, shown, tabs, 13440000000000000, 0, 0, 800, 600, 1)
    return Record(9, made.pickle(numbers, made.string(""), bytes(4)))


def old_window(shown: int, tabs: int) -> Record:
    return Record(3, struct.pack("<iiiq", 3, shown, tabs, 13440000000000000))


def group(tabs: int) -> Record:
    return Record(
        13, made.pickle(bytes(range(16)), struct.pack("<iii", 5, tabs, 1), made.string16("Art"), bytes(8))
    )


def drop(records: list[Record], host: str = "x") -> list[Record]:
    """Without the pages of a host."""
    gone = {
        number
        for number, each in enumerate(records)
        if each.command == made.CLOSED and read_page(each).url == f"https://{host}/"
    }
    return list(without(records, gone))


MARKER = record(made.MARKER)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(tab(1, "a", "x", "b"), tab(1, "a", "b"), id="shown-page-goes-the-next-is-shown"),
        pytest.param(tab(2, "a", "b", "x"), tab(1, "a", "b"), id="last-page-goes-the-one-before-is-shown"),
        pytest.param(tab(0, "x", "a", "b"), tab(0, "a", "b"), id="first-page-goes"),
        pytest.param(tab(3, "x", "a", "x", "b"), tab(1, "a", "b"), id="pages-before-the-shown-one-go"),
        pytest.param(tab(0, "a", "b", "x"), tab(0, "a", "b"), id="pages-behind-the-shown-one-go"),
        pytest.param(tab(1, "x", "x"), [], id="all-pages-go-and-the-tab"),
        pytest.param([*tab(0, "x"), *tab(0, "a"), MARKER], [*tab(0, "a"), MARKER], id="the-next-tab-stays"),
        pytest.param([*tab(0, "a"), *tab(0, "x"), MARKER], [*tab(0, "a"), MARKER], id="the-marker-stays"),
        pytest.param(
            [window(1, 2), *tab(0, "x"), *tab(0, "a"), *tab(0, "b")],
            [window(0, 1), *tab(0, "a"), *tab(0, "b")],
            id="window-has-one-tab-less",
        ),
        pytest.param(
            [old_window(2, 3), *tab(0, "a"), *tab(0, "b"), *tab(0, "x")],
            [old_window(1, 2), *tab(0, "a"), *tab(0, "b")],
            id="old-window",
        ),
        pytest.param(
            [window(0, 2), Record(7, b"name"), *tab(0, "x"), *tab(0, "x", "x"), *tab(0, "a")],
            tab(0, "a"),
            id="window-without-tabs-goes-with-its-name",
        ),
        pytest.param(
            [window(0, 1), *tab(1, "x", "a")], [window(0, 1), *tab(0, "a")], id="window-keeps-its-tab"
        ),
        pytest.param(
            [group(2), *tab(0, "a"), *tab(0, "x"), Record(2, bytes(4))],
            [group(1), *tab(0, "a"), Record(2, bytes(4))],
            id="group",
        ),
        pytest.param(
            [*tab(0, "a"), window(0, 2), *tab(0, "x")], [*tab(0, "a")], id="window-that-was-cut-off-goes"
        ),
        pytest.param(
            [window(0, 3), *tab(0, "x"), *tab(0, "a")],
            [window(0, 2), *tab(0, "a")],
            id="window-that-was-cut-off-still-lacks-one",
        ),
    ],
)
def test_what_is_left_is_counted_anew(before: list[Record], after: list[Record]) -> None:
    assert drop(before) == after


@pytest.mark.parametrize(
    "records",
    [
        [window(1, 2), *tab(0, "a"), *tab(3, "b"), MARKER],
        [group(1), *tab(0, "a"), Record(2, bytes(4)), *tab(-1)],
        [page("a"), Record(99, b"?"), window(5, -1), *tab(0, "a")],
        [Record(4, b""), Record(9, b""), Record(13, b"\0"), Record(3, b"\0\0")],
    ],
    ids=["whole", "tab-without-pages", "strange", "cut"],
)
def test_nothing_changes_if_nothing_goes(records: list[Record]) -> None:
    assert drop(records) == records


def test_a_group_whose_title_goes_leaves_its_tabs() -> None:
    records = [group(2), *tab(0, "a"), *tab(0, "b")]
    assert list(without(records, {0})) == records[1:]


commands = st.builds(Record, st.sampled_from([1, 2, 3, 4, 5, 9, 13, 14, 255]), st.binary(max_size=40))


@given(st.lists(commands, max_size=12), st.sets(st.integers(0, 11)))
def test_any_file_keeps_its_other_pages(records: list[Record], gone: set[int]) -> None:
    pages = [each for number, each in enumerate(records) if each.command == 1 and number not in gone]
    assert [each for each in without(records, gone) if each.command == 1] == pages
