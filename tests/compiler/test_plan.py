"""What definitions become, without Dagster."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from skyvern_dagster.agent.task import HandOn
from skyvern_dagster.compiler.plan import BlockNode, LoopNode, Plan, make_plan
from skyvern_dagster.workflow.loader import Workflow, load_workflow
from tests.compiler.definitions import context, email, given, loop, mail_secrets, task, upload
from tests.compiler.definitions import workflow as sample
from tests.office import INVOICES, ROOT

HOME = "https://example.com/"


def test_the_invoice_workflow() -> None:
    assert lines(load_workflow(INVOICES)) == [
        "job invoice_retrieval",
        "  op start",
        "  op login [task]",
        "  op get_order_history_page_url_and_qualifying_order_ids [task]",
        (
            "  op iterate_over_order_ids [for_loop, fans out]"
            " <- get_order_history_page_url_and_qualifying_order_ids"
        ),
        "    # 4 at a time: its body only reads or downloads",
        (
            "    op download_invoice_for_order[*] [task]"
            " <- get_order_history_page_url_and_qualifying_order_ids"
        ),
        "  op iterate_over_order_ids__collect [collects]",
        "  op upload_downloaded_files_to_s3 [upload_to_s3]",
        "  op send_email [send_email]",
        "  op finish",
    ]


def test_a_loop_inside_a_loop_is_one_op() -> None:
    inner = loop("inner", "rows", upload("leaf"), upload("second", "{{ leaf_output }}"))
    nested = sample(
        [loop("outer", "tables", upload("first"), inner, upload("last"))],
        [given("tables", "json"), context("rows", "tables")],
    )

    assert lines(nested)[2:-1] == [
        "  op outer [for_loop, fans out]",
        "    # one after the other: it ends with the first iteration that fails",
        "    op first[*] [upload_to_s3]",
        "    op inner[*] [for_loop]",
        "    op last[*] [upload_to_s3]",
        "  op outer__collect [collects]",
    ]


@pytest.mark.parametrize(
    ("use", "edges"),
    [
        ({"subject": "{{ a }}"}, " <- a"),
        ({"subject": "{{ a_output.x }} and {{ b_output }}"}, " <- a, b"),
        ({"body": "a_output"}, " <- a"),
        ({"body": "from_b"}, " <- b"),
        ({"body": "{{ from_from_b }}"}, " <- b"),
        ({"file_attachments": ["{{ a }}", "b_output"]}, " <- a, b"),
        ({"body": "plain text about a and b"}, ""),
        ({"subject": "{{ workflow_run_outputs }}"}, ""),
    ],
)
def test_edges_follow_the_names_that_are_used(use: dict[str, object], edges: str) -> None:
    made = sample(
        [upload("a"), upload("b"), email("mail", **use)],  # type: ignore[arg-type]
        [*mail_secrets(), context("from_b", "b_output"), context("from_from_b", "from_b")],
    )

    assert lines(made)[4] == f"  op mail [send_email]{edges}"


def test_what_a_loop_s_body_makes_itself_is_no_edge() -> None:
    made = sample(
        [
            upload("before"),
            loop("each", "items", upload("a"), email("b", "{{ a_output }} {{ before_output }}")),
            email("after", "{{ a_output }}"),
        ],
        [*mail_secrets(), given("items", "json")],
    )

    assert lines(made)[3:-1] == [
        "  op each [for_loop, fans out] <- before",
        "    # one after the other: `b` may change something",
        "    op a[*] [upload_to_s3]",
        "    op b[*] [send_email] <- before",
        "  op each__collect [collects]",
        "  op after [send_email] <- a",
    ]


@pytest.mark.parametrize(
    ("flags", "width"),
    [
        ({}, 1),
        ({"continue_on_failure": True}, 4),
        ({"next_loop_on_failure": True}, 4),
    ],
)
def test_a_loop_that_ends_with_a_failure_goes_in_order(flags: dict[str, Any], width: int) -> None:
    parameters = [given("items", "json")]
    (each,) = make_plan(sample([loop("each", "items", upload("a"), **flags)], parameters)).nodes
    (body,) = make_plan(sample([loop("each", "items", upload("a", **flags))], parameters)).nodes

    assert isinstance(each, LoopNode)
    assert isinstance(body, LoopNode)
    assert (each.block.width.at_most, body.block.width.at_most) == (width, width)


@pytest.mark.parametrize(
    ("body", "parallel", "width"),
    [
        ([upload("a")], None, "4 at a time: its body only reads or downloads"),
        (
            [task("a", navigation_goal="Get it", complete_on_download=True)],
            None,
            "4 at a time: its body only reads",
        ),
        ([task("a", data_extraction_goal="Read")], None, "4 at a time: its body only reads"),
        ([task("a", navigation_goal="Send")], None, "one after the other: `a` may change"),
        ([loop("a", "x", task("b", navigation_goal="Send"))], None, "one after the other: `a` may"),
        ([upload("a"), email("b", "x")], None, "one after the other: `b` may change"),
        ([task("a", navigation_goal="Send")], 3, "3 at a time: `parallel: 3`"),
        ([upload("a")], 1, "one after the other: `parallel: 1`"),
        ([upload("a")], True, "as many at a time as the executor runs: `parallel: true`"),
    ],
)
def test_a_loop_is_as_wide_as_its_body_allows(
    body: list[dict[str, Any]], parallel: bool | int | None, width: str
) -> None:
    parameters = [*mail_secrets(), given("items", "json"), given("x", "json")]
    made = sample(
        [loop("each", "items", *body, parallel=parallel, continue_on_failure=True)], parameters
    )

    (each,) = make_plan(made).nodes
    assert isinstance(each, LoopNode)
    assert str(each.block.width).startswith(width)
    assert f"    # {each.block.width}" in lines(made)


@pytest.mark.parametrize("reference", ["a_output.rows", "{{ a_output.rows }}", "a_output[0]"])
def test_a_loop_s_reference_is_an_edge(reference: str) -> None:
    over = loop("each", "", upload("b"), loop_variable_reference=reference)

    assert lines(sample([upload("a"), over]))[3] == "  op each [for_loop, fans out] <- a"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([task("b", url=HOME)], "session"),
        ([upload("u"), task("b", url=HOME)], "session"),
        ([loop("each", "items", task("b", url=HOME))], "state"),
        ([loop("each", "items", loop("inner", "items", task("b", url=HOME)))], "state"),
        ([loop("each", "items", task("b", url=HOME)), task("c", url=HOME)], "session"),
        ([upload("u")], "nothing"),
        ([], "nothing"),
    ],
)
def test_what_is_handed_on_is_what_is_needed(
    after: list[dict[str, object]], expected: HandOn
) -> None:
    plan = make_plan(sample([task("a", url=HOME), *after], [given("items", "json")]))

    assert node(plan, "a").hand_on == expected


def test_priorities_rise_along_a_body() -> None:
    body = (upload("a"), upload("b"), loop("c", "items", upload("d")))
    (each,) = make_plan(sample([loop("each", "items", *body)], [given("items", "json")])).nodes

    assert isinstance(each, LoopNode)
    inside = [inner for inner in each.body if isinstance(inner, BlockNode)]
    assert [(inner.op, inner.priority) for inner in inside] == [("a", 1), ("b", 2), ("c", 3)]


def test_planning_needs_no_dagster() -> None:
    code = (
        "import sys, types; sys.modules['dagster'] = None\n"
        "package = types.ModuleType('skyvern_dagster'); package.__path__ = ['skyvern_dagster']\n"
        "sys.modules['skyvern_dagster'] = package\n"
        "import skyvern_dagster.compiler.plan"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def lines(workflow: Workflow) -> list[str]:
    return list(make_plan(workflow).lines())


def node(plan: Plan, op: str) -> BlockNode:
    found = next(each for each in plan.nodes if each.op == op)
    assert isinstance(found, BlockNode)
    return found


def test_the_sample_is_json() -> None:
    assert json.loads(sample([upload("a")]).text)["title"] == "A sample"
