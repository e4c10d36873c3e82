from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from scrubber.discovery.account import signed_in
from scrubber.model import BrowserProfile

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Family


def profile(path: Path, family: Family) -> BrowserProfile:
    return BrowserProfile("some", family, "p", "p", path, path, path)


@pytest.mark.parametrize(
    ("preferences", "expected"),
    [
        pytest.param(json.dumps({"account_info": [{"email": "a@shop.example"}]}), True, id="an account"),
        pytest.param(json.dumps({"account_info": []}), False, id="none"),
        pytest.param("{}", False, id="never any"),
        pytest.param("[]", False, id="no object"),
        pytest.param("{", None, id="no JSON"),
    ],
)
def test_chromium_is_signed_in_where_its_preferences_have_an_account(
    tmp_path: Path, preferences: str, expected: bool | None
) -> None:
    (tmp_path / "Preferences").write_text(preferences)
    assert signed_in(profile(tmp_path, "chromium")) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param('user_pref("services.sync.username", "a@shop.example");', True, id="connected"),
        pytest.param('user_pref("services.sync.usernames", "x");', False, id="another name"),
        pytest.param("", False, id="never"),
    ],
)
def test_firefox_is_signed_in_where_a_preference_names_the_account(
    tmp_path: Path, line: str, expected: bool
) -> None:
    (tmp_path / "prefs.js").write_text(f"// Mozilla User Preferences\n{line}\n")
    assert signed_in(profile(tmp_path, "firefox")) is expected


@pytest.mark.parametrize("family", ["chromium", "firefox"])
def test_without_preferences_nobody_is_signed_in(tmp_path: Path, family: Family) -> None:
    assert signed_in(profile(tmp_path, family)) is False


def test_a_pipe_instead_of_preferences_says_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "prefs.js")
    assert signed_in(profile(tmp_path, "firefox")) is None
