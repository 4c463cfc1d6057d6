"""``skyvern-dagster serve`` as a process: it keeps its own up, alone on its home, and ends them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import sync_playwright

from skyvern_dagster.browser.chromium import LocalChromium, find_chromium
from skyvern_dagster.demo.services import DemoServices
from tests.api.served import make_key
from tests.conftest import FROM_OUTSIDE
from tests.office import ROOT, skyvern_dagster, wait_until

SERVICES = ("code-server", "daemon", "webserver", "api")


@dataclass(frozen=True)
class Serving:
    """A running ``serve`` and what it said when it was ready."""

    process: subprocess.Popen[str]
    api: str
    dagster: str
    home: Path
    key: str

    def run(self, url: str) -> str:
        """Starts a short task; gives its id."""
        body = {"url": url, "navigation_goal": "Open the help page"}
        answer = httpx2.post(
            f"{self.api}/api/v1/tasks", json=body, headers={"x-api-key": self.key}, timeout=60
        )
        assert answer.is_success, answer.text
        return str(answer.json()["task_id"])

    def status(self, task: str) -> str:
        """The status of a task; empty while the API is away."""
        try:
            answer = httpx2.get(
                f"{self.api}/api/v1/tasks/{task}", headers={"x-api-key": self.key}, timeout=10
            )
        except httpx2.HTTPError:
            return ""
        return str(answer.json()["status"]) if answer.is_success else ""


@pytest.fixture(scope="module")
def serving(
    tmp_path_factory: pytest.TempPathFactory, demo: DemoServices, new_home: Path
) -> Iterator[Serving]:
    home = tmp_path_factory.mktemp("serve") / "home"
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(FROM_OUTSIDE)]:
            environment.delenv(name)
        settings = {
            **demo.environment(),
            "DAGSTER_HOME": str(home),
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "api"))),
            "SKYVERN_API_ALLOW_PRIVATE_URLS": "true",
            "SKYVERN_VIDEO": "0",
        }
        for name, value in settings.items():
            environment.setenv(name, value)
        process = skyvern_dagster("serve", "--port", "0", "--dagster-port", "0", "--json")
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        assert line, process.stderr.read()
        ready = json.loads(line)
        key = make_key(home)
        try:
            yield Serving(process, ready["api"], ready["dagster"], home, key)
        finally:
            process.kill()
            process.wait()
            wait_until(lambda: not of_home(home), seconds=30, every=0.1)


def test_a_second_one_on_the_same_home_is_refused(serving: Serving) -> None:
    second = skyvern_dagster("serve", "--port", "0", "--dagster-port", "0")
    _, said = second.communicate(timeout=120)

    assert second.returncode == 1
    assert f"pid {serving.process.pid}" in said
    assert serving.api in said
    assert str(serving.home) in said
    assert "DAGSTER_HOME" in said


ATTACK = """async ([page, socket]) => {
  const tried = {};
  const query = 'mutation { deletePipelineRun(runId: "1") { __typename } }';
  const url = page + '/graphql';
  const how = {method: 'POST', mode: 'no-cors', body: JSON.stringify({query})};
  await fetch(url, how).catch(() => 0);
  await fetch(url + '?query=' + encodeURIComponent(query), {mode: 'no-cors'}).catch(() => 0);
  await new Promise(done => {
    const picture = new Image();
    picture.onload = picture.onerror = done;
    picture.src = url + '?query=' + encodeURIComponent(query);
  });
  return await new Promise(done => {
    const line = new WebSocket(socket + '/graphql', 'graphql-ws');
    line.onopen = () => done('open');
    line.onerror = () => done('refused');
  });
}"""
"""What a page may try; it can't read the answers."""

USE = """async (socket) => {
  const body = JSON.stringify({query: '{ version }'});
  const headers = {'content-type': 'application/json'};
  const answer = await (await fetch('/graphql', {method: 'POST', body, headers})).json();
  const line = await new Promise(done => {
    const line = new WebSocket(socket + '/graphql', 'graphql-ws');
    line.onopen = () => done('open');
    line.onerror = () => done('refused');
  });
  return [typeof answer.data.version, line];
}"""


def test_dagsters_ui_is_for_its_own_pages(serving: Serving, demo: DemoServices) -> None:
    """In Chromium: the UI works, and a page of another server reaches nothing of it."""
    socket = serving.dagster.replace("http://", "ws://")
    asked: list[tuple[str, int]] = []
    with sync_playwright() as playwright:
        bundled = Path(playwright.chromium.executable_path)
        source = find_chromium(bundled=bundled)
        assert isinstance(source, LocalChromium)
        browser = playwright.chromium.launch(executable_path=source.path, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("response", lambda each: asked.append((each.url, each.status)))
        page.goto(f"{serving.dagster}/runs")
        page.get_by_text("Runs").first.wait_for(timeout=60_000)
        assert page.evaluate(USE, socket) == ["string", "open"]
        assert all(status < 400 for url, status in asked if "/graphql" in url), asked

        asked.clear()
        page.goto(demo.shop_url)
        assert page.evaluate(ATTACK, [serving.dagster, socket]) == "refused"
        browser.close()
    tried = [status for url, status in asked if "/graphql" in url]
    assert len(tried) >= 2
    assert set(tried) <= {403, 405, 415}


def test_what_is_killed_is_up_again(serving: Serving, demo: DemoServices) -> None:
    before = {name: service(serving.home, name) for name in SERVICES}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    wait_until(lambda: answers(f"{serving.api}/api/v1/heartbeat"), every=0.2)
    wait_until(lambda: answers(f"{serving.dagster}/server_info"), every=0.2)
    task = serving.run(demo.shop_url)
    wait_until(lambda: serving.status(task) in ("completed", "failed", "terminated"), every=0.3)

    assert serving.status(task) == "completed"
    assert serving.process.poll() is None
    assert not set(before.values()) & of_home(serving.home)


def test_nothing_of_it_outlives_it(serving: Serving) -> None:
    assert len(of_home(serving.home)) > len(SERVICES)

    serving.process.send_signal(signal.SIGKILL)
    serving.process.wait()

    deadline = time.monotonic() + 30
    while left := of_home(serving.home):
        assert time.monotonic() < deadline, [command(each) for each in left]
        time.sleep(0.1)


def service(home: Path, name: str) -> int:
    """The process of a service: the one that has been started with ``attended``."""
    words = {"code-server": "code-server", "daemon": "dagster._daemon", "api": "uvicorn"}
    wanted = words.get(name, name)
    (found,) = [
        each
        for each in of_home(home)
        if "skyvern_dagster.process.attended" in command(each) and wanted in command(each)
    ]
    return found


def of_home(home: Path) -> set[int]:
    """All living processes that have been given this home folder, except ``serve`` itself."""
    mark = f"DAGSTER_HOME={home}".encode()
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.add(int(folder.name))
        except OSError:
            continue
    return {each for each in found if " serve " not in f"{command(each)} " and each != os.getpid()}


def command(pid: int) -> str:
    """What a process was started with."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def answers(url: str) -> bool:
    """Whether a server is up."""
    try:
        return httpx2.get(url, timeout=5).is_success
    except httpx2.HTTPError:
        return False
