"""Whose hashes are looked for where a target has a port or is an address."""

from __future__ import annotations

import hashlib

import pytest

from scrubber.residue.hashes import Hashes, mozilla_hash
from scrubber.sites import Target
from scrubber.sites.site_files import ad_hoc


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("host", "url", "identifier"),
    [
        pytest.param("localhost:3000", "http://localhost:3000/", "http_localhost_3000", id="port"),
        pytest.param("[::1]:8080", "http://[::1]:8080/", "http_[__1]_8080", id="IPv6 and port"),
        pytest.param("::1", "http://[::1]/", "http_[__1]_0", id="IPv6"),
        pytest.param(
            "shop.example:443", "https://shop.example/", "https_shop.example_0", id="scheme's own port"
        ),
        pytest.param("shop.example", "https://www.shop.example/", "https_shop.example_0", id="name"),
    ],
)
def test_hashes_of_a_target(host: str, url: str, identifier: str) -> None:
    hashes = Hashes(Target((ad_hoc([host], []),)))
    assert hashes.number(mozilla_hash(url))
    assert hashes.token(hashlib.md5(url.encode()).hexdigest())
    assert hashes.token(sha1(identifier))


@pytest.mark.parametrize(
    ("host", "url", "identifier"),
    [
        pytest.param("localhost:3000", "http://localhost/", "http_localhost_0", id="no port"),
        pytest.param("localhost:3000", "http://localhost:30001/", "http_localhost_30001", id="another port"),
        pytest.param("[::1]:8080", "http://[::1]/", "http_[__1]_0", id="IPv6 without the port"),
        pytest.param(
            "shop.example:443", "http://shop.example/", "http_shop.example_0", id="another scheme's port"
        ),
        pytest.param("shop.example", "https://notshop.example/", "https_notshop.example_0", id="look-alike"),
    ],
)
def test_hashes_of_others(host: str, url: str, identifier: str) -> None:
    hashes = Hashes(Target((ad_hoc([host], []),)))
    assert not hashes.number(mozilla_hash(url))
    assert not hashes.token(hashlib.md5(url.encode()).hexdigest())
    assert not hashes.token(sha1(identifier))
