"""``skyvern-dagster serve`` as a process: it keeps its own up, alone on its home, and ends them."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from benchmarks.faults.campaign import Campaign
from benchmarks.faults.kinds import Place, run_process
from benchmarks.faults.served import SERVICES, Served, command, kill
from skyvern_dagster.browser.chromium import LocalChromium, find_chromium
from skyvern_dagster.demo.services import DemoServices
from tests.conftest import FROM_OUTSIDE
from tests.office import ROOT, skyvern_dagster, wait_until


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, demo: DemoServices) -> Iterator[Served]:
    """A ``serve`` that is started again when it has ended, as a service manager does."""
    home = tmp_path_factory.mktemp("serve") / "home"
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(FROM_OUTSIDE)]:
            environment.delenv(name)
        settings = {
            **demo.environment(),
            "DAGSTER_HOME": str(home),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "api"))),
            "SKYVERN_API_ALLOW_PRIVATE_URLS": "true",
            "SKYVERN_VIDEO": "0",
        }
        for name, value in settings.items():
            environment.setenv(name, value)
        started = Served.start(home, os.environ)
        try:
            yield started
        finally:
            started.leave_alone()
            kill([started.pid])
            wait_until(lambda: not of_home(home), seconds=30, every=0.1)


@pytest.mark.long
def test_a_second_one_on_the_same_home_is_refused(served: Served) -> None:
    second = skyvern_dagster("serve", "--port", "0", "--dagster-port", "0")
    _, said = second.communicate(timeout=120)

    assert second.returncode == 1
    assert f"pid {served.pid}" in said
    assert served.api in said
    assert str(served.home) in said
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


def test_dagsters_ui_is_for_its_own_pages(served: Served, demo: DemoServices) -> None:
    """In Chromium: the UI works, and a page of another server reaches nothing of it."""
    socket = served.dagster.replace("http://", "ws://")
    asked: list[tuple[str, int]] = []
    with sync_playwright() as playwright:
        bundled = Path(playwright.chromium.executable_path)
        source = find_chromium(bundled=bundled)
        assert isinstance(source, LocalChromium)
        browser = playwright.chromium.launch(executable_path=source.path, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("response", lambda each: asked.append((each.url, each.status)))
        page.goto(f"{served.dagster}/runs")
        page.get_by_text("Runs").first.wait_for(timeout=60_000)
        assert page.evaluate(USE, socket) == ["string", "open"]
        assert all(status < 400 for url, status in asked if "/graphql" in url), asked

        tried: list[int] = []
        elsewhere = browser.new_page()
        elsewhere.on(
            "response", lambda each: tried.append(each.status) if "/graphql" in each.url else None
        )
        elsewhere.goto(demo.shop_url)
        assert elsewhere.evaluate(ATTACK, [served.dagster, socket]) == "refused"
        browser.close()
    assert len(tried) >= 2
    assert set(tried) <= {403, 405, 415}


def test_what_is_killed_is_up_again_and_nothing_is_lost(served: Served, demo: DemoServices) -> None:
    """The shortest fault campaign: everything but ``serve`` is killed in one invoice run."""
    killed: list[int] = []

    def everything(place: Place) -> bool:
        if not run_process(place):
            return False
        killed.extend(each for name in SERVICES for each in served.service(name))
        return kill(killed)

    going = Campaign(served, demo, orders=2, random=random.Random(9), usual=3.0)
    finding = going.run("everything", everything)

    assert finding.struck
    assert finding.is_right, finding
    assert finding.statuses == ["failed", "completed"]
    assert served.starts == 1
    assert len(killed) == len(SERVICES)
    assert not set(killed) & of_home(served.home)


def test_nothing_of_it_outlives_it(served: Served) -> None:
    assert len(of_home(served.home)) > len(SERVICES)

    served.leave_alone()
    kill([served.pid])

    deadline = time.monotonic() + 30
    while left := of_home(served.home):
        assert time.monotonic() < deadline, [command(each) for each in left]
        time.sleep(0.1)


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
