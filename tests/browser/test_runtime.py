from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from pathlib import Path

import pytest

from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.errors import BrowserError
from tests.browser.visit import Visit


def parents() -> dict[int, int]:
    """Parent by process; those that have ended don't count."""
    found: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if fields[0] != "Z":
                    found[int(entry.name)] = int(fields[1])
        except OSError:
            continue
    return found


def children_of(pid: int) -> set[int]:
    return {child for child, parent in parents().items() if parent == pid}


def descendants_of(pids: set[int]) -> set[int]:
    """Chromium's processes and Playwright's driver, by their ancestry."""
    known, found = parents(), set(pids)
    while True:
        more = {child for child, parent in known.items() if parent in found} - found
        if not more:
            return found
        found |= more


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: set[int], seconds: float = 8.0) -> set[int]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(is_running(pid) for pid in pids):
        time.sleep(0.05)
    return {pid for pid in pids if is_running(pid)}


def test_close_leaves_nothing_behind_and_may_come_twice(tmp_path: Path) -> None:
    before = children_of(os.getpid())
    runtime = BrowserRuntime()
    runtime.close()
    runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))
    started = descendants_of(children_of(os.getpid()) - before)
    assert started
    began = time.monotonic()
    runtime.close()
    runtime.close()
    assert time.monotonic() - began < 5
    assert not wait_until_gone(started)


def test_use_after_close_starts_anew(tmp_path: Path) -> None:
    with BrowserRuntime() as runtime:
        runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))
        runtime.close()
        session = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))
        assert runtime.run(session.page.evaluate("1 + 1")) == 2


def test_threads_share_one_browser(tmp_path: Path) -> None:
    with BrowserRuntime() as runtime:
        results: list[int] = []

        def use(number: int) -> None:
            session = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))
            results.append(runtime.run(session.page.evaluate(f"{number} * 2")))
            runtime.run(session.close())

        threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == [0, 2, 4, 6]


def test_exceptions_come_through(runtime: BrowserRuntime) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        runtime.run(fail())


def test_running_on_its_own_loop_is_refused(runtime: BrowserRuntime) -> None:
    async def nest() -> None:
        runtime.run(asyncio.sleep(0))

    with pytest.raises(BrowserError, match="await instead"):
        runtime.run(nest())


class Interrupted(BaseException):
    pass


def test_an_interrupted_caller_stops_what_it_waited_for(runtime: BrowserRuntime) -> None:
    cancelled = threading.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    def interrupt(*_: object) -> None:
        raise Interrupted

    former = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    began = time.monotonic()
    try:
        with pytest.raises(Interrupted):
            runtime.run(work())
    finally:
        signal.signal(signal.SIGALRM, former)
    assert cancelled.is_set()
    assert time.monotonic() - began < 3


def test_a_crash_is_told_and_survived(tmp_path: Path) -> None:
    before = children_of(os.getpid())
    with BrowserRuntime() as runtime:
        session = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))
        browsers = {
            pid
            for pid in descendants_of(children_of(os.getpid()) - before)
            if b"--remote-debugging-pipe" in Path(f"/proc/{pid}/cmdline").read_bytes()
        }
        for pid in browsers:
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(BrowserError):
            runtime.run(session.observe())
        wait_until_gone(browsers)
        assert not session.is_usable
        again = runtime.run(BrowserSession.open(runtime, downloads_dir=tmp_path))
        assert runtime.run(again.page.evaluate("1 + 1")) == 2


@pytest.mark.parametrize("end", ["exit", "kill"])
def test_the_browser_ends_with_its_process(tmp_path: Path, end: str) -> None:
    program = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from skyvern_dagster.browser.runtime import BrowserRuntime
        from skyvern_dagster.browser.session import BrowserSession
        runtime = BrowserRuntime()
        runtime.run(BrowserSession.open(runtime, downloads_dir=Path(sys.argv[1])))
        sys.stdout.write("up\\n")
        sys.stdout.flush()
        sys.stdin.readline()
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "up\n"
    started = descendants_of(children_of(process.pid))
    assert started
    if end == "kill":
        process.kill()
    process.stdin.close()
    assert process.wait(15) == (0 if end == "exit" else -signal.SIGKILL)
    process.stdout.close()
    assert not wait_until_gone(started)


def test_screenshots_and_traces(visit: Visit, tmp_path: Path) -> None:
    visit.open("/")
    full = visit.run(visit.session.screenshot())
    small = visit.run(visit.session.screenshot(10))
    assert full.startswith(b"\xff\xd8\xff")
    assert small.startswith(b"\xff\xd8\xff")
    assert len(small) < len(full)
    path = tmp_path / "trace.zip"
    assert not visit.run(visit.session.stop_trace(path))
    visit.run(visit.session.start_trace())
    visit.click("Other page", "link")
    assert visit.run(visit.session.stop_trace(path))
    assert any(name.endswith("trace.trace") for name in zipfile.ZipFile(path).namelist())
