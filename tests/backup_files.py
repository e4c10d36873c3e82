"""Firefox's backups, as `Archive.worker.mjs` writes them."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHUNK = 1 << 20


def page(files: Mapping[str, bytes], encryption: str = "null", chunk: int = _CHUNK) -> bytes:
    """The page with these files in it; `encryption` is JSON, and `chunk` bytes are encoded at a time."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    content = held.getvalue()
    pieces = (base64.b64encode(content[at : at + chunk]) for at in range(0, len(content), chunk))
    lines = b"".join(piece + b"\n" for piece in pieces)
    return b"""<!DOCTYPE html>
<html><body>To restore your data, see https://support.mozilla.org/</body></html>
<!-- Begin inline MIME --
Content-Type: multipart/mixed; boundary="----=_Part_1_a"

------=_Part_1_a
Content-Type: application/json; charset=utf-8
Content-Disposition: attachment; filename="archive.json"
Content-Length: 511

{"version":2,"encConfig":%b,"meta":{"appName":"firefox"}}

------=_Part_1_a
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="archive.zip"
Content-Transfer-Encoding: base64
Content-Length: %d

%b
------=_Part_1_a
---- End inline MIME -->""" % (encryption.encode(), len(lines), lines)
