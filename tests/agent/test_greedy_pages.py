"""Pages that take a processor, or the memory: the task ends in its time, and says why."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from skyvern_dagster.agent.decisions import Complete, Wait
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.page_memory import MEMORY_VARIABLE
from skyvern_dagster.browser.runtime import BrowserRuntime
from tests.agent.errand import Errand
from tests.loopback import Answering, LoopbackSite

PAGES = {
    "/busy": "<p>Hello</p><script>setTimeout(() => { while (true) {} }, 200)</script>",
    "/busy-at-once": "<p>Hello</p><script>while (true) {}</script>",
    "/full": """<p>Hello</p><script>
      const kept = [];
      setInterval(() => kept.push(new Uint8Array(4e7).fill(1)), 20);
    </script>""",
    "/fine": "<p>Hello</p>",
}


class Greedy(Answering):
    def get(self) -> None:
        self.page(PAGES.get(self.path, ""))


@pytest.fixture(scope="module")
def greedy() -> Iterator[LoopbackSite]:
    with LoopbackSite(Greedy) as site:
        yield site


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TaskRunner, ArtifactStore]]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(MEMORY_VARIABLE, "600")
        store = ArtifactStore(tmp_path_factory.mktemp("artifacts"))
        with BrowserRuntime() as runtime:
            yield TaskRunner(runtime, store), store


@pytest.mark.parametrize("page", ["/busy", pytest.param("/busy-at-once", marks=pytest.mark.long)])
def test_a_page_that_is_busy_for_ever(
    runner: tuple[TaskRunner, ArtifactStore], greedy: LoopbackSite, page: str
) -> None:
    errand = Errand(*runner, greedy.url)
    began = time.monotonic()
    result = errand.script(page, [[Wait(seconds=1)], [Complete()]], max_seconds=3)
    seconds = time.monotonic() - began
    assert result.status == "failed"
    assert "Max seconds per task (3) exceeded" in str(result.failure_reason)
    assert page in str(result.failure_reason)
    assert not result.infrastructure
    assert seconds < 40
    # And the next task finds a browser that is at its service.
    assert errand.script("/fine", [[Complete()]]).status == "completed"


def test_a_page_that_takes_the_memory(
    runner: tuple[TaskRunner, ArtifactStore], greedy: LoopbackSite
) -> None:
    errand = Errand(*runner, greedy.url)
    result = errand.script("/full", [[Wait(seconds=2)]] * 8, max_seconds=40, max_steps=9)
    assert result.status == "failed"
    assert "took more than 600 MB of memory" in str(result.failure_reason)
    assert (result.infrastructure, result.retryable) == (False, False)
    assert errand.script("/fine", [[Complete()]]).status == "completed"
