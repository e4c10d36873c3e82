"""Pages over TLS on loopback for every name of `hosts`, the browser being told to find them all there."""

from __future__ import annotations

import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from tests.browsers import chromium_pages
from tests.browsers.authority import Authority
from tests.browsers.hosts import ALL, UNVISITED
from tests.browsers.pages import Request, answer, standing_headers

if TYPE_CHECKING:
    import socket
    from pathlib import Path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept, as real servers do
    timeout = 60
    server: _Server

    def do_GET(self) -> None:
        request = Request(
            host=self.headers.get("Host", "").partition(":")[0],
            path=self.path,
            cookies=self.headers.get("Cookie", ""),
            referrer=self.headers.get("Referer", ""),
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        self.server.requests.append(request)
        reply = chromium_pages.answer(request) or answer(request)
        self.send_response(reply.status)
        for name, value in (*standing_headers(request.host), *reply.headers):
            self.send_header(name, value)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body) + reply.cut))
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection = self.close_connection or reply.cut > 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: `Web.requests` has it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a browser that was killed leaves connections that nobody ends

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context = context
        self.requests: list[Request] = []
        self.errors: list[BaseException] = []

    def finish_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        # The handshake happens here, in the connection's own thread, so that a slow one holds up no other.
        assert not isinstance(request, tuple)
        request.settimeout(_Handler.timeout)
        with self.context.wrap_socket(request, server_side=True) as connection:
            super().finish_request(connection, client_address)

    def handle_error(self, *_: object) -> None:
        error = sys.exc_info()[1]
        # Browsers drop connections as they like, and ask for names that nobody serves.
        if error is not None and not isinstance(error, (OSError, ssl.SSLError)):
            self.errors.append(error)


class Web:
    """The served names; a context manager that raises what went wrong inside the server."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder, (*ALL, UNVISITED))
        self._server = _Server(self.authority.server_context())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """Where on 127.0.0.1 all the names are."""
        return self._server.server_port

    @property
    def requests(self) -> list[Request]:
        """Everything asked for so far, oldest first."""
        return list(self._server.requests)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if self._server.errors:
            raise ExceptionGroup("the harness's server failed", [*map(_as_exception, self._server.errors)])


def _as_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(repr(error))
