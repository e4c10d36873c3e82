"""Every format of scrubber's against a reader that shares nothing with it: the same records from both.

Stores and sweep share the formats, so a mistake in one would be made by the remover and by its proof alike.
"""

from __future__ import annotations

import ast
import pkgutil
from pathlib import Path

import pytest

from scrubber import formats

HERE = Path(__file__).parent

NO_FORMAT = {
    "encrypted_cache": "tells what nobody can read from what somebody can",
    "damaged": "what all formats say of bytes that aren't theirs",
    "spellings": "writes names, and reads nothing",
    "sqlite_copy": "copies files, whatever is in them",
    "zip_archive": "what Python's own reader of archives says of damage",
}
SECOND = {
    "anonymization_key": ("test_second_chromium", "tests.foreign.chromium_files"),
    "backup_archive": ("test_backup_archive", "email"),
    "blink_values": ("test_second_chromium", "tests.foreign.chromium_files"),
    "blockfile": ("test_blockfile", "tests.blockfile_files"),
    "cache2": ("test_second_firefox", "tests.foreign.firefox_files"),
    "cache_key": ("test_second_chromium", "tests.foreign.chromium_files"),
    "certificates": ("test_certificates", "cryptography.x509"),
    "closed_tabs": ("test_second_chromium", "tests.foreign.chromium_files"),
    "data_storage": ("test_second_firefox", "tests.foreign.firefox_files"),
    "firefox_values": ("test_second_firefox", "tests.foreign.firefox_files"),
    "host_hashes": ("test_second_chromium", "tests.foreign.chromium_files"),
    "json_text": ("test_second_common", "tests.foreign.common_files"),
    "jsonb": ("test_second_common", "tests.foreign.common_files"),
    "leveldb": ("test_leveldb", "plyvel"),
    "metadata_v2": ("test_second_firefox", "tests.foreign.firefox_files"),
    "mozlz4": ("test_second_firefox", "tests.foreign.firefox_files"),
    "origins": ("test_second_common", "tests.foreign.common_files"),
    "persistent_cache": ("test_second_chromium", "tests.foreign.chromium_files"),
    "pickle": ("test_second_chromium", "tests.foreign.chromium_files"),
    "prefs_js": ("test_second_firefox", "tests.foreign.firefox_files"),
    "property_list": ("test_second_common", "tests.foreign.common_files"),
    "protobuf": ("test_second_common", "tests.foreign.common_files"),
    "simple_cache": ("test_second_chromium", "tests.foreign.chromium_files"),
    "simple_index": ("test_second_chromium", "tests.foreign.chromium_files"),
    "snss": ("test_second_chromium", "tests.foreign.chromium_files"),
    "sqlite_file": ("test_sqlite_file", "sqlite3"),
    "sqlite_freed": ("test_second_databases", "tests.foreign.carving"),
    "sqlite_log": ("test_sqlite_file", "sqlite3"),
    "sqlite_page": ("test_sqlite_file", "sqlite3"),
    "sqlite_schema": ("test_sqlite_file", "sqlite3"),
    "sqlite_unit": ("test_sqlite_unit", "sqlite3"),
    "ssl_tokens": ("test_second_firefox", "tests.foreign.firefox_files"),
    "visited_links": ("test_second_chromium", "tests.foreign.chromium_files"),
}
"""By format: the tests in which it meets its second reader, and the module which that is from."""


def imported(path: Path) -> set[str]:
    """Every module that a file's code names in an import, and what it takes from it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.importorskip":
            found |= {str(ast.literal_eval(argument)) for argument in node.args}
    return found


class TestEveryFormatHasOne:
    def test_all_are_named(self) -> None:
        modules = {module.name for module in pkgutil.iter_modules(formats.__path__)}
        assert modules - {*SECOND, *NO_FORMAT} == set()
        assert {*SECOND} - modules == set()

    @pytest.mark.parametrize("name", SECOND)
    def test_they_meet_in_the_tests_that_are_named(self, name: str) -> None:
        tests, reader = SECOND[name]
        found = imported(HERE / f"{tests}.py")
        assert any(module.startswith(f"scrubber.formats.{name}") for module in found)
        assert reader in found

    @pytest.mark.parametrize("reader", sorted({reader for _, reader in SECOND.values() if "tests" in reader}))
    def test_the_reader_shares_nothing(self, reader: str) -> None:
        found = imported(HERE.parent.parent / f"{reader.replace('.', '/')}.py")
        assert [name for name in found if name.startswith("scrubber")] == []
