from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.browsers.firefox.files import CERTIFICATE_OVERRIDES, MEDIA_DEVICES, SERVICE_WORKERS, USER_JS
from scrubber.errors import PlanOutdated
from scrubber.model import Policy, Standing
from scrubber.stores.text_lines import blocks, lines
from scrubber.transaction import Transaction
from tests.cleaned import clean, look

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Store

OWN = "^partitionKey=%28https%2Copenai.com%29"
SHOP = "^partitionKey=%28https%2Cshop.example%29"


def override(host: str, suffix: str = "") -> str:
    return f"{host}:{suffix}\tOID.2.16.840.1.101.3.4.2.1\tAB:CD\t\n"


def device(origin: str) -> str:
    return f"AAAAAAAAAAAAAAAAAAAAAAAA 1795501402 {origin}\n"


def worker(scope: str, suffix: str = "", script: str = "") -> str:
    numbers = "false\n{90ddc366-5fbe-4289-97f2-37b6c3b6034e}\n0\n1795501404017906\n0\ntrue\n0\n"
    return f"{suffix}\n{scope}\n{script or scope + 'sw.js'}\n{numbers}#\n"


CASES = {
    "override-host": (CERTIFICATE_OVERRIDES, override("labs.openai.com:443"), True),
    "override-port": (CERTIFICATE_OVERRIDES, override("labs.openai.com:8443"), True),
    "override-old": (CERTIFICATE_OVERRIDES, "labs.openai.com:443\tOID.2\tAB\tMU\tAAAA\n", True),
    "override-inside": (CERTIFICATE_OVERRIDES, override("widget.example.net:443", OWN), True),
    "override-same-site": (CERTIFICATE_OVERRIDES, override("chat.openai.com:443", OWN), False),
    "override-look-alike": (CERTIFICATE_OVERRIDES, override("labs.openai.com.evil.example:443"), False),
    "override-address": (CERTIFICATE_OVERRIDES, override("[::1]:443"), False),
    "override-comment": (CERTIFICATE_OVERRIDES, "# labs.openai.com:443:\tno entry\n", False),
    "device-host": (MEDIA_DEVICES, device("https://labs.openai.com"), True),
    "device-partition": (MEDIA_DEVICES, device(f"https://widget.example.net{OWN}"), True),
    "device-look-alike": (MEDIA_DEVICES, device("https://notopenai.com"), False),
    "device-elsewhere": (MEDIA_DEVICES, device(f"https://widget.example.net{SHOP}"), False),
    "worker-host": (SERVICE_WORKERS, worker("https://labs.openai.com/"), True),
    "worker-framed": (SERVICE_WORKERS, worker("https://labs.openai.com/", SHOP), True),
    "worker-inside": (SERVICE_WORKERS, worker("https://widget.example.net/", OWN), True),
    "worker-elsewhere": (SERVICE_WORKERS, worker("https://widget.example.net/", SHOP), False),
    "worker-same-site": (SERVICE_WORKERS, worker("https://chat.openai.com/", OWN), False),
    "worker-look-alike": (SERVICE_WORKERS, worker("https://labs.openai.com.evil.example/"), False),
}
AROUND: dict[Store, tuple[str, str]] = {
    CERTIFICATE_OVERRIDES: ("# PSM Certificate Override Settings file\n", override("shop.example:443")),
    MEDIA_DEVICES: ("1\n", device("https://shop.example")),
    SERVICE_WORKERS: ("12\n", worker("https://shop.example/")),
}


@pytest.mark.parametrize(("store", "record", "goes"), CASES.values(), ids=CASES)
def test_records_of_the_target_go_and_all_bytes_around_stay(
    tmp_path: Path, store: Store, record: str, goes: bool
) -> None:
    path = tmp_path / "file.txt"
    first, bystander = AROUND[store]
    path.write_text(first + bystander + record + bystander)
    clean(store, path, tmp_path)
    assert path.read_text() == first + bystander + record * (not goes) + bystander


def test_what_was_put_in_by_hand_is_only_reported(tmp_path: Path) -> None:
    path = tmp_path / "user.js"
    content = 'user_pref("browser.startup.homepage", "https://labs.openai.com/");\n// shop.example\n'
    path.write_text(content)
    assert [trace.standing for trace in USER_JS.find(path, look(tmp_path))] == [Standing.KEPT]
    clean(USER_JS, path, tmp_path, Policy(mentions="all"))
    assert path.read_text() == content


def test_a_line_that_is_no_longer_there(tmp_path: Path) -> None:
    path = tmp_path / "enumerate_devices.txt"
    path.write_text("1\n" + device("https://labs.openai.com"))
    traces = MEDIA_DEVICES.find(path, look(tmp_path))
    path.write_text("1\n")
    with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
        MEDIA_DEVICES.remove(path, traces, transaction)


@given(st.binary(max_size=200) | st.text("#\n\r a", max_size=60).map(str.encode))
def test_any_bytes_are_put_together_again(content: bytes) -> None:
    assert b"".join(lines(content)) == content
    assert b"".join(blocks(content)) == content
