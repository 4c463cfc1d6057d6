"""A definition means the same to the interpreter and to the compiler."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.resources.services import default_resources, services
from tests.compiler.definitions import ALL, context, loop, mail_secrets, task, upload, workflow
from tests.compiler.definitions import email as email_block
from tests.compiler.definitions import given as parameter
from tests.execution.bench import Bench, Ran
from tests.laws import SLOW_LAW
from tests.loopback import Answering, LoopbackSite

# Without shrinking, which would run hundreds of jobs.
FEW = settings(SLOW_LAW, max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))

ITEMS = st.sampled_from([ALL, ALL, "missing.pdf", "ftp://nowhere", 7])
LOOP_PATHS = ("{{ current_value }}", "path", "{{ current_index }}")
VALUES = st.fixed_dictionaries(
    {
        "some": st.lists(ITEMS, max_size=3),
        "rows": st.lists(st.fixed_dictionaries({"path": ITEMS}), max_size=3),
    }
)


@st.composite
def definitions(draw: st.DrawFn) -> list[dict[str, Any]]:
    counter = iter(range(100))

    def leaf(*, in_loop: bool) -> dict[str, Any]:
        label = f"b{next(counter)}"
        goes_on = draw(st.booleans())
        path = draw(st.sampled_from([ALL, ALL, "missing.pdf", *LOOP_PATHS * in_loop]))
        kind = draw(st.sampled_from(["upload", "upload", "upload", "task", "email"]))
        if kind == "task":
            # An address that no browser is needed for to see that it is none.
            return task(label, url=path, continue_on_failure=goes_on)
        if kind == "email":
            names = draw(st.sampled_from(["{{ workflow_run_outputs | tojson }}", "no names"]))
            fields: dict[str, Any] = {"continue_on_failure": goes_on, "max_retries": 0}
            return email_block(label, names, recipients=[path], **fields)
        return upload(label, path, continue_on_failure=goes_on)

    def blocks(depth: int) -> list[dict[str, Any]]:
        found = []
        for _ in range(draw(st.integers(1, 3))):
            if depth < 2 and draw(st.integers(0, 2)) == 0:
                label = f"l{next(counter)}"
                over = draw(st.sampled_from(["some", "rows", "none", "number", "paths"]))
                body = blocks(depth + 1)
                flags = {
                    name: draw(st.booleans())
                    for name in ("continue_on_failure", "complete_if_empty")
                }
                found.append(loop(label, over, *body, **flags))
            else:
                found.append(leaf(in_loop=depth > 0))
        return found

    return blocks(0)


@FEW
@given(blocks=definitions(), values=VALUES)
def test_interpreter_and_compiler_agree(
    bench: Bench, blocks: list[dict[str, Any]], values: dict[str, Any]
) -> None:
    parameters = [
        parameter("some", "json"),
        parameter("rows", "json"),
        parameter("none", "json", []),
        parameter("number", "integer", 3),
        context("path", "rows"),
        context("paths", "rows"),
        *mail_secrets(),
    ]
    made = workflow(blocks, parameters)
    given_values = {**values, "none": [], "number": 3}

    after, _, interpreted = bench.interpreted(made, given_values)
    compiled = bench.compiled(made, given_values)
    stored = bench.stored(made, given_values)

    note(f"interpreted: {interpreted}")
    assert compiled == interpreted
    assert stored == interpreted
    assert {f"{label}_output" for label in after.outputs} == set(interpreted.outputs)


class Shelf(Answering):
    """Serves ``/a.pdf`` and the like; ``/none`` says that there is nothing."""

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server asks for
        if self.path.endswith(".pdf"):
            self.answer(200, "application/pdf", b"%PDF-1.4 " + self.path.encode())
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
