from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pyrage
import pytest

from scrubber.backup.age import CHUNK, Decryptor, Encryptor
from scrubber.errors import UsageError

ARCHIVE = Path("backup.age")
PASSPHRASE = "pass phräse"
LENGTHS = [
    pytest.param(0, id="nothing"),
    pytest.param(1, id="one byte"),
    pytest.param(CHUNK - 1, id="a chunk less one"),
    pytest.param(CHUNK, id="a chunk, which is the last one, too"),
    pytest.param(CHUNK + 1, id="a chunk and one"),
    pytest.param(2 * CHUNK, id="two chunks"),
    pytest.param(3 * CHUNK + 7, id="several"),
]


def content(length: int) -> bytes:
    return bytes(number % 251 for number in range(length))


def encrypted(data: bytes, passphrase: str = PASSPHRASE, step: int = 10240) -> bytes:
    file = io.BytesIO()
    encryptor = Encryptor(file, passphrase)
    for start in range(0, len(data), step):
        assert encryptor.write(data[start : start + step]) == len(data[start : start + step])
    encryptor.finish()
    return file.getvalue()


def decrypted(data: bytes, passphrase: str = PASSPHRASE, step: int = 1000) -> bytes:
    decryptor = Decryptor(io.BytesIO(data), ARCHIVE, passphrase)
    parts = []
    while part := decryptor.read(step):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("length", LENGTHS)
def test_another_implementation_reads_it(length: int) -> None:
    assert pyrage.passphrase.decrypt(encrypted(content(length)), PASSPHRASE) == content(length)


@pytest.mark.parametrize("length", LENGTHS)
def test_it_reads_itself(length: int) -> None:
    assert decrypted(encrypted(content(length))) == content(length)


def test_it_reads_another_implementation() -> None:
    assert decrypted(pyrage.passphrase.encrypt(content(2 * CHUNK), "ab c"), "ab c") == content(2 * CHUNK)


def test_nothing_of_the_content_shows() -> None:
    assert b"labs.openai.com" not in encrypted(b"labs.openai.com" * 1000)
    assert encrypted(b"") != encrypted(b"")


@pytest.mark.parametrize(
    "passphrase",
    [pytest.param("pass phrase", id="another"), pytest.param("pass phräse ", id="with a space too many")],
)
def test_a_wrong_passphrase_is_said(passphrase: str) -> None:
    with pytest.raises(UsageError, match="the passphrase is wrong"):
        decrypted(encrypted(b"content"), passphrase)


WHOLE = 3 * CHUNK


@pytest.mark.parametrize("length", [0, 1, CHUNK, WHOLE])
@pytest.mark.parametrize("missing", [1, 16, CHUNK + 16, 2 * (CHUNK + 16)])
def test_a_file_that_was_cut_off_is_damaged(length: int, missing: int) -> None:
    data = encrypted(content(length))
    if missing < len(data):
        with pytest.raises(UsageError, match=r"backup\.age: damaged, or cut short|not encrypted"):
            decrypted(data[:-missing])


@pytest.mark.parametrize("length", range(170))
def test_a_file_of_which_only_the_beginning_is_left_is_no_file(length: int) -> None:
    data = encrypted(b"")
    assert len(data) > 170
    with pytest.raises(UsageError, match=r"backup\.age: (damaged|not a backup)"):
        decrypted(data[:length])


def test_every_byte_is_proved() -> None:
    data = bytearray(encrypted(b"content"))
    for place in range(len(data)):
        data[place] ^= 1
        with pytest.raises(UsageError, match=r"backup\.age: "):
            decrypted(bytes(data))
        data[place] ^= 1
    assert decrypted(bytes(data)) == b"content"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "not encrypted with age", id="empty"),
        pytest.param(b"PK\x03\x04", "not encrypted with age", id="something else"),
        pytest.param(os.urandom(1 << 16), "not encrypted with age", id="noise without line breaks"),
        pytest.param(
            pyrage.encrypt(b"content", [pyrage.x25519.Identity.generate().to_public()]),
            "not encrypted with a passphrase",
            id="for a key",
        ),
        pytest.param(
            b"age-encryption.org/v1\n-> scrypt %b 23\n%b\n--- %b\n" % (b"A" * 22, b"A" * 43, b"A" * 43),
            "damaged",
            id="would take eight gigabytes to open",
        ),
    ],
)
def test_what_is_no_such_file_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        decrypted(data)


@pytest.mark.full_cost
def test_the_passphrase_costs_as_much_as_ages_own() -> None:
    header = encrypted(b"").splitlines()[1]
    theirs = b"18"  # age(1) 1.1 writes just that
    assert header.split()[-1] == theirs


def test_age_itself_opens_it(tmp_path: Path) -> None:
    """It asks for the passphrase on a terminal, so it is given one."""
    for needed in ("age", "setsid"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed")
    (tmp_path / "backup.age").write_bytes(encrypted(content(WHOLE)))
    master, terminal = os.openpty()
    command = ["setsid", "--wait", "--ctty", "age", "--decrypt", "-o", "content", "backup.age"]
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=tmp_path) as process:
        os.close(terminal)
        asked = b""
        while b"passphrase" not in asked:
            asked += os.read(master, 1000)
        os.write(master, f"{PASSPHRASE}\n".encode())
        assert process.wait(timeout=60) == 0
    os.close(master)
    assert (tmp_path / "content").read_bytes() == content(WHOLE)
