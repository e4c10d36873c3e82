"""What all tests share: the same examples in every run, and processes that listen to signals."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

from tests.tally import Tally

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

# Started in the background of a script, or to outlive a terminal, we ignore these, and so would every
# process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


LAST = "test_table_of_counts"
"""A module that tells what the others have counted."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-table", action="store_true", help="write what was counted to the README")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LAST in item.nodeid)


@pytest.fixture(scope="session")
def tally() -> Tally:
    return Tally()
