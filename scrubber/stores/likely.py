"""Hosts and pages of a target that anyone would think of: a hash of one of these gives itself away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.formats.origins import bracketed, is_address, join_port, split_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.sites import Target

_COMMON = (
    "www", "api", "app", "cdn", "static", "assets", "img", "images", "media", "auth", "login", "account",
    "accounts", "m", "mobile", "dev", "staging", "beta", "status", "help", "support", "docs", "blog", "files",
)  # fmt: skip


def likely_hosts(target: Target) -> Iterator[str]:
    """Those that are the target's as a whole, and common ones below."""
    for host, has_below in own_hosts(target):
        yield host
        if has_below:
            yield from (f"{label}.{host}" for label in _COMMON)


def own_hosts(target: Target) -> Iterator[tuple[str, bool]]:
    """The hosts of the target's own names, and whether all below them is the target's too."""
    for name in target.names:
        host = split_port(name.text)[0].strip("[]")
        if "/" not in name.text and host.isascii():
            yield host, name.below and not is_address(host)


def likely_pages(target: Target) -> Iterator[str]:
    """The start pages of all of these, and the target's pages on hosts of others as they may be spelled."""
    yield from start_pages(target)
    for host in likely_hosts(target):
        roots = (f"{scheme}://{bracketed(host)}/" for scheme in ("https", "http"))
        yield from filter(target.url, roots)
    for site in target.sites:
        for url in site.urls:
            page = url.partition("://")[2].rstrip("/")
            yield from (f"{scheme}://{page}{end}" for scheme in ("https", "http") for end in ("", "/"))


def start_pages(target: Target) -> Iterator[str]:
    """The roots of every host that is the target's as a whole, which hold even where nothing was seen."""
    for name in target.names:
        if "/" not in name.text:
            host, port = split_port(name.text)
            yield from (f"{scheme}://{join_port(bracketed(host), port)}/" for scheme in ("https", "http"))
