"""docs/contract.md says what the API's committed description says: routes, fields, block types."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.docs.markdown import first_cells, section
from tests.office import ROOT

PAGE = ROOT / "docs" / "contract.md"
API: dict[str, Any] = json.loads((ROOT / "api" / "openapi.json").read_text(encoding="utf-8"))
OUTPUTS: dict[str, Any] = json.loads(
    (ROOT / "docs" / "outputs.schema.json").read_text(encoding="utf-8")
)
FIELDS = {
    "Task request of 2024": "LegacyTaskRequest",
    "Task request of today": "TaskRunRequest",
    "Workflow run request of 2024": "LegacyWorkflowRunRequest",
    "Workflow run request of today": "WorkflowRunRequest",
    "Workflow run answer": "WorkflowRunAnswer",
    "Task answer": "TaskAnswer",
    "Step": "StepAnswer",
    "Action": "ActionAnswer",
    "Artifact": "ArtifactAnswer",
    "Workflow": "WorkflowAnswer",
}


def names(heading: str) -> list[str]:
    """What the tables under a heading name in their first columns, in code."""
    cells = first_cells(section(PAGE, heading))
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_routes() -> None:
    """``/v1/agents`` mirrors ``/v1/workflows``, and is told of once."""
    served = {
        f"{method.upper()} " + re.sub(r"^(/v1/|/v1/run/)agents", r"\1workflows", path)
        for path, methods in API["paths"].items()
        for method in methods
    }
    told = names("Endpoints")

    assert len(served) > 60
    assert sorted(told) == sorted(served)


@pytest.mark.parametrize(("heading", "model"), FIELDS.items())
def test_fields(heading: str, model: str) -> None:
    fields = API["components"]["schemas"][model]["properties"]

    assert sorted(names(heading)) == sorted(fields)


def test_statuses() -> None:
    schemas = API["components"]["schemas"]
    (status,) = {
        tuple(schemas[model]["properties"]["status"]["enum"])
        for model in ("TaskAnswer", "WorkflowRunAnswer")
    }

    assert sorted(names("Statuses")) == sorted(status)


def test_errors() -> None:
    answered = {
        int(status)
        for methods in API["paths"].values()
        for operation in methods.values()
        for status in operation["responses"]
        if int(status) >= 400
    }
    told = [int(cell) for cell in first_cells(section(PAGE, "Errors"))]

    assert sorted(told) == sorted(answered)


def test_outputs_of_each_block_type() -> None:
    types = OUTPUTS["$defs"]["LoopIteration"]["properties"]["blocks"]["additionalProperties"]
    told = first_cells(section(PAGE, "Outputs").partition("###")[0])

    assert sorted(told) == sorted(f"`{each}`" for each in types["discriminator"]["mapping"])


def test_credential_types() -> None:
    types = API["components"]["schemas"]["CredentialRequest"]["properties"]["credential_type"]

    assert sorted(first_cells(section(PAGE, "Credentials"))) == sorted(
        f"`{each}`" for each in types["enum"]
    )
