"""What other sites keep that names the target: reported, and taken away only where that is asked for."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import cramjam
import pytest

from scrubber.browsers.firefox.site_data import FIREFOXS_OWN, OTHERS_DATABASES, OTHERS_FILES, PUSH
from scrubber.model import Policy, Standing
from scrubber.plan.locate import located
from tests.cleaned import clean, look
from tests.firefox_storage import Record, make_records, shifted
from tests.schemas import create, insert
from tests.stores.running import ask

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Trace

EVERYTHING = Policy(mentions="all")
NAMING = b"a long text about https://labs.openai.com/ and https://labs.openai.com/ and so on"
ALIKE = b"a long text about https://labs.openai.com.evil.example/ and https://notopenai.com/, and so on"


def packed(text: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(text))


def folder(profile: Path, origin: str = "https+++chat.openai.com") -> Path:
    path = profile / "storage/default" / origin
    path.mkdir(parents=True)
    return path


def items(profile: Path, origin: str = "https+++chat.openai.com") -> Path:
    """A local storage with values of every kind; those with an odd key name the target."""
    path = folder(profile, origin) / "ls/data.sqlite"
    path.parent.mkdir()
    create(path, "firefox-153/ls-data")
    values = [ALIKE, NAMING, packed(ALIKE), packed(NAMING), b"", NAMING.decode().encode("utf-16-le")]
    columns = {"utf16_length": 1, "conversion_type": 0, "compression_type": 0}
    insert(path, "data", *({"key": str(n), "value": value} | columns for n, value in enumerate(values)))
    return path


def standings(path: Path, profile: Path, policy: Policy | None = None) -> dict[str, Standing]:
    found = OTHERS_DATABASES.find(path, look(profile, policy))
    return {f"{trace.where} {trace.key}": trace.standing for trace in found}


def test_items_of_local_storage_are_reported(tmp_path: Path) -> None:
    path = items(tmp_path)
    before = path.read_bytes()
    assert standings(path, tmp_path) == dict.fromkeys(("data 2", "data 4", "data 6"), Standing.MENTION)
    assert clean(OTHERS_DATABASES, path, tmp_path)[0] == []
    assert path.read_bytes() == before or ask(path, "SELECT count(*) FROM data") == [6]


def test_items_of_local_storage_go_on_request(tmp_path: Path) -> None:
    path = items(tmp_path)
    clean(OTHERS_DATABASES, path, tmp_path, EVERYTHING)
    assert ask(path, "SELECT key FROM data ORDER BY key") == ["0", "2", "4"]


@pytest.mark.parametrize(
    ("origin", "found"),
    [
        pytest.param("https+++labs.openai.com", False, id="the target's, which goes as a folder"),
        pytest.param("https+++w.example^partitionKey=%28https%2Copenai.com%29", False, id="its partition"),
        pytest.param("https+++labs.openai.com.evil.example", True, id="a look-alike's"),
        pytest.param("https+++chat.openai.com", True, id="of the same site"),
    ],
)
def test_only_others_are_looked_into(origin: str, found: bool, tmp_path: Path) -> None:
    path = items(tmp_path, origin)
    assert bool(standings(path, tmp_path)) == found
    file = path.parent.parent / "fs/2Y/2Y3V"
    file.parent.mkdir(parents=True)
    file.write_bytes(NAMING)
    assert bool(OTHERS_FILES.find(file.parents[1], look(tmp_path))) == found


@pytest.mark.parametrize("policy", [Policy(), EVERYTHING], ids=["by default", "with all mentions"])
def test_a_file_of_a_site_s_own_file_system_is_reported_and_stays(policy: Policy, tmp_path: Path) -> None:
    """It may be a part of something that makes no sense without it."""
    path = folder(tmp_path)
    for name, content in (("2Y3V", NAMING), ("2Y3W", ALIKE)):
        (path / "fs/2Y").mkdir(parents=True, exist_ok=True)
        (path / "fs/2Y" / name).write_bytes(content)
    found = OTHERS_FILES.find(path, look(tmp_path, policy))
    assert [(trace.key, trace.standing) for trace in found] == [("fs/2Y/2Y3V", Standing.KEPT)]
    assert clean(OTHERS_FILES, path, tmp_path, policy)[0] == []
    assert (path / "fs/2Y/2Y3V").read_bytes() == NAMING


def test_an_extension_s_items_stay_whatever_is_asked_for(tmp_path: Path) -> None:
    path = items(tmp_path, "moz-extension+++1b2c^userContextId=4294967295")
    assert {*standings(path, tmp_path, EVERYTHING).values()} == {Standing.KEPT}


def test_firefox_s_own_databases_are_reported_and_stay(tmp_path: Path) -> None:
    own = tmp_path / "storage/permanent/chrome/idb"
    path = own / "478967115deegvatroootlss--cans.sqlite"
    make_records(path, Record(1, shifted("one"), packed(NAMING)))
    shutil.copy(path, own / "2918063365piupsah.sqlite")
    asked = look(tmp_path, EVERYTHING)

    def found(at: Path) -> tuple[Trace, ...]:
        return FIREFOXS_OWN.find(at, asked)

    assert [(trace.where, trace.standing) for trace in found(path)] == [("object_data", Standing.KEPT)]
    assert found(own / "2918063365piupsah.sqlite") == ()  # push subscriptions are described
    assert list(located(PUSH.places, asked.profile)) == [own / "2918063365piupsah.sqlite"]
    assert [*located(OTHERS_DATABASES.places, asked.profile)] == []
