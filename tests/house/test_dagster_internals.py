"""What we use of Dagster beyond its public API, held to the versions it was tried with."""

from __future__ import annotations

import ast

import dagster as dg
from dagster._core.definitions.utils import DISALLOWED_NAMES
from dagster._core.storage.tags import HIDDEN_TAG_PREFIX, RESUME_RETRY_TAG
from dagster._core.storage.tags import RETRY_NUMBER_TAG as DAGSTERS_RETRY_NUMBER_TAG

from skyvern_dagster.compiler.dagster_internals import (
    RESUME_TAG,
    RETRY_NUMBER_TAG,
    VERIFIED_VERSIONS,
    add_run_tags,
    newest_run_with_tag,
    step_has_succeeded,
)
from skyvern_dagster.execution import tags
from skyvern_dagster.workflow.op_names import RESERVED_OP_NAMES
from tests.office import QUIET, ROOT


def test_the_version_is_one_that_was_tried() -> None:
    assert dg.__version__ in VERIFIED_VERSIONS, (
        f"Dagster {dg.__version__} has not been tried: run the tests with it, look through "
        "skyvern_dagster/compiler/dagster_internals/, and add it to VERIFIED_VERSIONS"
    )


def test_names_that_we_know_by_heart() -> None:
    assert (RESUME_TAG, RETRY_NUMBER_TAG) == (RESUME_RETRY_TAG, DAGSTERS_RETRY_NUMBER_TAG)
    assert RESERVED_OP_NAMES >= DISALLOWED_NAMES


def test_tags_that_people_have_no_use_for_are_hidden() -> None:
    assert all(each.startswith(HIDDEN_TAG_PREFIX) for each in (tags.ATTEMPT, tags.PROCESS))
    assert tags.LOGINS.startswith(HIDDEN_TAG_PREFIX)
    assert not tags.STATUS.startswith(HIDDEN_TAG_PREFIX)


def test_look_ups(instance: dg.DagsterInstance) -> None:
    @dg.op
    def fine() -> None: ...

    @dg.op
    def broken() -> None:
        raise ValueError

    @dg.job
    def both() -> None:
        fine()
        broken()

    result = both.execute_in_process(instance=instance, run_config=QUIET, raise_on_error=False)

    add_run_tags(instance, result.run_id, {"skyvern/status": "failed"})
    found = newest_run_with_tag(instance, "skyvern/status", "failed")
    assert found is not None
    assert found.run_id == result.run_id
    assert newest_run_with_tag(instance, "skyvern/status", "completed") is None
    assert step_has_succeeded(instance, result.run_id, "fine")
    assert not step_has_succeeded(instance, result.run_id, "broken")


def test_nothing_else_of_ours_imports_private_modules() -> None:
    ours = [
        path
        for folder in ("skyvern_dagster", "api")
        for path in (ROOT / folder).rglob("*.py")
        if path.parent.name != "dagster_internals"
    ]
    found = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for path in ours
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if any(_is_private(module) for module in _modules(node))
    ]

    assert len(ours) > 300
    assert found == []


def _modules(node: ast.AST) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom():
            return [node.module or ""]
        case _:
            return []


def _is_private(module: str) -> bool:
    package, *rest = module.split(".")
    return package.startswith("dagster") and any(part.startswith("_") for part in rest)
