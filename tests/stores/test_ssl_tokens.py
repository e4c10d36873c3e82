from __future__ import annotations

import struct
from pathlib import Path

import pytest

from scrubber.browsers.firefox.files import TLS_TICKETS
from scrubber.errors import PlanOutdated, UnreadableStore
from scrubber.formats.ssl_tokens import Token, Tokens, read_tokens, write_tokens
from scrubber.transaction import Transaction
from tests.cleaned import clean, look

SAMPLE = Path(__file__).parent.parent / "formats" / "samples" / "firefox" / "ssl_tokens_cache.bin"
OWN = "^partitionKey=%28https%2Copenai.com%29"
SHOP = "^partitionKey=%28https%2Cshop.example%29"

KEYS = {
    "host": (f"tlsflags0x00000000:labs.openai.com:443{OWN}", True),
    "without-flags": ("labs.openai.com:443", True),
    "anonymous": (f"anon:private:tlsflags0x00000000:cdn.labs.openai.com:8443{OWN}", True),
    "framed-elsewhere": (f"tlsflags0x00000000:labs.openai.com:443{SHOP}", True),
    "third-party-inside": (f"tlsflags0x00000000:widget.example.net:443{OWN}", True),
    "third-party-elsewhere": (f"tlsflags0x00000000:widget.example.net:443{SHOP}", False),
    "same-site": (f"tlsflags0x00000000:chat.openai.com:443{OWN}", False),
    "look-alike-before": ("tlsflags0x00000000:notopenai.com:443", False),
    "look-alike-after": ("tlsflags0x00000000:labs.openai.com.evil.example:443", False),
    "address": ("tlsflags0x00000000:[::1]:443", False),
    "odd": ("", False),
}


def token(key: str) -> Token:
    text = key.encode()
    raw = struct.pack("<QQ", 1, len(text)) + text + struct.pack("<qBQ", 1795676121653565, 0, 3) + b"\1\2\3"
    return Token(key, raw)


@pytest.mark.parametrize(("key", "goes"), KEYS.values(), ids=KEYS)
def test_tickets_of_the_target_go_and_others_stay_in_order(tmp_path: Path, key: str, goes: bool) -> None:
    path = tmp_path / "ssl_tokens_cache.bin"
    others = read_tokens(SAMPLE.read_bytes()).records
    path.write_bytes(write_tokens(Tokens(3, (*others, token(key), *others))))
    _, equal = clean(TLS_TICKETS, path, tmp_path)
    assert path.read_bytes() == write_tokens(Tokens(3, (*others, *[token(key)] * (not goes), *others)))
    assert equal == (2 * len(others) if goes else 0)


def test_a_ticket_that_is_no_longer_there(tmp_path: Path) -> None:
    path = tmp_path / "ssl_tokens_cache.bin"
    path.write_bytes(write_tokens(Tokens(3, (token("labs.openai.com:443"),))))
    traces = TLS_TICKETS.find(path, look(tmp_path))
    path.write_bytes(SAMPLE.read_bytes())
    with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
        TLS_TICKETS.remove(path, traces, transaction)


def test_damage_is_no_clean_file(tmp_path: Path) -> None:
    path = tmp_path / "ssl_tokens_cache.bin"
    path.write_bytes(SAMPLE.read_bytes()[:-1])
    with pytest.raises(UnreadableStore):
        TLS_TICKETS.find(path, look(tmp_path))
