"""Firefox's cache where a preference puts it, encrypted: the target's entries go, the others stay."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.browsers import cleaning, evidence, firefox_evidence, story
from tests.browsers.hosts import SHOP, TARGET, WIDGET, url

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.cleaning import Cleaned
    from tests.browsers.firefox_homes import SealedCacheHome

pytestmark = pytest.mark.browser

FRAMED = re.compile(r"[&^]partitionKey=%28https%2Copenai\.com(?:%2Cf)?%29.*:https://widget\.")


@pytest.fixture(scope="module")
def cleaned(
    firefox_sealed_cache_home: SealedCacheHome, tmp_path_factory: pytest.TempPathFactory
) -> Cleaned[SealedCacheHome]:
    return cleaning.clean(firefox_sealed_cache_home, tmp_path_factory.mktemp("firefox-sealed-cache-cleaned"))


def test_the_cache_is_where_the_preference_has_it_and_can_t_be_read(
    cleaned: Cleaned[SealedCacheHome],
) -> None:
    home = cleaned.before
    keys = _keys(home)
    for host in (TARGET, SHOP):
        packed = f"O^partitionKey={_site(host)},:{url(host, '/packed')}"
        content = (home.cache / "cache2" / "entries" / keys[packed]).read_bytes()
        assert not evidence.mentions((content,), [host])
        assert f"O^userContextId=2&partitionKey={_site(host)},:{url(host, '/note.txt')}" in keys
    assert any(FRAMED.search(key) for key in keys)
    assert [path for path in home.path.rglob("cache2") if path.parent != home.cache] == []


def test_entries_of_others_stay_byte_for_byte(cleaned: Cleaned[SealedCacheHome]) -> None:
    before, after = ({path.name: path.read_bytes() for path in _entries(home)} for home in _both(cleaned))
    targets = {name for key, name in _keys(cleaned.before).items() if _is_target_s(key)}
    assert targets
    assert after == {name: content for name, content in before.items() if name not in targets}


def test_nothing_is_left_in_name_or_hash(cleaned: Cleaned[SealedCacheHome]) -> None:
    home = cleaned.after
    assert cleaning.remnants(home.path) == {}
    addresses = firefox_evidence.addresses(cleaned.before.path)
    keys = filter(_is_target_s, _keys(cleaned.before))
    assert firefox_evidence.hashed(home.path, addresses, keys) == []
    assert cleaned.ran.missed == []
    assert (cleaned.ran.exit_code, cleaned.asked_again.exit_code, cleaned.scanned_again.exit_code) == (
        0,
        0,
        0,
    )


def test_verify_finds_what_is_encrypted(cleaned: Cleaned[SealedCacheHome]) -> None:
    assert cleaned.asked.exit_code == 1
    assert any(place.startswith("Elsewhere/cache2/entries/") for place in cleaned.asked.left)
    assert cleaned.asked.missed == []


def test_the_browser_goes_on_with_the_key_and_the_cache_that_it_has(
    cleaned: Cleaned[SealedCacheHome], tmp_path: Path
) -> None:
    home = cleaned.after.copied(tmp_path)
    with home.open() as browser:
        shop, target = (story.check(browser, host) for host in (SHOP, TARGET))
    assert (shop["own"]["httpCache"], target["own"]["httpCache"]) == (f"a note of {SHOP}", None)
    assert target["own"] == story.NOTHING
    assert shop["frames"][WIDGET]["httpCache"] == f"a note of {WIDGET}"


_SEALED = 1 << 31


def _both(cleaned: Cleaned[SealedCacheHome]) -> tuple[SealedCacheHome, SealedCacheHome]:
    return cleaned.before, cleaned.after


def _is_target_s(key: str) -> bool:
    return TARGET in key or FRAMED.search(key) is not None


def _site(host: str) -> str:
    site = "openai.com" if host == TARGET else host
    return f"%28https%2C{site}%29"


def _entries(home: SealedCacheHome) -> list[Path]:
    return sorted((home.cache / "cache2" / "entries").iterdir())


def _keys(home: SealedCacheHome) -> dict[str, str]:
    """The file of every entry by its key, which is decrypted; every name is the key's hash."""
    found = re.search(
        r'"browser\.cache\.disk\.encryption\.key", "(.*?)"', (home.profile / "prefs.js").read_text()
    )
    assert found
    keys = {_key(path.read_bytes(), base64.b64decode(found[1])): path.name for path in _entries(home)}
    assert all(hashlib.sha1(key.encode()).hexdigest().upper() == name for key, name in keys.items())
    return keys


def _key(content: bytes, secret: bytes) -> str:
    """The key in an entry's metadata (netwerk/cache2/CacheFileMetadata.cpp, CacheCrypto.cpp)."""
    trailer = content[-8:]
    version, offset = struct.unpack(">II", trailer)
    assert version == 4
    if not offset & _SEALED:
        return firefox_evidence.key(content).decode()
    offset -= _SEALED
    chunks = -(-offset // 262144)
    sealed = content[offset + 28 * chunks : -8]
    number = struct.pack("<Q", (1 << 64) - 1)
    plain = AESGCM(secret).decrypt(sealed[-12:], sealed[:-12], number + trailer)
    header = 4 + 2 * chunks
    (length,) = struct.unpack_from(">I", plain, header + 24)
    return plain[header + 32 : header + 32 + length].decode()
