"""A browser that somebody else has started, over the Chrome DevTools protocol: ``browser: http://...``.

It is there before us and stays when we go; it may also be started anew meanwhile.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.browser.navigation import goto
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession, SessionOptions
from skyvern_dagster.errors import BrowserBrokenError, BrowserError
from tests.browser.site import PDF, Site
from tests.browser.test_chromium import executable_of
from tests.browser.visit import Visit
from tests.office import wait_until


class Elsewhere:
    """A Chromium of its own life, always at one port once it has chosen it."""

    def __init__(self, executable: str, folder: Path) -> None:
        self._command = [executable, "--headless", "--no-sandbox", f"--user-data-dir={folder}"]
        self._log = folder / "log"
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [*self._command, f"--remote-debugging-port={self.port}"],
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        wait_until(lambda: "DevTools listening" in self._log.read_text(), every=0.1)
        (port,) = re.findall(r"listening on ws://[^:]+:(\d+)", self._log.read_text())
        self.port = int(port)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def elsewhere(runtime: BrowserRuntime) -> Iterator[Elsewhere]:
    executable = runtime.run(executable_of(runtime))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Elsewhere(executable, Path(folder))
        yield browser
        browser.kill()


@pytest.fixture
def remote(elsewhere: Elsewhere) -> Iterator[BrowserRuntime]:
    with BrowserRuntime(elsewhere.url) as attached:
        yield attached


def opened(
    runtime: BrowserRuntime, folder: Path, options: SessionOptions | None = None
) -> BrowserSession:
    return runtime.run(
        BrowserSession.open(runtime, downloads_dir=folder, options=options or SessionOptions())
    )


@pytest.mark.parametrize(
    "link", ["shown", *(pytest.param(each, marks=pytest.mark.long) for each in ("new tab", "csv"))]
)
def test_files_land_here(remote: BrowserRuntime, site: Site, tmp_path: Path, link: str) -> None:
    visit = Visit(remote, opened(remote, tmp_path), site)
    visit.open("/files")

    result = visit.click(link)

    (file,) = result.downloads
    assert file.path.parent == visit.session.downloads.folder
    assert file.path.read_bytes() == (b"a,b" if link == "csv" else PDF)


def test_the_address_policy_holds_there(remote: BrowserRuntime, site: Site, tmp_path: Path) -> None:
    options = SessionOptions(policy=NetworkPolicy(allow_private=False))
    session = opened(remote, tmp_path, options)

    with pytest.raises(BrowserError):
        remote.run(goto(session, f"{site.url}/files"))


def test_it_stays_when_we_go_and_is_found_again_when_it_was_started_anew(
    elsewhere: Elsewhere, site: Site, tmp_path: Path
) -> None:
    with BrowserRuntime(elsewhere.url) as first:
        opened(first, tmp_path / "a")
    with BrowserRuntime(elsewhere.url) as runtime:  # it is there after we have gone
        visit = Visit(runtime, opened(runtime, tmp_path / "b"), site)
        visit.open("/files")

        elsewhere.kill()
        with pytest.raises(BrowserBrokenError):
            visit.open("/files")
        with pytest.raises(BrowserBrokenError):  # a fault of the infrastructure: blocks try again
            opened(runtime, tmp_path / "c")
        elsewhere.start()

        again = Visit(runtime, opened(runtime, tmp_path / "d"), site)
        again.open("/files")
        assert again.click("shown").downloads
