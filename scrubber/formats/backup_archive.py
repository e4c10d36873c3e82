"""Firefox's backup of a whole profile: a page that can be read anywhere, with the files behind it.

    <!DOCTYPE html> … </html>
    <!-- Begin inline MIME --
    Content-Type: multipart/mixed; boundary="…"
    …
    Content-Disposition: attachment; filename="archive.json"
    {"version": 2, "encConfig": null, "meta": {"date": …}}
    …
    Content-Disposition: attachment; filename="archive.zip"
    Content-Transfer-Encoding: base64
    Content-Length: 79205

    UEsDBBQAAAgI…

    ------=_Part_…

With a password `encConfig` says how the second part is encrypted.
Source: browser/components/backup/BackupService.sys.mjs, BackupService.worker.mjs, ArchiveDecryptor.sys.mjs.
"""

from __future__ import annotations

import base64
import binascii
import re

from scrubber.formats.damaged import Damaged

MARK = b"<!-- Begin inline MIME --"
_PART = re.compile(rb'filename="archive\.zip"\r?\n(?:[\w-]+:[^\n]*\n)*\r?\n([A-Za-z0-9+/=\r\n]*)-')
_UNENCRYPTED = re.compile(rb'"encConfig"\s*:\s*null')


def is_encrypted(content: bytes) -> bool:
    """Whether a password is needed to see what it holds."""
    return MARK in content and not _UNENCRYPTED.search(content, content.find(MARK))


def archive(content: bytes) -> bytes:
    """The zip archive of the profile's files. Raises Damaged."""
    part = _PART.search(content, max(content.find(MARK), 0))
    if part is None:
        raise Damaged("no whole archive in it")
    try:
        # Each piece is encoded by itself, and may end with a sign of its own.
        return b"".join(base64.b64decode(line) for line in part[1].split())
    except binascii.Error as error:
        raise Damaged(str(error)) from error
