from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber.residue.sweep import Remnant, sweep
from scrubber.sites import Site, Target
from tests import simple_cache_files

if TYPE_CHECKING:
    from pathlib import Path

HOST = "labs.openai.com"
TARGET = Target((Site("sample", "Sample", domains=(HOST,), partitions=("openai.com",)),))


def forms(root: Path, target: Target = TARGET) -> list[tuple[str, str]]:
    return [(one.name, one.form) for one in sweep([root], target) if isinstance(one, Remnant)]


PARTITIONED = [
    pytest.param("https://third.example/^0https://openai.com", id="storage key of Chromium"),
    pytest.param("https://third.example:8443/^0https://openai.com", id="storage key with a port"),
    pytest.param("https://notopenai.com/^0https://openai.com", id="look-alike as third party"),
    pytest.param("1/0/_dk_https://openai.com https://openai.com https://third.example/a.js", id="cache key"),
    pytest.param("1/0/_dk_s_https://openai.com https://third.example https://third.example/", id="frame"),
    pytest.param("https://third.example^partitionKey=%28https%2Copenai.com%29", id="origin of Firefox"),
    pytest.param(
        "https+++third.example^userContextId=2&partitionKey=%28https%2Copenai.com%2Cf%29", id="in a container"
    ),
    pytest.param(
        "O^partitionKey=%28https%2Copenai.com%29,:https://third.example/", id="cache key of Firefox"
    ),
    pytest.param(
        "O^partitionKey=%28https%2Copenai.com%29,a,~FETCH,:https://third.example/", id="with more tags"
    ),
]
OTHERS = [
    pytest.param("https://chat.openai.com/^0https://openai.com", id="host of the site itself"),
    pytest.param("https://third.example/^0https://notopenai.com", id="look-alike as partition"),
    pytest.param("https://third.example/^0https://openai.com.evil.example", id="longer partition"),
    pytest.param("1/0/_dk_https://openai.com https://openai.com https://chat.openai.com/", id="first party"),
    pytest.param("1/0/_dk_https://notopenai.com https://x.example https://third.example/", id="alike cache"),
    pytest.param(
        "https://chat.openai.com^partitionKey=%28https%2Copenai.com%29", id="first party of Firefox"
    ),
    pytest.param("https://third.example^partitionKey=%28https%2Cnotopenai.com%29", id="alike of Firefox"),
    pytest.param("https://third.example/?from=https://openai.com", id="site that is only mentioned"),
]


@pytest.mark.parametrize("value", PARTITIONED)
def test_third_parties_under_the_site(tmp_path: Path, value: str) -> None:
    (tmp_path / "file").write_text(f"x {value}\n")
    assert forms(tmp_path) == [("openai.com", "partition")]


@pytest.mark.parametrize("value", OTHERS)
def test_what_is_not_under_the_site(tmp_path: Path, value: str) -> None:
    (tmp_path / "file").write_text(f"x {value}\n")
    assert forms(tmp_path) == []


def test_without_a_partition_nothing_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("https://third.example/^0https://openai.com")
    assert forms(tmp_path, Target((Site("sample", "Sample", domains=(HOST,)),))) == []


def test_a_folder_named_by_it(tmp_path: Path) -> None:
    (tmp_path / "https+++third.example^partitionKey=%28https%2Copenai.com%29").mkdir()
    assert forms(tmp_path) == [("openai.com", "partition")]
    found = [one for one in sweep([tmp_path], TARGET) if isinstance(one, Remnant)]
    assert "third" not in "".join(f"{one.where} {one.name} {one.form}" for one in found), (
        "others stay private"
    )


def test_a_cache_entry_under_the_site_is_no_mention(tmp_path: Path) -> None:
    key = "1/0/_dk_https://openai.com https://openai.com https://third.example/"
    entry = simple_cache_files.entry(key, b"body")
    (tmp_path / f"{simple_cache_files.name(key)}_0").write_bytes(entry)
    found = [one for one in sweep([tmp_path], TARGET) if isinstance(one, Remnant)]
    assert {one.explained for one in found} == {""}
