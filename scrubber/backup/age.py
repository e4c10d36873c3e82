"""The age format with a passphrase, as a stream; `age --decrypt` opens it, too.

    age-encryption.org/v1
    -> scrypt SALT LOG2_N
    FILE KEY, sealed with the passphrase
    --- MAC
    NONCE, then chunks of 64 KiB, each with its tag; the last one says so in its nonce

Layout: <https://github.com/C2SP/C2SP/blob/main/age.md>. pyrage takes a passphrase only for
content that is in memory as a whole, so the primitives come from `cryptography`; pyrage and age itself are
readers in the tests.
"""

from __future__ import annotations

import hmac
import os
import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from scrubber.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

CHUNK = 64 << 10
LOG2_N = 18
"""What age itself takes: a second and 256 MB for each guess."""

_MOST_LOG2_N = 22  # more is refused by age, too: a hostile file could take all memory
_TAG = 16
_INTRO = b"age-encryption.org/v1\n"
_MAC = b"---"
_STANZA = re.compile(rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n")
_SEALED_KEY = re.compile(rb"([A-Za-z0-9+/]{43})\n")
_MAC_LINE = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")
_LONGEST_LINE = 200


class Encryptor:
    """What is written to it goes to `file` encrypted; whole only after `finish`."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
        sealed = _wrapping(passphrase, salt, LOG2_N).encrypt(bytes(12), file_key, None)
        header = b"%s-> scrypt %s %d\n%s\n%s" % (_INTRO, _base64(salt), LOG2_N, _base64(sealed), _MAC)
        file.write(b"%s %s\n%s" % (header, _base64(_mac(file_key, header)), nonce))
        self._file = file
        self._chunks = _Chunks(file_key, nonce)
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        """As files do. A full chunk waits for the next byte, because the last one must not be empty."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._file.write(self._chunks.seal(bytes(self._waiting[:CHUNK]), last=False))
            del self._waiting[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk, without which nobody takes the file for whole."""
        self._file.write(self._chunks.seal(bytes(self._waiting), last=True))


class Decryptor:
    """The content of an encrypted file. Raises UsageError, with the path: not such a file, or damaged."""

    def __init__(self, file: BinaryIO, path: Path, passphrase: str) -> None:
        self._file = file
        self._path = path
        self._chunks = _Chunks(self._file_key(passphrase), file.read(16))
        self._sealed = file.read(CHUNK + _TAG)
        if not self._sealed:  # even of nothing there is one chunk
            raise self._damaged()
        self._content = memoryview(b"")

    def read(self, size: int) -> bytes:
        """As files do: `size` bytes, less only at the end."""
        parts = []
        while size and (self._content or self._sealed):
            if not self._content:
                self._content = memoryview(self._next())
                continue
            parts.append(bytes(self._content[:size]))
            self._content = self._content[size:]
            size -= len(parts[-1])
        return b"".join(parts)

    def _next(self) -> bytes:
        sealed, self._sealed = self._sealed, self._file.read(CHUNK + _TAG)
        try:
            return self._chunks.open(sealed, last=not self._sealed)
        except InvalidTag as error:
            raise self._damaged() from error

    def _file_key(self, passphrase: str) -> bytes:
        lines = [self._file.readline(_LONGEST_LINE) for _ in range(4)]
        if lines[0] != _INTRO:
            raise UsageError(f"{self._path}: not a backup: not encrypted with age")
        stanza = _STANZA.fullmatch(lines[1])
        if stanza is None:
            raise UsageError(f"{self._path}: not a backup: not encrypted with a passphrase")
        sealed, mac = _SEALED_KEY.fullmatch(lines[2]), _MAC_LINE.fullmatch(lines[3])
        if sealed is None or mac is None or int(stanza[2]) > _MOST_LOG2_N:
            raise self._damaged()
        try:
            wrapping = _wrapping(passphrase, _bytes(stanza[1]), int(stanza[2]))
            file_key = wrapping.decrypt(bytes(12), _bytes(sealed[1]), None)
        except InvalidTag as error:
            raise UsageError(f"{self._path}: the passphrase is wrong") from error
        # As it is spelled: the last letter of base64 has bits that say nothing.
        if not hmac.compare_digest(_base64(_mac(file_key, b"".join(lines[:3]) + _MAC)), mac[1]):
            raise self._damaged()
        return file_key

    def _damaged(self) -> UsageError:
        return UsageError(f"{self._path}: damaged, or cut short")


class _Chunks:
    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._cipher = ChaCha20Poly1305(_derived(file_key, salt=nonce, info=b"payload"))
        self._count = 0

    def seal(self, content: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last=last), content, None)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        return self._cipher.decrypt(self._nonce(last=last), sealed, None)

    def _nonce(self, *, last: bool) -> bytes:
        nonce = self._count.to_bytes(11, "big") + bytes([last])
        self._count += 1
        return nonce


def _wrapping(passphrase: str, salt: bytes, log2_n: int) -> ChaCha20Poly1305:
    kdf = Scrypt(b"age-encryption.org/v1/scrypt" + salt, length=32, n=1 << log2_n, r=8, p=1)
    return ChaCha20Poly1305(kdf.derive(passphrase.encode()))


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, salt=b"", info=b"header"), header, "sha256")


def _derived(file_key: bytes, *, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _base64(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    return b64decode(text + b"=" * (-len(text) % 4))
