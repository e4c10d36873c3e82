"""What each host answers: pages that leave every kind of trace, and a page that says what is left."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browsers.hosts import BELOW, FRAMES, NEWS, SHOP, TARGET, WIDGET, url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SCRIPTS = Path(__file__).parent / "scripts"
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_YEAR = 31536000
CACHED = ("Cache-Control", f"max-age={_YEAR}")
NOT_CACHED = ("Cache-Control", "no-store")

REDIRECTS = {
    (SHOP, "/to-target"): url(TARGET, "/from-shop"),
    (TARGET, "/from-shop"): url(NEWS, "/landed"),
    (NEWS, "/to-news"): url(NEWS, "/landed"),
}
"""A chain from a bystander through the target to another, and one that never meets the target."""

LINKS = {
    SHOP: (url(TARGET, "/linked"), url(NEWS, "/linked")),
    TARGET: (url(NEWS, "/from-target"),),
    NEWS: (url(SHOP, "/linked"),),
}
"""Where the links of a host's `/links` lead."""


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    host: str
    path: str
    cookies: str
    referrer: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """All that came with it, by names in lower case."""


@dataclass(frozen=True)
class Reply:
    """What goes back; every reply gets the host's standing headers besides."""

    body: bytes
    kind: str
    headers: tuple[tuple[str, str], ...] = (CACHED,)
    status: int = 200
    cut: int = 0
    """How many bytes are announced that never come: the connection ends instead."""


def standing_headers(host: str) -> tuple[tuple[str, str], ...]:
    """What a host sends with everything: HSTS, another way to it, and where errors are to be reported."""
    group = {"group": "errors", "max_age": _YEAR, "endpoints": [{"url": url(host, "/reports")}]}
    return (
        ("Alt-Svc", f'h3=":443"; ma={_YEAR}'),
        ("Strict-Transport-Security", f"max-age={_YEAR}; includeSubDomains"),
        ("Report-To", json.dumps(group)),
        ("NEL", json.dumps({"report_to": "errors", "max_age": _YEAR, "success_fraction": 0.0})),
    )


def _cookies(host: str) -> tuple[tuple[str, str], ...]:
    stays = f"Path=/; Secure; Max-Age={_YEAR}"
    return tuple(
        ("Set-Cookie", cookie)
        for cookie in (
            f"only_host=1; HttpOnly; SameSite=Lax; {stays}",
            f"whole_domain=1; Domain={host}; SameSite=Lax; {stays}",
            f"framed=1; SameSite=None; {stays}",
            f"chips=1; SameSite=None; Partitioned; {stays}",
        )
    )


def _page(host: str, title: str, body: str = "", head: str = "", icon: str = "/icon.png") -> bytes:
    link = f'<link rel="icon" type="image/png" href="{icon}">' if icon else ""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>{link}{head}'
        f'<body><h1>{host}</h1><img src="/photo.png" alt=""><script src="/app.js"></script>{body}</html>'
    ).encode()


def _html(body: bytes, *headers: tuple[str, str], cached: bool = True) -> Reply:
    # A bystander's page that names the target is not cached: what names it in a cache is its own.
    return Reply(body, "text/html; charset=utf-8", (CACHED if cached else NOT_CACHED, *headers))


def _frames(host: str, path: str) -> str:
    return "".join(f'<iframe src="{url(framed, path)}"></iframe>' for framed in FRAMES.get(host, ()))


def _plain(request: Request) -> Reply:
    return _html(_page(request.host, f"A page of {request.host}"))


def _leave(request: Request, *, frames: bool) -> Reply:
    body = (_frames(request.host, "/frame") if frames else "") + '<script src="/leave.js"></script>'
    names_target = frames and TARGET in FRAMES.get(request.host, ())
    return _html(_page(request.host, "busy", body), *_cookies(request.host), cached=not names_target)


def _check(request: Request, *, frames: bool) -> Reply:
    names = sorted(pair.split("=")[0].strip() for pair in request.cookies.split(";") if pair)
    seen = f"<script>const sent = {json.dumps(names)};</script>"
    body = (
        seen + (_frames(request.host, "/check-frame") if frames else "") + '<script src="/check.js"></script>'
    )
    return _html(_page(request.host, "busy", body), cached=False)


def _links(request: Request) -> Reply:
    anchors = "".join(
        f'<a id="link{number}" referrerpolicy="unsafe-url" href="{address}">on</a> '
        for number, address in enumerate(LINKS.get(request.host, ()))
    )
    names_target = any(TARGET in address for address in LINKS.get(request.host, ()))
    return _html(_page(request.host, f"Links of {request.host}", anchors), cached=not names_target)


def _form(request: Request) -> Reply:
    form = '<form action="/find"><input id="q" name="q"><button id="go">Search</button></form>'
    offered = '<link rel="search" type="application/opensearchdescription+xml" title="S" href="/engine.xml">'
    return _html(_page(request.host, f"Search at {request.host}", form, offered))


def _engine(request: Request) -> Reply:
    template = url(request.host, "/find?q={searchTerms}")
    description = (
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/"><ShortName>Harness</ShortName>'
        f'<Url type="text/html" method="get" template="{template}"/></OpenSearchDescription>'
    )
    return Reply(description.encode(), "application/opensearchdescription+xml")


def _download(_: Request) -> Reply:
    attachment = ("Content-Disposition", 'attachment; filename="picture.bin"')
    return Reply(bytes(4096), "application/octet-stream", (NOT_CACHED, attachment))


def _packed(request: Request) -> Reply:
    """Compressed on its way, as servers do, and marked for this visitor alone."""
    body = gzip.compress(_page(request.host, f"A packed page of {request.host}"), mtime=0)
    return _html(body, ("Content-Encoding", "gzip"), ("ETag", f'"for-me-at-{request.host}"'))


def script(name: str) -> str:
    """The text of a file in `scripts`."""
    return (_SCRIPTS / name).read_text(encoding="utf-8")


def _script(name: str) -> Callable[[Request], Reply]:
    return lambda _: Reply(script(name).encode(), "text/javascript")


def _application(_: Request) -> Reply:
    # A code cache takes scripts from a kilobyte on, and only those whose functions have run.
    body = "".join(f"function square{n}(x) {{ return x * x + {n}; }} square{n}({n});\n" for n in range(64))
    return Reply(body.encode(), "text/javascript")


def words(host: str) -> bytes:
    """What a host's further words are packed with."""
    return f"the words of {host}\n".encode() * 64


def _dictionary(request: Request) -> Reply:
    use = ("Use-As-Dictionary", 'match="/words*"')
    return Reply(words(request.host), "text/plain", (CACHED, use))


def _image(_: Request) -> Reply:
    return Reply(_PIXEL, "image/png")


_ROUTES: dict[str, Callable[[Request], Reply]] = {
    "/leave": lambda request: _leave(request, frames=True),
    "/frame": lambda request: _leave(request, frames=False),
    "/check": lambda request: _check(request, frames=True),
    "/check-frame": lambda request: _check(request, frames=False),
    "/links": _links,
    "/search": _form,
    "/engine.xml": _engine,
    "/find": lambda request: _html(_page(request.host, f"Found at {request.host}")),
    "/bare": lambda request: _html(_page(request.host, f"A bare page of {request.host}", icon="")),
    "/shared-icon": lambda request: _html(
        _page(request.host, f"With a shared icon at {request.host}", icon=url(WIDGET, "/shared.png"))
    ),
    "/with-below": lambda request: _html(
        _page(request.host, "With a picture from below", f'<img src="{url(BELOW, "/photo.png")}" alt="">')
    ),
    "/download": _download,
    "/packed": _packed,
    "/app.js": _application,
    "/words.dat": _dictionary,
    "/leave.js": _script("leave.js"),
    "/check.js": _script("check.js"),
    "/sw.js": _script("sw.js"),
    "/note.txt": lambda request: Reply(f"a note of {request.host}".encode(), "text/plain"),
    "/reports": lambda _: Reply(b"", "text/plain", (NOT_CACHED,)),
    **dict.fromkeys(("/icon.png", "/shared.png", "/photo.png", "/favicon.ico"), _image),
}


def answer(request: Request) -> Reply:
    """The reply of `request.host`; a path that has no route is a plain page with the host's icon."""
    path = request.path.partition("?")[0]
    if onward := REDIRECTS.get((request.host, path)):
        return Reply(b"", "text/plain", (NOT_CACHED, ("Location", onward)), status=302)
    return _ROUTES.get(path, _plain)(request)
