"""What the hosts answer that only Chromium makes something of, besides what `pages` has for both."""

from __future__ import annotations

import json
import re
import struct
from typing import TYPE_CHECKING

from tests.browsers.pages import CACHED, NOT_CACHED, Reply, Request, script, words
from tests.dictionary_files import PACKERS

if TYPE_CHECKING:
    from collections.abc import Callable


def _html(text: str, *headers: tuple[str, str]) -> Reply:
    body = f'<!doctype html><meta charset="utf-8">{text}'.encode()
    return Reply(body, "text/html; charset=utf-8", (CACHED, *headers))


def _more(_: Request) -> Reply:
    rules = json.dumps({"prefetch": [{"source": "list", "urls": ["/ahead?utm=1"], "eagerness": "immediate"}]})
    return _html(
        f'<title>busy</title><script type="speculationrules">{rules}</script>'
        '<audio src="/tone.wav" preload="auto"></audio>'
        '<script src="/app.js"></script><script src="/more.js"></script>',
        ("Accept-CH", "Sec-CH-UA-Full-Version, Sec-CH-UA-Arch, Device-Memory"),
    )


def _ahead(_: Request) -> Reply:
    return _html("<title>Ahead</title>", ("No-Vary-Search", 'params=("utm")'))


def _sign_in(request: Request) -> Reply:
    return _html(
        f'<title>Sign in at {request.host}</title><form action="/signed-in" method="post">'
        '<input id="who" name="email"><input id="secret" type="password" name="password">'
        '<button id="go">Go</button></form>'
    )


def _tone(request: Request) -> Reply:
    """A minute of silence in parts, as players ask for it."""
    samples = bytes(8000 * 60)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    data = struct.pack("<4sI", b"data", len(samples))
    wave = struct.pack("<4sI4s", b"RIFF", 36 + len(samples), b"WAVE") + form + data + samples
    standing = (CACHED, ("Accept-Ranges", "bytes"), ("ETag", '"tone"'))
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
    if not asked:
        return Reply(wave, "audio/wav", standing)
    start, end = int(asked[1]), min(int(asked[2] or len(wave)), len(wave) - 1)
    part = ("Content-Range", f"bytes {start}-{end}/{len(wave)}")
    return Reply(wave[start : end + 1], "audio/wav", (*standing, part), status=206)


def more_words(host: str) -> bytes:
    """A text that is sent packed with `pages.words`."""
    return f"more words of {host}\n".encode() * 64


def _words(coding: str) -> Callable[[Request], Reply]:
    """In words that the browser has, where it says so."""

    def reply(request: Request) -> Reply:
        text = more_words(request.host)
        if "available-dictionary" not in request.headers:
            return Reply(text, "text/plain", (NOT_CACHED,))
        packed = PACKERS[coding](text, words(request.host))
        vary = ("Vary", "Accept-Encoding, Available-Dictionary")
        return Reply(packed, "text/plain", (CACHED, ("Content-Encoding", coding), vary))

    return reply


def _app(request: Request) -> Reply:
    icon = {"src": "/app.svg", "sizes": "any", "type": "image/svg+xml"}
    app = {"name": f"App of {request.host}", "start_url": "/start", "scope": "/", "display": "standalone"}
    return Reply(json.dumps({**app, "icons": [icon]}).encode(), "application/manifest+json")


_DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>'


def _cut(_: Request) -> Reply:
    attachment = ("Content-Disposition", 'attachment; filename="cut.bin"')
    return Reply(bytes(65536), "application/octet-stream", (NOT_CACHED, attachment), cut=65536)


def _script(name: str) -> Callable[[Request], Reply]:
    return lambda _: Reply(script(name).encode(), "text/javascript")


_ROUTES: dict[str, Callable[[Request], Reply]] = {
    "/more": _more,
    "/more.js": _script("more.js"),
    "/worker.js": _script("worker.js"),
    "/app": lambda _: _html('<title>App</title><link rel="manifest" href="/app.webmanifest">'),
    "/app.webmanifest": _app,
    "/app.svg": lambda _: Reply(_DRAWING, "image/svg+xml"),
    "/naming": lambda _: _html('<title>busy</title><script src="/naming.js"></script>'),
    "/naming.js": _script("naming.js"),
    "/ahead": _ahead,
    "/sign-in": _sign_in,
    "/signed-in": lambda request: _html(f"<title>Signed in at {request.host}</title>"),
    "/tone.wav": _tone,
    "/words-1.txt": _words("dcz"),
    "/words-2.txt": _words("dcb"),
    "/cut": _cut,
}


def answer(request: Request) -> Reply | None:
    """The reply of `request.host`; None where it is none of Chromium's own."""
    route = _ROUTES.get(request.path.partition("?")[0])
    return route(request) if route else None
