from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.firefox.files import DATA_STORAGE, DATA_STORAGE_BEFORE_120
from scrubber.errors import PlanOutdated, UnreadableStore
from scrubber.formats.data_storage import read_slots, write_slot
from scrubber.model import Policy, Standing
from scrubber.transaction import Transaction
from tests.cleaned import clean, look

if TYPE_CHECKING:
    from scrubber.model import Store

STATES, SERVICES, CERTIFICATES, INTEGRITY = DATA_STORAGE
STATES_TEXT = DATA_STORAGE_BEFORE_120[0]
SAMPLES = Path(__file__).parent.parent / "formats" / "samples" / "firefox"
OWN = "^partitionKey=%28https%2Copenai.com%29"
SHOP = "^partitionKey=%28https%2Cshop.example%29"

STATE_KEYS = {
    "host": ("labs.openai.com", True),
    "below": (f"cdn.labs.openai.com{OWN}", True),
    "framed-elsewhere": (f"labs.openai.com{SHOP}", True),
    "third-party-inside": (f"widget.example.net{OWN}", True),
    "old": ("labs.openai.com:HSTS", True),
    "old-with-suffix": ("labs.openai.com^userContextId=2:HPKP", True),
    "look-alike-before": (f"notopenai.com{SHOP}", False),
    "look-alike-after": ("labs.openai.com.evil.example", False),
    "same-site": (f"chat.openai.com{OWN}", False),
    "third-party-elsewhere": (f"widget.example.net{SHOP}", False),
    "site-itself": (f"openai.com{OWN}", False),
}
SERVICE_KEYS = {
    "origin": (f"https:labs.openai.com:443:.:{OWN}:3", "https:labs.openai.com:443:cdn.example:443:", True),
    "port": ("http:labs.openai.com:8080:.::3", "", True),
    "third-party-inside": (f"https:widget.example.net:443:.:{OWN}:3", "", True),
    "served-by-the-target": (
        "https:shop.example:443:.::3",
        "https:shop.example:443:labs.openai.com:443::n",
        True,
    ),
    "bystander": (f"https:shop.example:443:.:{SHOP}:3", "https:shop.example:443:shop.example:443::n", False),
    "look-alike": ("https:labs.openai.com.evil.example:443:.::3", "", False),
    "same-site": (f"https:chat.openai.com:443:.:{OWN}:3", "", False),
    "address": (f"https:[::1]:443:.:{SHOP}:3", "", False),
}
CERTIFICATE_KEYS = {
    "host": ("labs.openai.com,,", True),
    "old": ("labs.openai.com,AB:CD:EF,", True),
    "third-party-inside": ("widget.example.net,,%5EpartitionKey%3D%2528https%252Copenai.com%2529", True),
    "bystander": ("shop.example,,", False),
    "look-alike": ("labs.openai.com.evil.example,,", False),
}


def slots(keys: dict[str, str], value_size: int) -> bytes:
    return b"".join(write_slot(1, 20781, key, value, value_size) for key, value in keys.items())


def keys_in(path: Path) -> list[str]:
    return [slot.key for slot in read_slots(path.read_bytes())]


def left(store: Store, path: Path, *keys: str, size: int = 1024) -> list[str]:
    """What a run leaves of slots with these keys."""
    path.write_bytes(slots(dict.fromkeys(keys, "1827037403819,1,1"), size))
    clean(store, path, path.parent)
    return keys_in(path)


@pytest.mark.parametrize(("key", "goes"), STATE_KEYS.values(), ids=STATE_KEYS)
@pytest.mark.parametrize(("store", "size"), [(STATES, 24), (INTEGRITY, 1024)], ids=["security", "integrity"])
def test_states_go_by_host_and_partition(
    tmp_path: Path, store: Store, size: int, key: str, goes: bool
) -> None:
    found = left(store, tmp_path / "State.bin", "shop.example", key, size=size)
    assert found == ["shop.example"] + [key] * (not goes)


@pytest.mark.parametrize(("key", "value", "goes"), SERVICE_KEYS.values(), ids=SERVICE_KEYS)
def test_alternative_services_go_by_origin_and_by_who_serves(
    tmp_path: Path, key: str, value: str, goes: bool
) -> None:
    path = tmp_path / "AlternateServices.bin"
    path.write_bytes(slots({"https:news.example.org:443:.::3": "v", key: value}, 1024))
    clean(SERVICES, path, tmp_path)
    assert keys_in(path) == ["https:news.example.org:443:.::3"] + [key] * (not goes)


@pytest.mark.parametrize(("key", "goes"), CERTIFICATE_KEYS.values(), ids=CERTIFICATE_KEYS)
def test_client_certificates_go_by_host_and_partition(tmp_path: Path, key: str, goes: bool) -> None:
    found = left(CERTIFICATES, tmp_path / "ClientAuthRememberList.bin", "news.example.org,,", key)
    assert found == ["news.example.org,,"] + [key] * (not goes)


@pytest.mark.parametrize(("key", "goes"), STATE_KEYS.values(), ids=STATE_KEYS)
def test_states_go_out_of_the_text_that_was_there_before(tmp_path: Path, key: str, goes: bool) -> None:
    path = tmp_path / "SiteSecurityServiceState.txt"
    shop, line = (
        b"shop.example\t9\t17000\t1600000000000,1,1\n",
        f"{key}\t9\t17000\t1600000000000,1,1\n".encode(),
    )
    path.write_bytes(shop + line + shop)
    clean(STATES_TEXT, path, tmp_path)
    assert path.read_bytes() == shop + line * (not goes) + shop


def test_other_slots_stay_byte_for_byte_and_in_place(tmp_path: Path) -> None:
    path = tmp_path / "SiteSecurityServiceState.bin"
    written_by_firefox = (SAMPLES / "SiteSecurityServiceState.bin").read_bytes()
    ours = slots({"labs.openai.com": "1,1,1"}, 24)
    path.write_bytes(ours + written_by_firefox + ours)
    _, equal = clean(STATES, path, tmp_path)
    assert path.read_bytes() == bytes(286) + written_by_firefox + bytes(286)
    assert equal == 2


def test_a_service_of_another_host_is_a_mention(tmp_path: Path) -> None:
    key, value, _ = SERVICE_KEYS["served-by-the-target"]
    path = tmp_path / "AlternateServices.bin"
    path.write_bytes(slots({key: value}, 1024))
    assert [trace.standing for trace in SERVICES.find(path, look(tmp_path))] == [Standing.MENTION]
    clean(SERVICES, path, tmp_path, Policy(mentions="keep"))
    assert keys_in(path) == [key]


def test_a_slot_that_holds_something_else_now(tmp_path: Path) -> None:
    path = tmp_path / "SiteSecurityServiceState.bin"
    path.write_bytes(slots({"labs.openai.com": "1,1,1"}, 24))
    traces = STATES.find(path, look(tmp_path))
    path.write_bytes(slots({"shop.example": "1,1,1"}, 24))
    with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
        STATES.remove(path, traces, transaction)
    assert keys_in(path) == ["shop.example"]


def test_damage_is_no_clean_file(tmp_path: Path) -> None:
    path = tmp_path / "SiteSecurityServiceState.bin"
    path.write_bytes(b"labs.openai.com".ljust(286, b"x"))
    with pytest.raises(UnreadableStore):
        STATES.find(path, look(tmp_path))
    assert STATES.find(tmp_path / "missing.bin", look(tmp_path)) == ()
