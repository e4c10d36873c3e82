from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest

from scrubber.browsers.chromium.preferences import TRANSPORT_SECURITY
from scrubber.errors import UnreadableStore
from scrubber.files import open_regular
from scrubber.stores.hashed_hosts import hashed
from tests.cleaned import clean, look
from tests.stores.running import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OTHERS = (
    "shop.example",
    "openai.com",
    "chat.openai.com",
    "notopenai.com",
    "labs-openai.com",
    "labs.openai.com.evil.example",
    "shared.example",
)


def put(tmp_path: Path, *hosts: str) -> Path:
    path = tmp_path / "TransportSecurity"
    path.write_text(json.dumps(state(*hosts)))
    return path


def state(*hosts: str) -> Any:
    return {
        "sts": [{"host": hashed(host), "mode": "force-https", "expiry": 1827038157.09948} for host in hosts],
        "version": 2,
    }


def refusing(refused: Path) -> Callable[[Path], BinaryIO]:
    def opened(path: Path) -> BinaryIO:
        if path == refused:
            raise UnreadableStore(path, "Input/output error")
        return open_regular(path)

    return opened


def test_the_hash_is_chromiums() -> None:
    assert hashed("labs.openai.com") == "bYHFf+AzMH32J9+A7QcorYoadsY4CiNpCRHDBjTRm4E="


@pytest.mark.parametrize("host", ["labs.openai.com", "www.labs.openai.com", "cdn.labs.openai.com"])
def test_known_hosts_of_the_target_go(tmp_path: Path, host: str) -> None:
    path = put(tmp_path, *OTHERS[:3], host, *OTHERS[3:])
    removed, _ = clean(TRANSPORT_SECURITY, path, tmp_path)
    assert [trace.seen for trace in removed] == [host]
    assert json.loads(path.read_text()) == state(*OTHERS)


@pytest.mark.parametrize("host", OTHERS)
def test_others_stay(tmp_path: Path, host: str) -> None:
    assert TRANSPORT_SECURITY.find(put(tmp_path, host), look(tmp_path)) == ()


class TestHostsThatAreKnownByWhatNamesThem:
    HOST = "prod-7.eu.labs.openai.com"

    def test_nothing_names_it(self, tmp_path: Path) -> None:
        assert TRANSPORT_SECURITY.find(put(tmp_path, self.HOST), look(tmp_path)) == ()

    @pytest.mark.parametrize("name", ["Network Persistent State", "Reporting and NEL"])
    def test_a_file_beside_it_names_it(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text(f'{{"server":"https://{self.HOST}:443"}}')
        removed, _ = clean(TRANSPORT_SECURITY, put(tmp_path, self.HOST, "shop.example"), tmp_path)
        assert [trace.seen for trace in removed] == [self.HOST]

    def test_what_cant_be_read_hides_nothing_of_what_others_name(self, tmp_path: Path) -> None:
        (tmp_path / "History").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "Cookies").write_bytes(b"")
        (tmp_path / "Favicons").mkdir()
        (tmp_path / "Reporting and NEL").write_text(f"https://{self.HOST}/")
        path = put(tmp_path, self.HOST, "labs.openai.com", "shop.example")
        evidence = tmp_path / "Cookies"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("scrubber.stores.known_hosts.open_regular", refusing(evidence))
            removed, _ = clean(TRANSPORT_SECURITY, path, tmp_path)
        assert {trace.seen for trace in removed} == {self.HOST, "labs.openai.com"}
        assert json.loads(path.read_text()) == state("shop.example")

    def test_the_history_names_it(self, tmp_path: Path) -> None:
        run(
            tmp_path / "History",
            f"CREATE TABLE urls(title TEXT, url TEXT); INSERT INTO urls VALUES ('x', 'https://{self.HOST}/')",
        )
        network = tmp_path / "Network"
        network.mkdir()
        removed, _ = clean(TRANSPORT_SECURITY, put(network, self.HOST, "eu.labs.openai.com"), tmp_path)
        assert {trace.seen for trace in removed} == {self.HOST, "eu.labs.openai.com"}

    def test_in_a_database_the_value_before_touches_it(self, tmp_path: Path) -> None:
        run(
            tmp_path / "Cookies",
            f"CREATE TABLE cookies(a TEXT, host_key TEXT); INSERT INTO cookies VALUES ('x7', '{self.HOST}')",
        )
        removed, _ = clean(TRANSPORT_SECURITY, put(tmp_path, self.HOST), tmp_path)
        assert [trace.seen for trace in removed] == [self.HOST]

    def test_a_name_across_two_pieces_of_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "History").write_bytes(bytes((1 << 20) - 9) + self.HOST.encode() + bytes(9))
        removed, _ = clean(TRANSPORT_SECURITY, put(tmp_path, self.HOST), tmp_path)
        assert [trace.seen for trace in removed] == [self.HOST]


def test_older_files_are_keyed_by_the_hash(tmp_path: Path) -> None:
    path = tmp_path / "TransportSecurity"
    path.write_text(
        json.dumps({hashed(host): {"mode": "force-https"} for host in ("labs.openai.com", "shop.example")})
    )
    clean(TRANSPORT_SECURITY, path, tmp_path)
    assert json.loads(path.read_text()) == {hashed("shop.example"): {"mode": "force-https"}}


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = put(tmp_path)
    path.write_bytes(b"{")
    with pytest.raises(UnreadableStore):
        TRANSPORT_SECURITY.find(path, look(tmp_path))
