"""The browser's state across turns of a loop, and across runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.run_request import RunRequest, keep_request
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.context import Services
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.execution.ending import RunEnding
from skyvern_dagster.execution.host import NoHost
from skyvern_dagster.execution.run import WorkflowRun
from skyvern_dagster.execution.scope import Scope
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID, new_id
from skyvern_dagster.organizations.browser_profiles import BrowserProfiles
from skyvern_dagster.organizations.server_secret import ServerSecret
from skyvern_dagster.resources.planner import PlannerResource
from skyvern_dagster.resources.services import default_resources, services
from skyvern_dagster.workflow.loader import Workflow, load_text
from tests.blocks.web import Answer, Received, WebServer, web_server

SECRET = ServerSecret("s" * 64)
HTML = {"content-type": "text/html"}


@pytest.fixture(scope="module")
def runtime() -> Iterator[BrowserRuntime]:
    with BrowserRuntime() as running:
        yield running


@pytest.fixture(scope="module")
def site() -> Iterator[WebServer]:
    with web_server() as web:
        web.answers = {"/": _home, "/list": Answer(_LIST.encode(), headers=HTML)}
        yield web


_LIST = """<h1>Orders</h1><ul id="l"><li>Order 1</li></ul>
<button onclick="n += 1; const e = document.createElement('li'); e.textContent = 'Order ' + n;
  l.append(e); if (n == 4) this.remove()">Load more</button><script>let n = 1</script>"""


def _home(came: Received) -> Answer:
    """Greets whom it knows by a cookie that lasts; gives one to whom it doesn't know."""
    known = "visitor=" in came.headers.get("cookie", "")
    text = "<h1>Welcome back</h1>" if known else "<h1>Welcome, stranger</h1>"
    cookie = "visitor=7; Max-Age=9999"
    return Answer(text.encode(), headers={**HTML, "set-cookie": cookie})


class Office:
    """Runs definitions with a browser, without Dagster."""

    def __init__(self, runtime: BrowserRuntime, folder: Path) -> None:
        self.store = ArtifactStore(folder)
        self.profiles = BrowserProfiles(self.store, SECRET)
        self.lines: list[str] = []
        made = services(_Resources(self.store))
        self.services: Services = replace(
            made, tasks=TaskRunner(runtime, self.store), profiles=lambda: self.profiles
        )

    def run(self, workflow: Workflow, **asked: Any) -> tuple[Scope, RunEnding]:
        host = NoHost(write=self.lines.append)
        if asked:
            host.tags["skyvern/workflow_run_id"] = run_id = new_id("wr")
            request = RunRequest(
                organization_id=DEFAULT_ORGANIZATION_ID,
                run_id=run_id,
                kind="workflow_run",
                created_at="2026-01-01T00:00:00",
                **asked,
            )
            keep_request(self.store, request)
        run = WorkflowRun(workflow, self.services, host)
        scope, ending = run.carry_out(run.open({}))
        if ending.status == "completed":
            run.keep_profile(scope)
        return scope, ending


class _Resources:
    """The default resources over one artifact store."""

    def __init__(self, store: ArtifactStore) -> None:
        self.__dict__.update(default_resources())
        self.planner = PlannerResource(planner="heuristic")
        self.artifacts = _Store(store)


class _Store:
    def __init__(self, store: ArtifactStore) -> None:
        self._store = store

    def store(self) -> ArtifactStore:
        return self._store


@pytest.fixture
def office(runtime: BrowserRuntime, tmp_path: Path) -> Office:
    return Office(runtime, tmp_path / "artifacts")


def _workflow(blocks: str, **fields: str) -> Workflow:
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    text = f"title: Test\n{head}workflow_definition:\n  blocks:\n{blocks}"
    return load_text(text, source="test.yaml", name="test")


def _visit(url: str) -> str:
    return f"""\
    - {{block_type: goto_url, label: visit, url: {url}}}
    - block_type: extraction
      label: look
      data_extraction_goal: What does the heading say?
      data_schema: {{type: object, properties: {{heading: {{type: string}}}}}}
"""


def _greetings(site: WebServer) -> list[bool]:
    """Whether the site knew its visitor, visit by visit."""
    came = [each for each in site.received if each.path == "/"]
    return ["visitor=" in each.headers.get("cookie", "") for each in came]


WHILE = "block_type: while_loop, condition: {expression: '{{ current_index < 3 }}'}"
FOR = "block_type: for_loop, parallel: false, loop_variable_reference: '{{ [1, 2, 3] }}'"


@pytest.mark.parametrize("loop", [WHILE, FOR])
def test_turns_that_share_a_page_go_on_with_it(office: Office, site: WebServer, loop: str) -> None:
    made = _workflow(f"""\
    - {{block_type: goto_url, label: visit, url: {site.url}/list}}
    - {{{loop}, label: more, loop_blocks: [
         {{block_type: navigation, label: click_it, navigation_goal: 'Click "Load more".'}}]}}
    - block_type: extraction
      label: orders
      data_extraction_goal: All orders of the list
      data_schema: {{type: object, properties: {{orders: {{type: array,
        items: {{type: string}}}}}}}}
""")
    scope, ending = office.run(made)
    assert ending.status == "completed", (ending.reason, office.lines)
    read = scope.outputs["orders"]["extracted_information"]["orders"]
    assert [each[-1] for each in read] == ["1", "2", "3", "4"]


def test_a_run_begins_with_the_state_that_the_last_one_has_left(
    office: Office, site: WebServer
) -> None:
    site.received.clear()
    made = _workflow(_visit(site.url), persist_browser_session="true")
    for _ in range(2):
        _, ending = office.run(made)
        assert ending.status == "completed", ending.reason
    assert _greetings(site) == [False, True]
    assert any("was kept as the profile bp_" in line for line in office.lines)
    (profile,) = office.profiles.list(DEFAULT_ORGANIZATION_ID)
    assert (profile.is_managed, profile.name) == (True, "Test")
    for key in office.store.keys("organizations"):
        assert b"visitor" not in office.store.read(key)
    # Another key is another state, and a fresh browser has none.
    office.run(_workflow(_visit(site.url), persist_browser_session="true", browser_profile_key="b"))
    office.run(made, start_fresh_browser=True)
    office.run(_workflow(_visit(site.url)))
    assert _greetings(site)[2:] == [False, False, False]
    # By its name, another workflow may begin with it.
    office.run(_workflow(_visit(site.url), browser_profile_id=profile.browser_profile_id))
    office.run(_workflow(_visit(site.url)), browser_profile_id=profile.browser_profile_id)
    assert _greetings(site)[5:] == [True, True]


def test_a_profile_that_is_not_there_ends_the_run_before_it_begins(office: Office) -> None:
    with pytest.raises(ParameterError, match="no browser profile 'bp_1'"):
        office.run(_workflow(_visit("http://a.example"), browser_profile_id="bp_1"))


def test_a_login_may_begin_without_the_saved_profile(office: Office, site: WebServer) -> None:
    state = '{"storage": {"cookies": [{"name": "visitor", "value": "7", "domain": "127.0.0.1",'
    state += ' "path": "/", "expires": 9999999999}]}}'
    kept = office.profiles.create(DEFAULT_ORGANIZATION_ID, "mine", state)
    site.received.clear()
    for skip in ("false", "true"):
        login = f"    - {{block_type: login, label: log_in, url: {site.url}, max_steps_per_run: 1,"
        login += f" skip_saved_profile: {skip}}}\n"
        office.run(_workflow(login, browser_profile_id=kept.browser_profile_id))
    assert _greetings(site) == [True, False]


def test_a_profile_is_its_organizations(office: Office) -> None:
    kept = office.profiles.create("o_1", "mine", "{}")
    profile_id = kept.browser_profile_id
    assert office.profiles.state("o_2", profile_id) is None
    assert office.profiles.get("o_2", profile_id) is None
    assert office.profiles.rename("o_1", profile_id, "yours", None).name == "yours"
    office.profiles.delete("o_1", profile_id)
    assert office.profiles.state("o_1", profile_id) is None
    assert office.profiles.list("o_1") == ()
