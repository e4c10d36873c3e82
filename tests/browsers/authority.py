"""A certificate authority of the harness's own, with one certificate for each host.

One certificate for all of them would put the target's name into every cached response.
"""

from __future__ import annotations

import ssl
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NAME = "Harness Authority"
_DAYS = "30"


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """Certificates below `folder`; only the authority's own has to be trusted."""

    def __init__(self, folder: Path, hosts: Iterable[str]) -> None:
        self._key = folder / "key.pem"
        self.certificate = folder / "authority.pem"
        _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self._key)
        self._issue(self.certificate, _NAME, "basicConstraints=critical,CA:TRUE")
        self._contexts = {host: self._context(folder / f"{host}.pem", host) for host in hosts}

    def _issue(self, path: Path, name: str, *extensions: str, signed: bool = False) -> None:
        signer = ("-CA", self.certificate, "-CAkey", self._key) if signed else ()
        added = (word for extension in extensions for word in ("-addext", extension))
        subject = ("-subj", f"/CN={name}", "-days", _DAYS)
        _openssl("req", "-x509", "-new", "-key", self._key, *subject, *signer, *added, "-out", path)

    def _context(self, path: Path, host: str) -> ssl.SSLContext:
        usage = "extendedKeyUsage=serverAuth"
        self._issue(path, host, f"subjectAltName=DNS:{host}", "basicConstraints=CA:FALSE", usage, signed=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, self._key)
        return context

    def server_context(self) -> ssl.SSLContext:
        """A context that answers each name with that name's certificate, and refuses all others."""

        def choose(
            connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext
        ) -> int | None:
            if name not in self._contexts:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            connection.context = self._contexts[name]
            return None

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = choose
        return context

    def trust(self, database: Path) -> None:
        """Enter the authority in an NSS database (`cert9.db` and its kin), made where there is none."""
        database.mkdir(parents=True, exist_ok=True)
        where = ("-d", f"sql:{database}")
        if not (database / "cert9.db").exists():
            subprocess.run(["certutil", "-N", *where, "--empty-password"], check=True, capture_output=True)
        entry = ("-A", *where, "-n", _NAME, "-t", "C,,", "-i", str(self.certificate))
        subprocess.run(["certutil", *entry], check=True, capture_output=True)
