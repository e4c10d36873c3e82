"""The real browsers: where they are, and a plain reason to skip where they are not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

REQUIRE = "SCRUBBER_REQUIRE_BROWSERS"
"""Set to 1 (as CI does), a missing browser fails the run instead of skipping its tests."""


def _missing(what: str) -> NoReturn:
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(f"{what}, and {REQUIRE}=1 asks for it", pytrace=False)
    pytest.skip(what)


def _program(*names: str) -> Path:
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    _missing(f"none of these programs is installed: {', '.join(names)}")


@pytest.fixture(scope="session")
def certutil() -> Path:
    """NSS's `certutil`, which makes the browsers trust the harness's own authority."""
    return _program("certutil")


@pytest.fixture(scope="session")
def chromium_binary(certutil: Path) -> Path:
    """A real Chromium whose `chromedriver` is at hand too."""
    _program("chromedriver")
    return _program("chromium", "chromium-browser")


@pytest.fixture(scope="session")
def firefox_binary(certutil: Path) -> Path:
    """A real Firefox: the extended-support release first, because it changes least."""
    return _program("firefox-esr", "firefox")
