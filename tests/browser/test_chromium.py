"""Finding a browser, starting it, attaching to one that runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from skyvern_dagster.browser.chromium import (
    CDP_HEADERS_VARIABLE,
    CDP_VARIABLE,
    PATH_VARIABLE,
    LocalChromium,
    RemoteChromium,
    connect_headers,
    find_chromium,
)
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.errors import BrowserError, BrowserNotFoundError
from tests.blocks.web import web_server
from tests.browser.site import Site
from tests.browser.visit import Visit


def test_a_running_browser_can_be_used_and_is_left_running(site: Site, tmp_path: Path) -> None:
    with BrowserRuntime() as owner:
        executable = owner.run(executable_of(owner))
    process = subprocess.Popen(
        [
            executable,
            "--headless",
            "--no-sandbox",
            "--remote-debugging-port=0",
            f"--user-data-dir={tmp_path / 'profile'}",
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "DevTools listening on" in line)
        with BrowserRuntime(line.rpartition(" ")[2].strip()) as runtime:
            session = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path / "files"))
            visit = Visit(runtime, session, site)
            visit.open("/files")
            for link, filename in (("shown", "shown.pdf"), ("new tab", "tab.pdf")):
                assert [file.filename for file in visit.click(link).downloads] == [filename]
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()


def test_playwright_s_own_features_stay_switched_off_and_no_address_bar_is_drawn() -> None:
    with BrowserRuntime() as runtime:
        runtime.run(one_page(runtime))
        lists = disabled_features(os.getpid())
        targets = runtime.run(windows(runtime))
    assert len(lists) == 2, "Playwright no longer has a list of its own, or joins both"
    assert lists[0]
    assert lists[0] <= lists[1], f"in Playwright's list only: {lists[0] - lists[1]}"
    assert "page" in targets
    assert "browser_ui" not in targets


def disabled_features(pid: int) -> list[set[str]]:
    """The lists on the command line of the Chromium below a process, in order."""
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = status.read_text(errors="replace").replace(" --", "\0--").split("\0")
        except OSError:  # it has just ended
            continue
        is_browser = "chrom" in words[0] and not any(each.startswith("--type=") for each in words)
        if is_browser and pid in ancestors(int(status.parent.name)):
            found = [each for each in words if each.startswith("--disable-features=")]
            return [set(each.partition("=")[2].split(",")) for each in found]
    raise AssertionError("no Chromium below this process")


def ancestors(pid: int) -> set[int]:
    found: set[int] = set()
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        found.add(pid)
    return found


async def one_page(runtime: BrowserRuntime) -> None:
    browser = await runtime.browser()
    await (await browser.new_context()).new_page()


async def windows(runtime: BrowserRuntime) -> set[str]:
    """The kinds of what the browser shows."""
    browser = await runtime.browser()
    session = await browser.new_browser_cdp_session()
    found = await session.send("Target.getTargets", {"filter": [{}]})
    return {each["type"] for each in found["targetInfos"]}


async def executable_of(runtime: BrowserRuntime) -> str:
    browser = await runtime.browser()
    source = find_chromium(bundled=Path(browser.browser_type.executable_path))
    assert isinstance(source, LocalChromium)
    return str(source.path)


def test_order_of_browsers(tmp_path: Path) -> None:
    browser, system = tmp_path / "browser", tmp_path / "bin" / "chromium"
    for path in (browser, system):
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    nothing = {"PATH": str(tmp_path)}
    with_system = {"PATH": str(system.parent)}
    everything = {PATH_VARIABLE: str(system), CDP_VARIABLE: "http://x:1", **with_system}
    configured = find_chromium(str(browser), bundled=browser, environ=everything)
    assert configured == LocalChromium(browser)
    assert find_chromium("ws://y:2", environ=everything) == RemoteChromium("ws://y:2")
    assert find_chromium(bundled=browser, environ=everything) == LocalChromium(system)
    remote = {CDP_VARIABLE: "http://x:1"}
    assert find_chromium(bundled=browser, environ=remote) == RemoteChromium("http://x:1")
    assert find_chromium(bundled=browser, environ=with_system) == LocalChromium(browser)
    assert find_chromium(bundled=tmp_path / "no", environ=with_system) == LocalChromium(system)
    with pytest.raises(BrowserNotFoundError, match="playwright install chromium"):
        find_chromium(environ=nothing)
    with pytest.raises(BrowserNotFoundError, match="is not there"):
        find_chromium(str(tmp_path / "no"), environ=with_system)


def test_a_remote_browser_is_connected_to_with_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CDP_HEADERS_VARIABLE, '{"Authorization": "Bearer t-123"}')
    with web_server() as web, BrowserRuntime(web.url) as runtime:
        with pytest.raises(BrowserError) as refused:
            runtime.run(runtime.browser())
        assert {each.headers.get("authorization") for each in web.received} == {"Bearer t-123"}
    assert "t-123" not in str(refused.value)


@pytest.mark.parametrize("given", ["Bearer t-123", '["t-123"]', '{"a": 1}'])
def test_headers_that_are_none(given: str) -> None:
    with pytest.raises(BrowserNotFoundError, match="must be a JSON object") as refused:
        connect_headers({CDP_HEADERS_VARIABLE: given})
    assert "t-123" not in str(refused.value)


def test_a_browser_that_does_not_start_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    runtime = BrowserRuntime(str(broken))
    with runtime, pytest.raises(BrowserError, match="did not start"):
        runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))


@pytest.mark.parametrize(
    "address",
    [
        "ws://dana:Zebra-Kazoo-1@127.0.0.1:9/devtools",
        "ws://127.0.0.1:9/?token=Zebra-Kazoo-1",
        "http://127.0.0.1:9/Zebra-Kazoo-1",
    ],
)
def test_the_key_in_a_browsers_address_is_not_told(tmp_path: Path, address: str) -> None:
    runtime = BrowserRuntime(address)
    with runtime, pytest.raises(BrowserError, match=r"127\.0\.0\.1:9 did not start") as caught:
        runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))
    assert "Zebra" not in f"{caught.value} {find_chromium(address)!r} {find_chromium(address)}"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems don't show environments")
def test_chromium_does_not_inherit_the_workers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYVERN_CREDENTIAL_SHOP_PASSWORD", "Zebra-Kazoo-2")
    with BrowserRuntime() as runtime:
        runtime.run(runtime.browser())
        own = [each for each in Path("/proc").glob("[0-9]*") if _is_chromium_of_this(each)]
        assert own
        for process in own:
            names = {
                each.partition(b"=")[0] for each in (process / "environ").read_bytes().split(b"\0")
            }
            assert b"PATH" in names
            assert not {name for name in names if name.startswith((b"SKYVERN_", b"PYTEST_"))}


def _is_chromium_of_this(process: Path) -> bool:
    """Whether it is a Chromium that a driver of this test's process has started."""
    try:
        stat = (process / "stat").read_text()
        parent = Path("/proc") / stat.rpartition(")")[2].split()[1]
        grandparent = (parent / "stat").read_text().rpartition(")")[2].split()[1]
    except (OSError, IndexError):
        return False
    return int(grandparent) == os.getpid() and "chrom" in stat
