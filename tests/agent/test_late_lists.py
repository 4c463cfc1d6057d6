"""Lists that a script fetches come late on some visits: replay gives them a moment, and no call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer
from tests.agent.errand import Errand
from tests.agent.errand_models import decide, with_model
from tests.loopback import Answering, LoopbackSite, bound

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PAGE = """
<title>Bills</title><h1>Bills</h1><button onclick="show()">Show all</button>
<button id="mark">Mark</button><p id="said"></p><ul id="list"></ul>
<script>
  function show() {
    document.getElementById("said").textContent = "One moment";
    setTimeout(() => {
      document.getElementById("said").textContent = "";
      document.getElementById("list").innerHTML =
        ["B-1", "B-2", "B-3"].map((each) => `<li><a href="/pdf/${each}">${each}</a></li>`).join("");
    }, DELAY);
  }
</script>
"""


class BillsSite(LoopbackSite):
    """A list that is drawn by script, after ``delay`` milliseconds."""

    def __init__(self) -> None:
        self.delay = 0
        super().__init__(bound(_Handler, self))


class _Handler(Answering):
    site: BillsSite

    def get(self) -> None:
        if self.path.startswith("/pdf/"):
            self.attachment(f"{self.path.rpartition('/')[2]}.pdf", PDF)
        else:
            self.page(PAGE.replace("DELAY", str(self.site.delay)))


@pytest.fixture
def bills(errand: Errand) -> Iterator[BillsSite]:
    with BillsSite() as running:
        errand.site_url = running.url
        yield running


def press(name: str) -> Any:
    def answer(request: ChatRequest) -> dict[str, Any]:
        return decide({"type": "click", "ref": request.ref(name)})

    return answer


def take(request: ChatRequest) -> dict[str, Any]:
    return decide({"type": "download", "ref": request.ref("B-1", "link")})


def fetch(errand: Errand, server: ModelServer, bill: str) -> TaskResult:
    goal = Goal(
        navigation_goal="Download the bill", payload={"bill": bill}, complete_on_download=True
    )
    return with_model(errand, server, "/", goal, variables={"bill": bill}, max_steps=8)


def test_replay_waits_for_a_late_list(errand: Errand, bills: BillsSite) -> None:
    with ModelServer([press("Show all"), take]) as server:
        assert fetch(errand, server, "B-1").status == "completed"
        bills.delay = 2500
        result = fetch(errand, server, "B-2")
        assert (result.status, server.calls) == ("completed", 2), result.failure_reason
    assert [step.planner for step in result.steps] == ["replay"] * 3
    assert [file.filename for file in result.files] == ["B-2.pdf"]


def test_a_click_that_did_nothing_is_not_repeated(errand: Errand, bills: BillsSite) -> None:
    script = [press("Show all"), press("Mark"), press("Mark"), press("Mark"), take]
    with ModelServer(script) as server:
        result = fetch(errand, server, "B-1")
    assert (result.status, len(result.steps)) == ("completed", 5), result.failure_reason
    recorded = yaml.safe_load(errand.store.read("recordings/wpid_1/errand/127.0.0.1.yaml"))
    assert len(recorded["steps"]) == 3
