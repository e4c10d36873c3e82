"""A real Chromium in a home of its own, closed as a person would close it, or killed."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Any, Self

import psutil
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from tests.browsers.processes import alive, environment
from tests.browsers.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.browsers.web import Web

_SWITCHES = (
    "--headless=new",
    "--no-sandbox",  # the suite may run as root
    "--disable-gpu",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
    # It would take nothing packed with a dictionary from the harness's own authority.
    "--disable-features=CompressionDictionaryTransportRequireKnownRootCert",
)


def user_data(home: Path) -> Path:
    """Chromium's user-data folder in a home."""
    return home / ".config" / "chromium"


class Chromium:
    """One run of the browser on `<home>/.config/chromium/<profile>`; leaving the block closes it."""

    def __init__(
        self,
        home: Path,
        web: Web,
        binary: Path,
        profile: str = "Default",
        *,
        features: str = "",
        switches: Iterable[str] = (),
    ) -> None:
        self.downloads = home / "Downloads"
        lock = user_data(home) / "SingletonLock"
        web.authority.trust(home / ".local" / "share" / "pki" / "nssdb")
        options = Options()
        options.binary_location = str(binary)
        for switch in (
            *_SWITCHES,
            *switches,
            f"--enable-features={features}",
            f"--user-data-dir={user_data(home)}",
            f"--profile-directory={profile}",
            f"--host-resolver-rules=MAP * 127.0.0.1:{web.port}",
        ):
            options.add_argument(switch)
        service = Service(shutil.which("chromedriver"), env=environment(home))
        self._driver = webdriver.Chrome(options=options, service=service)
        main = psutil.Process(int(lock.readlink().name.rpartition("-")[2]))
        self._processes = [main, *main.children(recursive=True)]

    @property
    def processes(self) -> list[psutil.Process]:
        """All of its processes, the main one first."""
        main = self._processes[0]
        return [main, *main.children(recursive=True)]

    def visit(self, address: str) -> None:
        """Go to an address as if typed, and wait for the page's own scripts."""
        self._driver.get(address)
        self._settle()

    def tab(self, address: str) -> None:
        """The same in a new tab, which becomes the current one."""
        self._driver.switch_to.new_window("tab")
        self.visit(address)

    def close_tab(self) -> None:
        """Close the current tab, which the session then knows as closed, and go to the last of the others."""
        self._driver.close()
        self._driver.switch_to.window(self._driver.window_handles[-1])

    def click(self, selector: str) -> None:
        """Click what the CSS selector finds, and wait for the page that it leads to."""
        before = self._driver.current_url
        self._driver.find_element(By.CSS_SELECTOR, selector).click()
        until(lambda: self._driver.current_url != before, f"what follows a click on {selector}")
        self._settle()

    def type(self, selector: str, text: str) -> None:
        """Type into the field that the CSS selector finds."""
        self._driver.find_element(By.CSS_SELECTOR, selector).send_keys(text)

    def tabs(self) -> list[str]:
        """The addresses of all tabs."""
        targets = self._driver.execute_cdp_cmd("Target.getTargets", {})["targetInfos"]
        return [target["url"] for target in targets if target["type"] == "page"]

    def run(self, script: str) -> Any:
        """What the script returns, run in the page."""
        return self._driver.execute_script(script)

    def run_async(self, script: str) -> Any:
        """What the body of an async function returns, run in the page; AssertionError where it throws."""
        wrapped = (
            "const resolve = arguments[0];"
            f"(async () => {{ {script} }})().then("
            "(value) => resolve([true, value]), (error) => resolve([false, `${error}`]));"
        )
        fine, value = self._driver.execute_async_script(wrapped)
        if not fine:
            raise AssertionError(value)
        return value

    def ask(self, command: str, **parameters: str) -> Any:
        """What a command of the DevTools protocol answers; WebDriverException where it fails."""
        return self._driver.execute_cdp_cmd(command, parameters)

    def _settle(self) -> None:
        until(lambda: self._driver.title != "busy", "the page's scripts")
        if self._driver.title.startswith("failed"):
            raise AssertionError(self._driver.title)

    def close(self) -> None:
        """Close it and wait until everything is on disk and every process gone."""
        with contextlib.suppress(WebDriverException):  # the answer may not come: the browser is gone
            self._driver.execute_cdp_cmd("Browser.close", {})
        self._gone()

    def kill(self) -> None:
        """End it as a crash would."""
        self._processes[0].kill()
        self._gone()

    def _gone(self) -> None:
        until(lambda: not any(map(alive, self._processes)), "Chromium to end")
        with contextlib.suppress(WebDriverException):
            self._driver.quit()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if alive(self._processes[0]):
                self.close()
        finally:
            if alive(self._processes[0]):
                self.kill()
