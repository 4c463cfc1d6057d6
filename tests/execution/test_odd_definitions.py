"""Odd but legal definitions, as people write them: without Dagster and compiled they do the same.

The first line of each says how it ends and what the server is asked, in the order of the alphabet:
items of loops are side by side.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.blocks.code_process import code_settings
from skyvern_dagster.blocks.context import Services
from skyvern_dagster.errors import ParameterError
from skyvern_dagster.execution.child_runs import ProcessChildRuns
from skyvern_dagster.organizations.run_secrets import RunSecrets
from skyvern_dagster.organizations.server_secret import server_secret
from skyvern_dagster.resources.email import EmailResource
from skyvern_dagster.workflow.loader import load_text, load_workflow
from tests.blocks.test_pdf_blocks import form, pages
from tests.blocks.web import Answer, Answers, Received, WebServer, web_server
from tests.execution.bench import Bench, Ran, normalized

FOLDER = Path(__file__).with_name("odd")
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
IN_THE_GATE = ("merge_keys", "one_item_fails", "while_in_for")
"""One of a kind also as a compiled job; the others are long."""


PDFS: dict[str, Callable[[], bytes]] = {"/form.pdf": form, "/pages.pdf": lambda: pages(3)}
"""Path -> what makes the PDF that stands there."""


class Echo(dict[str, Answer | Answers]):
    """Answers every path with what was asked; a table, and one that isn't there."""

    def get(self, path: str, default: Any = None) -> Any:
        return self._answer

    def _answer(self, came: Received) -> Answer:
        if came.path == "/bad":
            return Answer(status=404)
        if came.path == "/report.csv":
            return Answer(b"id,name\n7,Ann\n8,Ben\n", headers={"content-type": "text/csv"})
        if came.path in PDFS:
            return Answer(PDFS[came.path](), headers={"content-type": "application/pdf"})
        said = json.dumps({"path": came.path, "items": [1, 2]})
        return Answer(said.encode(), headers={"content-type": "application/json"})


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    with web_server() as server:
        server.answers = Echo()
        yield server


@pytest.fixture(autouse=True)
def code_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYVERN_CODE_BLOCKS", "all")


def all_services(bench: Bench) -> Services:
    """What a process of Dagster has, too: code, mail, and runs that are started."""
    store = bench.store
    secrets = partial(RunSecrets, store, server_secret())
    return replace(
        bench.services(),
        code=code_settings(),
        email=EmailResource().server(),
        children=ProcessChildRuns(store, secrets),
    )


def expected(name: str) -> tuple[str, list[str]]:
    """How it ends, and what is asked."""
    first = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    status, _, asked = first.removeprefix("# ").partition(":")
    return status, sorted(each.strip() for each in asked.split(", ") if each.strip())


def asked(web: WebServer) -> list[str]:
    """What the server was asked since this was called last."""
    came = sorted(f"{each.method} {each.path}" for each in web.received)
    web.received.clear()
    return came


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_without_dagster(name: str, bench: Bench, web: WebServer) -> None:
    workflow = load_workflow(FOLDER / f"{name}.yaml")
    web.received.clear()

    _, ending, _ = bench.interpreted(workflow, {"base": web.url}, all_services(bench))

    assert (ending.status, asked(web)) == expected(name), ending


@pytest.mark.parametrize(
    "name", [each if each in IN_THE_GATE else pytest.param(each, marks=pytest.mark.long)
             for each in NAMES]
)  # fmt: skip
def test_its_job_does_the_same(name: str, bench: Bench, web: WebServer) -> None:
    workflow = load_workflow(FOLDER / f"{name}.yaml")
    web.received.clear()

    compiled = bench.compiled(workflow, {"base": web.url})

    assert (compiled.status, asked(web)) == expected(name)
    _, _, without = bench.interpreted(workflow, {"base": web.url}, all_services(bench))
    assert comparable(compiled) == comparable(without)


def test_without_blocks_there_is_no_success(bench: Bench) -> None:
    text = "{title: Nothing yet, workflow_definition: {parameters: [], blocks: []}}"
    empty = load_text(text, source="x", name="nothing_yet")
    (warning,) = empty.warnings
    assert warning.message == "the workflow has no blocks: its runs fail"
    assert bench.compiled(empty, {}).status == "failed"
    with pytest.raises(ParameterError, match="the workflow has no blocks: add one"):
        bench.interpreted(empty, {})


def comparable(ran: Ran) -> object:
    """Without when a server answered, and what differs from run to run."""
    leaves = {key: (status, without_ids(why or "")) for key, (status, why) in ran.leaves.items()}
    return ran.status, without_dates(ran.outputs), leaves, ran.files


def without_ids(text: str) -> str:
    return re.sub(r"wr_\d+|\d{4}-\d\d-\d\d \d\d:\d\d", "-", text)


def without_dates(value: Any) -> Any:
    match normalized(value):
        case dict() as held:
            return {key: without_dates(each) for key, each in held.items() if key.lower() != "date"}
        case list() as held:
            return [without_dates(each) for each in held]
        case other:
            return other
