from __future__ import annotations

import shutil
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from scrubber.browsers.chromium.sessions import ENCRYPTED_SESSIONS, SESSION_FILES
from scrubber.errors import PlanOutdated, UnreadableStore
from scrubber.model import Policy, Standing
from scrubber.sites import Site, Target
from scrubber.stores.web_apps import app_id
from scrubber.transaction import Transaction
from tests import snss_files as made
from tests.cleaned import clean, look, tree

SAMPLES = Path(__file__).parents[1] / "formats" / "samples" / "chromium"
KEEP = Policy(mentions="keep")

OURS = {
    "host": "https://labs.openai.com/",
    "below": "https://cdn.labs.openai.com/a?b#c",
    "port": "https://labs.openai.com:8443/",
    "source": "view-source:https://labs.openai.com/",
    "part-of-a-shared-host": "https://shared.example/labs/a",
}
OTHERS = {
    "bystander": "https://shop.example/",
    "look-alike-before": "https://notopenai.com/",
    "look-alike-inside": "https://labs-openai.com/",
    "look-alike-after": "https://labs.openai.com.evil.example/",
    "same-site": "https://chat.openai.com/",
    "new-tab": "chrome://newtab/",
}
SHOP = OTHERS["bystander"]
MENTIONS = {
    "query": made.page("https://search.example/?q=labs.openai.com"),
    "title": made.page(SHOP, title="labs.openai.com - search"),
    "referrer": made.page(SHOP, referrer="https://labs.openai.com/"),
    "frame": made.page(SHOP, state="\x01\x02https://labs.openai.com/frame\x00"),
    "window-title": (31, made.pickle(b"\7\0\0\0", made.string("About labs.openai.com"))),
    "app-window": (15, made.pickle(b"\7\0\0\0", made.string("labs.openai.com_/"))),
}
NOT_MENTIONS = {
    "title": made.page(SHOP, title="notlabs.openai.com"),
    "referrer": made.page(SHOP, referrer="https://labs.openai.com.evil.example/"),
    "frame": made.page(SHOP, state="\x01\x02https://labs-openai.com/frame\x00"),
    "window-title": (31, made.pickle(b"\7\0\0\0", made.string("labs.openai.community"))),
}
WINDOW: tuple[made.Command, ...] = ((0, bytes(8)), (2, bytes(8)), (7, bytes(8)), (28, bytes(40)))


def put(
    tmp_path: Path, *commands: made.Command, name: str = "Session_13440000000000000", version: int = 3
) -> Path:
    path = tmp_path / "Sessions" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(made.session(commands, version))
    return path


class TestSessionFiles:
    @pytest.mark.parametrize(
        ("name", "command"),
        [("Session_13440000000000000", made.OPEN), ("Apps_1344", made.OPEN), ("Tabs_1344", made.CLOSED)],
    )
    @pytest.mark.parametrize("url", OURS.values(), ids=OURS.keys())
    def test_pages_of_the_target_go(self, tmp_path: Path, url: str, name: str, command: int) -> None:
        page = made.page(url, command=command)
        path = put(tmp_path, *WINDOW, page, made.MARKER, page, name=name)
        removed, equal = clean(SESSION_FILES, path, tmp_path)
        assert [(trace.standing, trace.seen) for trace in removed] == [(Standing.OWN, url)] * 2
        assert path.read_bytes() == made.session((*WINDOW, made.MARKER))
        assert equal == len(WINDOW) + 1

    @pytest.mark.parametrize("url", OTHERS.values(), ids=OTHERS.keys())
    def test_pages_of_others_stay(self, tmp_path: Path, url: str) -> None:
        path = put(tmp_path, *WINDOW, made.page(url), made.MARKER)
        assert SESSION_FILES.find(path, look(tmp_path)) == ()

    @pytest.mark.parametrize("command", MENTIONS.values(), ids=MENTIONS.keys())
    def test_what_names_the_target_goes_unless_mentions_are_kept(
        self, tmp_path: Path, command: made.Command
    ) -> None:
        path = put(tmp_path, *WINDOW, command, made.MARKER)
        before = path.read_bytes()
        assert [trace.standing for trace in SESSION_FILES.find(path, look(tmp_path))] == [Standing.MENTION]
        clean(SESSION_FILES, path, tmp_path, KEEP)
        assert path.read_bytes() == before
        clean(SESSION_FILES, path, tmp_path)
        assert path.read_bytes() == made.session((*WINDOW, made.MARKER))

    @pytest.mark.parametrize("command", NOT_MENTIONS.values(), ids=NOT_MENTIONS.keys())
    def test_what_names_look_alikes_stays(self, tmp_path: Path, command: made.Command) -> None:
        path = put(tmp_path, *WINDOW, command, made.MARKER)
        assert SESSION_FILES.find(path, look(tmp_path)) == ()

    def test_windows_of_the_targets_apps_go(self, tmp_path: Path) -> None:
        start, root, others = (
            "https://labs.openai.com/start",
            "https://labs.openai.com/",
            "https://shop.example/",
        )
        ours, theirs = (
            [
                (command, made.pickle(b"\7\0\0\0", made.string(before + app_id(url))))
                for url in urls
                for command, before in ((15, "_crx_"), (13, ""))  # of a window, of a tab
            ]
            for urls in ((start, root), (others, "https://labs.openai.com.evil.example/"))
        )
        path = put(tmp_path, *WINDOW, *theirs, *ours, made.MARKER)
        history = tmp_path / "History"
        asked = replace(look(tmp_path), seen={start: history, others: history})
        traces = SESSION_FILES.find(path, asked)
        assert {(trace.standing, trace.seen, trace.told_by) for trace in traces} == {
            (Standing.OWN, start, history),
            (Standing.OWN, root, None),
        }
        with Transaction([tmp_path]) as transaction:
            SESSION_FILES.remove(path, traces, transaction)
            transaction.swap()
            transaction.commit()
        assert path.read_bytes() == made.session((*WINDOW, *theirs, made.MARKER))

    def test_titles_and_addresses_with_a_keyword_go_on_request(self, tmp_path: Path) -> None:
        target = Target((Site("target", "The target", domains=("labs.openai.com",), keywords=("dall-e",)),))
        pages = (made.page(SHOP, title="DALL-E, explained"), made.page("https://search.example/?q=dall-e"))
        path = put(tmp_path, *pages, made.page(SHOP, title="Randall-Ed"))
        assert SESSION_FILES.find(path, look(tmp_path, target=target)) == ()
        traces = SESSION_FILES.find(path, look(tmp_path, Policy(keywords=True), target))
        assert [(trace.key, trace.standing) for trace in traces] == [
            (0, Standing.MENTION),
            (1, Standing.MENTION),
        ]

    @pytest.mark.parametrize("version", [1, 3])
    def test_a_mixed_history_keeps_its_other_pages_in_their_places(
        self, tmp_path: Path, version: int
    ) -> None:
        urls = [*OTHERS.values(), *OURS.values()]
        mixed = [made.page(url, place=place) for place, url in enumerate(sorted(urls))]
        path = put(tmp_path, *WINDOW, *mixed, made.MARKER, version=version)
        clean(SESSION_FILES, path, tmp_path)
        kept = [
            made.page(url, place=place) for place, url in enumerate(sorted(urls)) if url in OTHERS.values()
        ]
        assert path.read_bytes() == made.session((*WINDOW, *kept, made.MARKER), version)

    @pytest.mark.parametrize("name", ["Current Session", "Last Session"])
    def test_old_files_of_open_tabs(self, tmp_path: Path, name: str) -> None:
        path = put(tmp_path, made.page(OURS["host"]), made.page(SHOP), name=name, version=1)
        clean(SESSION_FILES, path, tmp_path)
        assert path.read_bytes() == made.session((made.page(SHOP),), 1)

    @pytest.mark.parametrize("name", ["Current Tabs", "Last Tabs"])
    def test_old_files_of_closed_tabs(self, tmp_path: Path, name: str) -> None:
        ours, theirs = (made.page(url, command=made.CLOSED) for url in (OURS["host"], SHOP))
        path = put(tmp_path, ours, theirs, name=name, version=1)
        clean(SESSION_FILES, path, tmp_path)
        assert path.read_bytes() == made.session((theirs,), 1)

    @pytest.mark.parametrize(
        ("rest", "stays"),
        [(b"\xff\xff\6https://labs.openai.com/", False), (b"\xff\xff\6https://notopenai.com/", True)],
        ids=["target", "look-alike"],
    )
    def test_a_record_that_was_cut_off(self, tmp_path: Path, rest: bytes, stays: bool) -> None:
        path = put(tmp_path, *WINDOW, made.MARKER)
        whole = path.read_bytes()
        path.write_bytes(whole + rest)
        clean(SESSION_FILES, path, tmp_path)
        assert path.read_bytes() == whole + rest * stays

    def test_an_empty_file_is_nothing(self, tmp_path: Path) -> None:
        path = put(tmp_path)
        path.write_bytes(b"")
        assert SESSION_FILES.find(path, look(tmp_path)) == ()

    @pytest.mark.parametrize("content", [b"SNSX\3\0\0\0", made.sealed(2)], ids=["damaged", "encrypted"])
    def test_what_cannot_be_read_is_named(self, tmp_path: Path, content: bytes) -> None:
        path = put(tmp_path)
        path.write_bytes(content)
        with pytest.raises(UnreadableStore):
            SESSION_FILES.find(path, look(tmp_path))

    def test_other_files_of_the_folder_are_not_sessions(self, tmp_path: Path) -> None:
        path = put(tmp_path, name="README")
        path.write_bytes(b"labs.openai.com")
        assert SESSION_FILES.find(path, look(tmp_path)) == ()

    def test_a_file_that_changed_outdates_the_plan(self, tmp_path: Path) -> None:
        path = put(tmp_path, *WINDOW, made.page(OURS["host"]))
        traces = SESSION_FILES.find(path, look(tmp_path))
        put(tmp_path, *WINDOW)
        with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
            SESSION_FILES.remove(path, traces, transaction)


class TestClosedTabs:
    def test_a_window_of_mixed_tabs_keeps_the_others_shown_and_counted(self, tmp_path: Path) -> None:
        """Chromium would drop the whole window otherwise."""

        def tab(shown: int, *urls: str) -> list[made.Command]:
            return [
                (4, struct.pack("<iiq", 7, shown, 9)),
                *(made.page(url, command=made.CLOSED, place=place + 30) for place, url in enumerate(urls)),
            ]

        def window(shown: int, tabs: int) -> made.Command:
            numbers = struct.pack("<iiiqiiiii", 3, shown, tabs, 9, 0, 0, 800, 600, 1)
            return 9, made.pickle(numbers, made.string(""), bytes(4))

        ours = OURS["host"]
        path = put(
            tmp_path,
            window(2, 3),
            *tab(1, ours, SHOP),
            *tab(0, ours),
            *tab(0, SHOP),
            made.MARKER,
            name="Tabs_1",
        )
        removed, equal = clean(SESSION_FILES, path, tmp_path)
        left = [
            window(1, 2),
            tab(0)[0],
            made.page(SHOP, command=made.CLOSED, place=31),
            *tab(0, SHOP),
            made.MARKER,
        ]
        assert path.read_bytes() == made.session(left)
        assert (len(removed), equal) == (2, len(left))


class TestEncryptedCopies:
    def folder(self, tmp_path: Path, count: int) -> Path:
        folder = tmp_path / "Sessions_Encrypted"
        folder.mkdir()
        (folder / "Session_13440000000000257").write_bytes(made.sealed(count))
        return folder

    @pytest.mark.parametrize(
        ("command", "goes"),
        [
            pytest.param(made.page(OURS["host"]), True, id="own"),
            pytest.param(MENTIONS["query"], True, id="mention"),
            pytest.param(made.page(SHOP), False, id="bystander"),
        ],
    )
    def test_go_when_something_goes_from_the_files(
        self, tmp_path: Path, command: made.Command, goes: bool
    ) -> None:
        put(tmp_path, *WINDOW, command)
        folder = self.folder(tmp_path, len(WINDOW) + 1)
        assert bool(ENCRYPTED_SESSIONS.find(folder, look(tmp_path))) == goes
        if goes:
            with Transaction([tmp_path]) as transaction:
                ENCRYPTED_SESSIONS.remove(
                    folder, ENCRYPTED_SESSIONS.find(folder, look(tmp_path)), transaction
                )
                transaction.swap()
                transaction.commit()
            assert not tree(folder)

    def test_stay_with_mentions_that_are_kept(self, tmp_path: Path) -> None:
        put(tmp_path, *WINDOW, MENTIONS["query"])
        folder = self.folder(tmp_path, len(WINDOW) + 1)
        assert ENCRYPTED_SESSIONS.find(folder, look(tmp_path, KEEP)) == ()

    def test_go_if_they_hold_more_than_the_files(self, tmp_path: Path) -> None:
        """Somebody took pages out of the files alone."""
        put(tmp_path, *WINDOW)
        folder = self.folder(tmp_path, len(WINDOW) + 3)
        removed, _ = clean(ENCRYPTED_SESSIONS, folder, tmp_path)
        assert [trace.standing for trace in removed] == [Standing.MENTION]

    def test_alone_can_be_read_by_the_browser_only(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableStore, match="decrypt"):
            ENCRYPTED_SESSIONS.find(self.folder(tmp_path, 3), look(tmp_path))

    def test_that_chromium_wrote_stay_with_its_own_files(self, tmp_path: Path) -> None:
        shutil.copytree(SAMPLES / "sessions", tmp_path / "Sessions")
        folder = shutil.copytree(SAMPLES / "sessions-encrypted", tmp_path / "Sessions_Encrypted")
        assert ENCRYPTED_SESSIONS.find(folder, look(tmp_path)) == ()
        for path in (tmp_path / "Sessions").iterdir():
            assert SESSION_FILES.find(path, look(tmp_path)) == ()
