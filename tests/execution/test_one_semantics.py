"""A definition means the same to the interpreter and to the compiler."""

from __future__ import annotations

import os
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.resources.services import default_resources, services
from tests.compiler.definitions import (
    ALL,
    branch,
    conditional,
    context,
    loop,
    mail_secrets,
    otherwise,
    task,
    upload,
    while_loop,
    workflow,
)
from tests.compiler.definitions import email as email_block
from tests.compiler.definitions import given as parameter
from tests.execution.bench import Bench, Ran
from tests.laws import SLOW_LAW
from tests.loopback import Answering, LoopbackSite

# Without shrinking, which would run hundreds of jobs. An example takes three CPU seconds.
EXAMPLES = int(os.environ.get("SEMANTICS_EXAMPLES", "5"))
FEW = settings(
    SLOW_LAW, max_examples=EXAMPLES, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)

ITEMS = st.sampled_from([ALL, ALL, "missing.pdf", "ftp://nowhere", 7])
LOOP_PATHS = ("{{ current_value }}", "path", "{{ current_index }}")
ROWS = st.lists(st.fixed_dictionaries({"path": ITEMS}), max_size=3)
VALUES = st.fixed_dictionaries(
    {
        "some": st.lists(ITEMS, max_size=3),
        "rows": ROWS,
        "tables": st.lists(ROWS, max_size=2),
        "n": st.integers(0, 3),
    }
)
CONDITIONS = ("{{ n > 1 }}", "{{ rows }}", "{{ some | length == n }}", "{{ workflow_run_outputs }}")
LOOP_CONDITIONS = ("{{ current_index > 0 }}", "{{ current_value == n }}", "{{ current_index }}")


class Blocks:
    """Draws sequences of blocks: leaves, loops, and conditionals with what their branches do."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._labels = (f"b{index}" for index in range(200))

    def sequence(self, depth: int, most: int = 3, *, item: bool = False) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        ends: list[dict[str, Any]] = []
        for _ in range(self._draw(st.integers(1, most))):
            kind = self._draw(st.sampled_from(["leaf"] * 4 + ["loop"] * 3 + ["fork"]))
            made = self._element(kind, depth, item=item)
            # A graph, in which each block says what comes next: a branch's last one says nothing.
            for end in ends:
                end["next_block_label"] = made[0]["label"]
            ends = [made[0]] if made[0]["block_type"] == "conditional" else made[-1:]
            found += made
        return found

    def _element(self, kind: str, depth: int, *, item: bool) -> list[dict[str, Any]]:
        if kind == "loop" and depth < 3:
            return [self._loop(depth, item=item)]
        if kind == "fork" and depth < 3:
            return self._fork(depth, item=item)
        return [self._leaf(item=item)]

    def _flags(self, *more: str) -> dict[str, bool]:
        names = ("continue_on_failure", "next_loop_on_failure", *more)
        return {name: self._draw(st.sampled_from([False, False, True])) for name in names}

    def _leaf(self, *, item: bool) -> dict[str, Any]:
        label, flags = next(self._labels), self._flags()
        path = self._draw(st.sampled_from([ALL, ALL, ALL, "missing.pdf", *LOOP_PATHS * item]))
        kind = self._draw(st.sampled_from(["upload", "upload", "upload", "task", "email"]))
        if kind == "task":
            # An address that no browser is needed for to see that it is none.
            return task(label, url=path, **flags)
        if kind == "email":
            names = self._draw(st.sampled_from(["{{ workflow_run_outputs | tojson }}", "no names"]))
            return email_block(label, names, recipients=[path], max_retries=0, **flags)
        return upload(label, path, **flags)

    def _loop(self, depth: int, *, item: bool) -> dict[str, Any]:
        label = next(self._labels)
        if self._draw(st.integers(0, 3)) == 0:
            body = self.sequence(depth + 1, 2, item=item)
            return while_loop(label, "{{ current_index < n }}", *body, **self._flags())
        body = self.sequence(depth + 1, 2, item=True)
        over = self._draw(st.sampled_from(["some", "rows", "tables", "none", "number", "paths"]))
        flags: dict[str, Any] = self._flags("complete_if_empty")
        flags["parallel"] = self._draw(st.sampled_from([None, None, False]))
        if item and self._draw(st.booleans()):
            return loop(label, "", *body, loop_variable_reference="{{ current_value }}", **flags)
        return loop(label, over, *body, **flags)

    def _fork(self, depth: int, *, item: bool) -> list[dict[str, Any]]:
        label = next(self._labels)
        expressions = [*CONDITIONS, *LOOP_CONDITIONS * item]
        ways = [
            self.sequence(depth + 1, 2, item=item) for _ in range(self._draw(st.integers(1, 2)))
        ]
        branches = [
            branch(self._draw(st.sampled_from(expressions)), way[0]["label"]) for way in ways
        ]
        if self._draw(st.booleans()):
            branches.append(otherwise())
        fork = conditional(label, *branches, **self._flags())
        return [fork, *(block for way in ways for block in way)]


@st.composite
def definitions(draw: st.DrawFn) -> tuple[list[dict[str, Any]], str | None]:
    """Blocks, and the label of the ``finally`` block, where there is one."""
    blocks = Blocks(draw).sequence(0)
    last = draw(st.sampled_from([None, None, ALL, "missing.pdf"]))
    if last is None:
        return blocks, None
    return [*blocks, upload("last", last)], "last"


@FEW
@given(drawn=definitions(), values=VALUES)
def test_interpreter_and_compiler_agree(
    bench: Bench, drawn: tuple[list[dict[str, Any]], str | None], values: dict[str, Any]
) -> None:
    blocks, last = drawn
    parameters = [
        parameter("some", "json"),
        parameter("rows", "json"),
        parameter("tables", "json"),
        parameter("none", "json", []),
        parameter("number", "integer", 3),
        parameter("n", "integer"),
        context("path", "rows"),
        context("paths", "rows"),
        *mail_secrets(),
    ]
    made = workflow(blocks, parameters, finally_block_label=last)
    given_values = {**values, "none": [], "number": 3}

    _, _, interpreted = bench.interpreted(made, given_values)
    compiled = bench.compiled(made, given_values)
    stored = bench.stored(made, given_values)

    note(f"interpreted: {interpreted}")
    assert compiled == interpreted
    assert stored == interpreted


class Shelf(Answering):
    """Serves ``/a.pdf`` and the like; ``/none`` says that there is nothing."""

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server asks for
        if self.path.endswith(".pdf"):
            self.answer(200, "application/pdf", b"%PDF-1.4 " + self.path.encode() + b"\n%%EOF")
        else:
            text = "nothing here" if self.path == "/none" else "a shelf"
            self.answer(200, "text/html", f"<h1>{text}</h1>".encode())


def test_so_they_do_with_a_browser_and_s3(
    bench: Bench, demo: DemoServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYVERN_PLANNER", "tests.planners.fetcher:Fetcher")
    monkeypatch.setenv("SKYVERN_UPLOAD_BUCKET", demo.bucket)
    with LoopbackSite(Shelf) as site:
        parameters = [
            parameter("site"),
            parameter("items", "json"),
            context("item", "items"),
        ]
        fetching = task(
            "fetch",
            url="{{ site }}/{{ item }}",
            parameter_keys=["item"],
            complete_on_download=True,
            continue_on_failure=True,
            error_code_mapping={"nothing": "There is nothing."},
        )
        blocks = [
            task("open", url="site"),
            loop("each", "items", fetching, task("look"), continue_on_failure=True),
            upload("up"),
            task("late", url="{{ site }}/none", continue_on_failure=True),
        ]
        made = workflow(blocks, parameters)
        values = {"site": site.url, "items": ["a", "none", "b"]}

        resources = SimpleNamespace(**default_resources())
        _, _, interpreted = bench.interpreted(made, values, services(resources))
        resources.browser.close()
        compiled, stored = bench.compiled(made, values), bench.stored(made, values)

    assert interpreted.status == "completed"
    assert [name for name, *_ in interpreted.files] == ["a.pdf", "b.pdf"]
    statuses = {key: status for key, (status, _) in interpreted.leaves.items()}
    assert statuses == {
        "open": "completed",
        "fetch/0": "completed",
        "fetch/1": "terminated",
        "fetch/2": "completed",
        "look/0": "completed",
        "look/1": "completed",
        "look/2": "completed",
        "up": "completed",
        "late": "terminated",
    }
    assert unlike(interpreted) == unlike(compiled) == unlike(stored)


def unlike(ran: Ran) -> Ran:
    """Without the part of an upload's address that is the run's own."""
    uploaded = [address.rpartition("_")[2] for address in ran.outputs["up_output"]]
    return replace(ran, outputs={**ran.outputs, "up_output": uploaded})
