"""A real Firefox in a home of its own, closed as a person would close it, or killed."""

from __future__ import annotations

import json
import socket
import subprocess
import warnings
from typing import TYPE_CHECKING, Any, Self

import psutil

from tests.browsers.pages import script
from tests.browsers.processes import alive, environment
from tests.browsers.waiting import until

with warnings.catch_warnings():
    # mozinfo, which the driver imports, asks `distro` in a way that is going away.
    warnings.simplefilter("ignore", DeprecationWarning)
    from marionette_driver.by import By
    from marionette_driver.marionette import Marionette

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.browsers.web import Web

PROFILE = "k3v9x2ma.default-esr"


def profiles(home: Path) -> Path:
    """The folder with `profiles.ini`."""
    return home / ".config" / "mozilla" / "firefox"


def profile(home: Path) -> Path:
    """The one profile's folder."""
    return profiles(home) / PROFILE


def _preferences(home: Path, web: Web) -> dict[str, str | int | bool]:
    return {
        # Every name is on loopback, and so is the harness's port behind 443.
        "network.dns.forceResolve": "127.0.0.1",
        "network.socket.forcePort": f"443={web.port}",
        "marionette.port": 0,
        # As it comes, not as test harnesses like it: their defaults turn stores off.
        "remote.prefs.recommended": False,
        "browser.shell.checkDefaultBrowser": False,
        "browser.aboutwelcome.enabled": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "app.normandy.enabled": False,
        # So that a crash finds the session written, without a wait of a quarter of a minute.
        "browser.sessionstore.interval": 500,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "browser.download.folderList": 2,
        "browser.download.dir": str(home / "Downloads"),
        "browser.download.alwaysOpenPanel": False,
    }


def add_preferences(home: Path, preferences: Mapping[str, str | int | bool]) -> None:
    """Set preferences as if the person had: for good, in `prefs.js`."""
    with (profile(home) / "prefs.js").open("a") as file:
        file.writelines(_lines(preferences))


def _lines(preferences: Mapping[str, str | int | bool]) -> list[str]:
    return [f'user_pref("{key}", {json.dumps(value)});\n' for key, value in preferences.items()]


def _prepare(home: Path, web: Web, preferences: Mapping[str, str | int | bool]) -> None:
    folder = profile(home)
    folder.mkdir(parents=True, exist_ok=True)
    (home / "Downloads").mkdir(exist_ok=True)
    web.authority.trust(folder)
    (folder / "user.js").write_text("".join(_lines({**_preferences(home, web), **preferences})))
    (profiles(home) / "profiles.ini").write_text(
        "[General]\nStartWithLastProfile=1\nVersion=2\n\n"
        f"[Profile0]\nName=default-esr\nIsRelative=1\nPath={PROFILE}\nDefault=1\n"
    )


class Firefox:
    """One run of the browser on the home's profile; leaving the block closes it."""

    def __init__(
        self, home: Path, web: Web, binary: Path, preferences: Mapping[str, str | int | bool] | None = None
    ) -> None:
        self.downloads = home / "Downloads"
        _prepare(home, web, preferences or {})
        port_file = profile(home) / "MarionetteActivePort"
        port_file.unlink(missing_ok=True)
        switches = ("--headless", "--marionette", "--remote-allow-system-access", "--no-remote")
        self._process = subprocess.Popen(
            [str(binary), *switches, "--profile", str(profile(home))],
            env=environment(home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: port_file.exists() and _listens(port_file.read_text()), "Firefox to listen")
        except TimeoutError:
            self._process.kill()
            raise
        self._client = Marionette(host="127.0.0.1", port=int(port_file.read_text()))
        self._client.start_session()
        self._client.timeout.script = 60

    @property
    def processes(self) -> list[psutil.Process]:
        """All of its processes, the main one first."""
        main = psutil.Process(self._process.pid)
        return [main, *main.children(recursive=True)]

    def visit(self, address: str) -> None:
        """Go to an address, and wait for the page's own scripts."""
        self._client.navigate(address)
        self._settle()

    def tab(self, address: str) -> None:
        """The same in a new tab, which becomes the current one."""
        self._client.switch_to_window(self._client.open(type="tab", focus=True)["handle"])
        self.visit(address)

    def container_tab(self, address: str, container: int) -> None:
        """A new tab in one of the containers that every profile has (1 to 4)."""
        before = set(self._client.window_handles)
        self.run_inside(
            "const triggeringPrincipal = Services.scriptSecurityManager.getSystemPrincipal();"
            "const [address, userContextId] = given;"
            "gBrowser.selectedTab = gBrowser.addTab(address, { userContextId, triggeringPrincipal });",
            address,
            container,
        )
        (handle,) = until(lambda: set(self._client.window_handles) - before, "the container's tab")
        self._client.switch_to_window(handle)
        until(lambda: self._client.get_url() == address, f"{address} in the container's tab")
        self._settle()

    def close_tab(self) -> None:
        """Close the current tab, which the session then knows as closed, and go to the last of the others."""
        self._client.switch_to_window(self._client.close()[-1])

    def click(self, selector: str) -> None:
        """Click what the CSS selector finds, and wait for the page that it leads to."""
        before = self._client.get_url()
        self._client.find_element(By.CSS_SELECTOR, selector).click()
        until(lambda: self._client.get_url() != before, f"what follows a click on {selector}")
        self._settle()

    def type(self, selector: str, text: str) -> None:
        """Type into the field that the CSS selector finds."""
        self._client.find_element(By.CSS_SELECTOR, selector).send_keys(text)

    def run(self, script: str) -> Any:
        """What the script returns, run in the page."""
        return self._client.execute_script(script, sandbox=None)

    def run_inside(self, script: str, *arguments: object) -> Any:
        """What the body of an async function returns, run with the browser's own rights."""
        wrapped = (
            "const parameters = [...arguments]; const resolve = parameters.pop();"
            f"(async (...given) => {{ {script} }})(...parameters).then("
            "(value) => resolve([true, value ?? null]),"
            "(error) => resolve([false, `${error} ${error.stack}`]));"
        )
        with self._client.using_context("chrome"):
            fine, value = self._client.execute_async_script(wrapped, script_args=arguments)
        if not fine:
            raise AssertionError(value)
        return value

    def maintain_places(self) -> list[str]:
        """Run Firefox's own maintenance of Places; the rows that it had to change, before and after.

        AssertionError where `places.sqlite` or `favicons.sqlite` is corrupt.
        """
        changed: list[str] = self.run_inside(script("maintain.js"))
        return changed

    def _settle(self) -> None:
        until(lambda: self._client.title != "busy", "the page's scripts")
        if self._client.title.startswith("failed"):
            raise AssertionError(self._client.title)

    def close(self) -> None:
        """Close it and wait until everything is on disk and every process gone."""
        processes = psutil.Process(self._process.pid).children(recursive=True)
        with self._client.using_context("chrome"):
            self._client.execute_script("Services.tm.dispatchToMainThread(() => Services.startup.quit(2));")
        self._gone(processes)

    def kill(self) -> None:
        """End it as a crash would."""
        processes = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        self._gone(processes)

    def _gone(self, children: list[psutil.Process]) -> None:
        self._process.wait(60)
        until(lambda: not any(map(alive, children)), "Firefox's processes to end")
        self._client.delete_session(send_request=False)  # there is nobody left to ask

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._process.poll() is None:
                self.close()
        finally:
            if self._process.poll() is None:
                self.kill()


def _listens(port: str) -> bool:
    # The driver could ask this itself, but leaves a socket open each time it hears no.
    with socket.socket() as attempt:
        return port.isdigit() and attempt.connect_ex(("127.0.0.1", int(port))) == 0
