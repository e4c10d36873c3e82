from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber.errors import UsageError
from scrubber.sites import Account, Site, Target
from scrubber.sites.site_files import DEFAULT, ad_hoc, choose, load, own_folder, parse, shipped_folder

if TYPE_CHECKING:
    from collections.abc import Callable

COMPLETE = """\
name = "Example"
domains = ["Labs.Example.org.", "bücher.example:8443", "labs.example.org"]
hosts = ["[::1]:8080", "10.0.0.1"]
urls = ["HTTPS://Shared.Example:443/Images", "http://[::1]/x", "https://shared.example:8443/x/"]
partitions = ["example.org"]
sign_in = [".Example.org", "auth.example.org"]
keywords = ["Bild", "Straße"]

[account]
checked = 2026-11-24
url = "https://example.org/help"
steps = ["Sign in.", "Delete."]
retention = "30 days."
"""

SHIPPED = ("bing-image-creator", "chatgpt", "craiyon", "dalle", "iqchat", "openai-api")


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str | bytes, name: str = "example.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_every_key_becomes_a_field_in_canonical_form(written: Callable[..., Path]) -> None:
    site = parse(written(COMPLETE))
    assert site == Site(
        "example",
        "Example",
        domains=("labs.example.org", "xn--bcher-kva.example:8443"),
        hosts=("[::1]:8080", "10.0.0.1"),
        urls=("https://shared.example/Images", "http://[::1]/x", "https://shared.example:8443/x/"),
        partitions=("example.org",),
        sign_in=(".example.org", "auth.example.org"),
        keywords=("bild", "straße"),
    )
    assert site.account == Account(
        "2026-11-24", ("Sign in.", "Delete."), "30 days.", "https://example.org/help"
    )


def test_the_target_of_a_file_knows_what_the_file_names(written: Callable[..., Path]) -> None:
    target = Target((parse(written(COMPLETE)),))
    assert target.url("http://[::1]:5000/x/y")
    assert target.url("https://shared.example/images/1")
    assert not target.url("https://shared.example/x")
    assert target.keyword("eine STRAßE in Berlin")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('name = "X"\nhosts = ["x.example"]\n', id="no account, one list"),
        pytest.param('\ufeffname = "X"\nhosts = ["x.example"]\n', id="byte order mark of a Windows editor"),
        pytest.param('name = "X"\r\nhosts = ["x.example"]\r\n', id="line ends of Windows"),
    ],
)
def test_a_short_file_is_enough(written: Callable[..., Path], content: str) -> None:
    assert parse(written(content)) == Site("example", "X", hosts=("x.example",))


START = 'name = "X"\ndomains = ["x.example"]\n'
ACCOUNT = '\n[account]\nchecked = 2026-11-24\nsteps = ["s"]\nretention = "r"\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(START + "\ndomain = []\n", "line 4: domain: unknown key", id="unknown key"),
        pytest.param(
            START + ACCOUNT + "name = 1\n", "line 8: name: unknown key", id="unknown key of account"
        ),
        pytest.param(START + "\n[acount]\nx = 1\n", "line 4: acount: unknown key", id="unknown table"),
        pytest.param('domains = ["x.example"]\n', "line 1: name: is missing", id="no name"),
        pytest.param(
            'domains = ["x.example"]\n[account]\nname = "x"\n',
            "line 1: name: is missing",
            id="name misplaced",
        ),
        pytest.param('\nname = " "\nhosts = ["x.example"]', "line 2: name: must be a text", id="blank name"),
        pytest.param('name = 1\nhosts = ["x.example"]', "line 1: name: must be a text", id="number as name"),
        pytest.param('name = "X"\n', "line 1: domains: a site needs", id="no host"),
        pytest.param('name = "X"\ndomains = []\n', "line 2: domains: a site needs", id="empty list of hosts"),
        pytest.param('name = "X"\ndomains = "x.example"', "line 2: domains: must be a list", id="no list"),
        pytest.param(
            'name = "X"\nhosts = ["x.example", 1]', "line 2: hosts: must be a list", id="number in it"
        ),
        pytest.param(
            'name = "X"\n# hosts = [\nhosts = [\n  "x/y",\n]', "line 3: hosts: 'x/y' is not a host", id="path"
        ),
        pytest.param('name = "X"\nhosts = ["*.x.example"]', "line 2: hosts: '*.x.example' is not", id="star"),
        pytest.param('name = "X"\nhosts = ["https://x.example"]', "is not a host name", id="URL as host"),
        pytest.param('name = "X"\nhosts = [".x.example"]', "is not a host name", id="leading dot"),
        pytest.param(
            'name = "X"\nhosts = ["x.example:0"]', "'x.example:0' has no possible port", id="port 0"
        ),
        pytest.param('name = "X"\nhosts = ["x.example:65536"]', "has no possible port", id="port too large"),
        pytest.param(
            'name = "X"\nurls = ["x.example/x"]', "line 2: urls: 'x.example/x' is not", id="no scheme"
        ),
        pytest.param('name = "X"\nurls = ["ftp://x.example/x"]', "is not an http(s) URL", id="FTP"),
        pytest.param('name = "X"\nurls = ["https://x.example/"]', "is a whole host", id="URL without a path"),
        pytest.param('name = "X"\nurls = ["https://x.example/x?y"]', "has a query", id="URL with a query"),
        pytest.param(START + 'partitions = ["x.example:1"]', "line 3: partitions: 'x.example:1'", id="port"),
        pytest.param(START + 'sign_in = ["..x.example"]', "line 3: sign_in:", id="sign-in with two dots"),
        pytest.param(START + 'sign_in = [".x.example:1"]', "has a port", id="sign-in with a port"),
        pytest.param(START + 'keywords = [" "]', "line 3: keywords: must be", id="blank keyword"),
        pytest.param("account = 1\n" + START, "line 1: account: must be a table", id="account is no table"),
        pytest.param(START + "[[account]]\nx = 1", "line 3: account: must be a table", id="list of accounts"),
        pytest.param(
            START + ACCOUNT.replace("2026-11-24", '"2026"'),
            "line 5: checked: must be a date",
            id="text as date",
        ),
        pytest.param(
            START + ACCOUNT.replace("2026-11-24", "2026-11-24T10:00:00"), "line 5: checked", id="with a time"
        ),
        pytest.param(START + '[account]\nretention = "r"', "line 3: checked: must be a date", id="no date"),
        pytest.param(START + ACCOUNT.replace('"s"', ""), "line 6: steps: must say what to do", id="no steps"),
        pytest.param(
            START + ACCOUNT.replace('"s"', "1"), "line 6: steps: must be a list", id="number as step"
        ),
        pytest.param(
            START + ACCOUNT.replace("retention", "#"), "line 4: retention: is missing", id="no retention"
        ),
        pytest.param(START + ACCOUNT + "url = 1\n", "line 8: url: must be a text", id="number as URL"),
        pytest.param(START + "hosts = [x]\n", "line 3: hosts: Invalid value", id="no quotes"),
        pytest.param('name = "X"\nhosts = [\n  "a",\n  b\n]', "line 4: hosts: Invalid", id="inside a list"),
        pytest.param('name = "X"\nname = "Y"\n', "line 2: name: Cannot overwrite", id="key given twice"),
        pytest.param('name = "X"\nhosts = [\n', "line 3: hosts: ", id="list without its end"),
        pytest.param("<html>", "line 1: Invalid statement", id="no TOML at all"),
        pytest.param(b'name = "X"\nhosts = ["\xff"]\n', "line 2: not UTF-8", id="no UTF-8"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_key(
    written: Callable[..., Path], content: str | bytes, message: str
) -> None:
    path = written(content)
    with pytest.raises(UsageError) as caught:
        parse(path)
    assert str(caught.value).startswith(f"{path}")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "x.toml"
    folder.mkdir()
    with pytest.raises(UsageError, match=re.escape(f"{folder}: ") + ".*not a (regular )?file"):
        parse(folder)


def test_loads_every_site_file_of_every_folder(written: Callable[..., Path], tmp_path: Path) -> None:
    written('name = "A"\nhosts = ["a.example"]', "one/a.toml")
    written('name = "B"\nhosts = ["b.example"]', "two/b.TOML")
    written("not a site", "two/notes.txt")
    written("\0\5\x16\7", "two/._b.toml")
    sites = load([tmp_path / "one", tmp_path / "two", tmp_path / "missing", tmp_path / "one"])
    assert {key: site.name for key, site in sites.items()} == {"a": "A", "b": "B"}


def test_follows_links_of_dotfile_managers(written: Callable[..., Path], tmp_path: Path) -> None:
    path = written('name = "A"\nhosts = ["a.example"]', "kept/whatever")
    folder = tmp_path / "real"
    folder.mkdir()
    try:
        (folder / "a.toml").symlink_to(path)
        (tmp_path / "linked").symlink_to(folder, target_is_directory=True)
    except OSError:
        pytest.skip("this user may not make links")
    assert list(load([tmp_path / "linked"])) == ["a"]


@pytest.mark.parametrize(
    ("second", "name", "word"),
    [
        pytest.param("two/b.toml", "exAMPLE", "example", id="same name in another case"),
        pytest.param("two/Example.toml", "B", "example", id="same file name in another folder"),
        pytest.param("two/b.toml", "example", "example", id="name is the other's file name"),
    ],
)
def test_a_name_taken_twice_is_an_error(
    written: Callable[..., Path], tmp_path: Path, second: str, name: str, word: str
) -> None:
    first = written(COMPLETE, "one/example.toml")
    path = written(f'\nname = "{name}"\nhosts = ["b.example"]', second)
    with pytest.raises(UsageError) as caught:
        load([tmp_path / "one", tmp_path / "two"])
    assert str(caught.value) == f"{path}, line 2: name: '{word}' is already the name of {first}"


@pytest.mark.skipif(os.name == "nt", reason="a file in a folder's place is a missing folder there")
def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "sites").touch()
    with pytest.raises(UsageError, match="sites: "):
        load([tmp_path / "sites"])


CHOICE = {
    "dalle": Site("dalle", "DALL·E", hosts=("a.example",)),
    "Mine": Site("Mine", "My site", hosts=("b.example",)),
}


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        pytest.param(["dalle"], ["dalle"], id="key"),
        pytest.param(["dall·e"], ["dalle"], id="name"),
        pytest.param(["mine", "MY SITE"], ["Mine"], id="case, and twice the same"),
        pytest.param(["Mine", "dalle"], ["Mine", "dalle"], id="order"),
        pytest.param([], [], id="none"),
    ],
)
def test_choose(words: list[str], keys: list[str]) -> None:
    assert [site.key for site in choose(CHOICE, words)] == keys


def test_choosing_an_unknown_site_names_those_known() -> None:
    with pytest.raises(UsageError, match="unknown site 'dall'; known are Mine, dalle"):
        choose(CHOICE, ["dalle", "dall"])


@pytest.mark.parametrize(
    ("domain", "expected", "partitions"),
    [
        pytest.param("labs.openai.com", "labs.openai.com", ("openai.com",), id="host"),
        pytest.param(" Labs.OpenAI.com. ", "labs.openai.com", ("openai.com",), id="case, dot, spaces"),
        pytest.param("labs.openai.com:8443", "labs.openai.com:8443", ("openai.com",), id="port"),
        pytest.param("a.b.co.uk", "a.b.co.uk", ("b.co.uk",), id="suffix of two labels"),
        pytest.param("me.github.io", "me.github.io", ("me.github.io",), id="suffix of a company"),
        pytest.param(
            "shop.bücher.example", "shop.xn--bcher-kva.example", ("xn--bcher-kva.example",), id="IDN"
        ),
        pytest.param(
            "shop.xn--bcher-kva.example",
            "shop.xn--bcher-kva.example",
            ("xn--bcher-kva.example",),
            id="IDN in punycode",
        ),
        pytest.param("localhost", "localhost", (), id="localhost"),
        pytest.param("localhost:3000", "localhost:3000", (), id="localhost and port"),
        pytest.param("127.0.0.1", "127.0.0.1", (), id="IPv4 has no eTLD+1"),
        pytest.param("127.0.0.1:8080", "127.0.0.1:8080", (), id="IPv4 and port"),
        pytest.param("[::1]:8080", "[::1]:8080", (), id="IPv6 and port"),
        pytest.param("[::1]", "::1", (), id="IPv6"),
        pytest.param("0:0::1", "::1", (), id="IPv6 without brackets"),
    ],
)
def test_ad_hoc_domain(domain: str, expected: str, partitions: tuple[str, ...]) -> None:
    assert ad_hoc([domain], []) == Site(expected, expected, domains=(expected,), partitions=partitions)


def test_ad_hoc_host_is_exact_and_brings_no_partition() -> None:
    site = ad_hoc(["a.example", "A.example"], ["b.example", "b.example."])
    assert site == Site(
        "a.example, b.example",
        "a.example, b.example",
        ("a.example",),
        ("b.example",),
        partitions=("a.example",),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "'' is not a host name", id="nothing"),
        pytest.param(" ", "is not a host name", id="a space"),
        pytest.param("https://labs.openai.com", "is not a host name", id="URL"),
        pytest.param("labs.openai.com/x", "is not a host name", id="path"),
        pytest.param("*.openai.com", "is not a host name", id="wildcard"),
        pytest.param(".openai.com", "is not a host name", id="leading dot"),
        pytest.param("a..example", "is not a host name", id="empty label"),
        pytest.param("a b.example", "is not a host name", id="space inside"),
        pytest.param("-x", "is not a host name", id="an option"),
        pytest.param("x.example:", "is not a host name", id="colon without a port"),
        pytest.param("x.example:http", "is not a host name", id="port in words"),
        pytest.param(":8080", "is not a host name", id="port alone"),
        pytest.param("x.example:70000", "has no possible port", id="port too large"),
        pytest.param("[::1", "is not a host name", id="bracket left open"),
        pytest.param("[a.example]", "is not a host name", id="brackets around a name"),
        pytest.param("::g", "is not a host name", id="no IPv6"),
        pytest.param("1.2.3.4.5", "is not a host name", id="no IPv4"),
        pytest.param("a" * 64 + ".example", "is not a host name", id="label too long"),
        pytest.param("\ud800", "is not a host name", id="half a character"),
    ],
)
@pytest.mark.parametrize("option", ["--domain", "--host"])
def test_ad_hoc_refuses_junk(option: str, text: str, message: str) -> None:
    given = ([text], []) if option == "--domain" else ([], [text])
    with pytest.raises(UsageError) as caught:
        ad_hoc(*given)
    assert str(caught.value).startswith(f"{option}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("suffix", ["com", "co.uk", "com:443", "xn--fiqs8s", "中国"])
def test_ad_hoc_refuses_everybodys_domain(suffix: str) -> None:
    with pytest.raises(UsageError, match=r"is a public suffix.*--host takes it alone"):
        ad_hoc([suffix], [])


@pytest.mark.parametrize("suffix", ["com", "co.uk", "wiki"])
def test_a_file_may_not_name_everybodys_domain(written: Callable[..., Path], suffix: str) -> None:
    content = 'name = "X"\ndomains = ["x.example", "{}"]\nhosts = ["{}"]\n'
    with pytest.raises(UsageError, match=f"line 2: domains: '{suffix}' is a public suffix"):
        parse(written(content.format(suffix, suffix)))
    assert parse(written(content.format(f"x.{suffix}", suffix))).hosts == (suffix,)


def test_no_shipped_file_names_everybodys_domain(written: Callable[..., Path]) -> None:
    for path in shipped_folder().glob("*.toml"):
        assert parse(written(path.read_bytes(), path.name)) == parse(path)


def test_an_exact_host_may_be_a_public_suffix() -> None:
    assert ad_hoc([], ["github.io"]).hosts == ("github.io",)


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        pytest.param("linux", {}, ".config/scrubber/sites", id="Linux"),
        pytest.param("linux", {"XDG_CONFIG_HOME": "/xdg"}, "/xdg/scrubber/sites", id="Linux, moved"),
        pytest.param("linux", {"APPDATA": "/app"}, ".config/scrubber/sites", id="Linux ignores APPDATA"),
        pytest.param("darwin", {}, "Library/Application Support/scrubber/sites", id="macOS"),
        pytest.param(
            "darwin",
            {"XDG_CONFIG_HOME": "/xdg"},
            "Library/Application Support/scrubber/sites",
            id="macOS, XDG",
        ),
        pytest.param("win32", {}, "AppData/Roaming/scrubber/sites", id="Windows"),
        pytest.param("win32", {"APPDATA": "/app"}, "/app/scrubber/sites", id="Windows, moved"),
    ],
)
def test_own_folder(platform: str, environment: dict[str, str], expected: str) -> None:
    home = Path("/home/person")
    assert own_folder(home, environment, platform) == home / expected


def test_every_shipped_site_is_there() -> None:
    assert tuple(sorted(load([shipped_folder()]))) == SHIPPED
    assert DEFAULT in SHIPPED


@pytest.mark.parametrize("key", SHIPPED)
def test_a_shipped_site_says_all_about_the_account(key: str) -> None:
    account = load([shipped_folder()])[key].account
    assert account is not None
    assert re.fullmatch(r"https://[a-z.]+(/.*)?", account.url)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", account.checked)
    assert account.retention.endswith(".")
    assert len(account.steps) >= 2
    assert all(step.endswith(".") for step in account.steps)


@pytest.mark.parametrize(
    ("key", "urls", "not_urls"),
    [
        pytest.param(
            "dalle",
            [
                "https://labs.openai.com/s/abc",
                "https://openai.com/dall-e-2",
                "https://www.openai.com/dall-e-2/",
                "https://openai.com/index/dall-e-3/",
                "https://openai.com/blog/dall-e/",
                "https://chatgpt.com/g/g-2fkFE8rbu-dall-e/c/1-2",
                "https://oaidalleapiprodscus.blob.core.windows.net/private/img.png",
            ],
            ["https://openai.com/", "https://chat.openai.com/", "https://chatgpt.com/g/g-other"],
            id="dalle",
        ),
        pytest.param(
            "chatgpt",
            [
                "https://chatgpt.com/c/1",
                "https://chat.openai.com/",
                "https://files.oaiusercontent.com/file-1",
            ],
            ["https://labs.openai.com/", "https://platform.openai.com/", "https://openai.com/chatgpt"],
            id="chatgpt",
        ),
        pytest.param(
            "openai-api",
            ["https://platform.openai.com/usage", "https://api.openai.com/v1/images"],
            ["https://labs.openai.com/", "https://chatgpt.com/", "https://help.openai.com/"],
            id="openai-api",
        ),
        pytest.param(
            "bing-image-creator",
            ["https://www.bing.com/images/create/a-cat/1-2?FORM=GENCRE", "https://www.bing.com/create"],
            [
                "https://www.bing.com/",
                "https://www.bing.com/images/search?q=cat",
                "https://www.bing.com/created",
            ],
            id="bing-image-creator",
        ),
        pytest.param("iqchat", ["https://iqchat.app/"], ["https://iqchat.app.evil.example/"], id="iqchat"),
        pytest.param("craiyon", ["https://www.craiyon.com/"], ["https://crayon.example/"], id="craiyon"),
    ],
)
def test_a_shipped_site_matches_its_own_and_no_neighbours(
    key: str, urls: list[str], not_urls: list[str]
) -> None:
    target = Target((load([shipped_folder()])[key],))
    assert [url for url in urls if not target.url(url)] == []
    assert [url for url in not_urls if target.url(url)] == []


@pytest.mark.parametrize("key", ["dalle", "chatgpt", "openai-api"])
def test_the_platforms_of_openai_share_their_sign_in(key: str) -> None:
    target = Target((load([shipped_folder()])[key],))
    assert target.cookie_host(".openai.com")
    assert target.cookie_host("auth.openai.com")
    assert target.partition("https://openai.com", of="third.example")
    assert not target.partition("https://openai.com", of="community.openai.com")
