"""The public names of the package: which they are, that they are described, and where."""

from __future__ import annotations

import ast
import re
import types

import pytest

import skyvern_dagster
from tests.office import ROOT

NAMES = (
    "ArtifactStore", "ArtifactStoreResource", "BrowserResource", "DagsterSkyvernTranslator",
    "DefinitionError", "EmailResource", "Inbox", "PlannerResource", "S3BucketResource",
    "SecretsResource", "SkyvernAssetData", "SkyvernDagsterError", "SkyvernJsonIOManager",
    "SkyvernResource", "SkyvernWorkflowOverrides", "SkyvernWorkflowsComponent", "Workflow",
    "WorkflowFile", "WorkflowItem", "WorkflowResult", "asset_resources", "browser_executor",
    "build_assets", "build_definitions", "build_graph", "build_inbox_sensor",
    "build_invoice_request_sensor", "build_job", "build_portal_change_sensor",
    "build_retention_sensor", "build_webhook_sensor", "load_workflow", "page_probe",
    "skyvern_assets", "workflow_definitions", "workflow_probe",
)  # fmt: skip
"""What users import. One that is missing breaks their code: it needs a deprecation first."""


def test_no_name_has_gone_and_none_has_come_by_accident() -> None:
    assert tuple(skyvern_dagster.__all__) == NAMES


def test_nothing_else_of_ours_lies_about_in_the_package() -> None:
    loose = [
        name
        for name, value in vars(skyvern_dagster).items()
        if not name.startswith("_")
        and not isinstance(value, types.ModuleType)
        and getattr(value, "__module__", "").startswith("skyvern_dagster")
        and name not in skyvern_dagster.__all__
    ]

    assert loose == []


@pytest.mark.parametrize("name", NAMES)
def test_each_is_described_by_words_of_its_own(name: str) -> None:
    value = getattr(skyvern_dagster, name)
    base = getattr(value, "__mro__", (value, object))[1]

    assert value.__module__.startswith("skyvern_dagster.")
    assert len(re.findall(r"\w+", value.__doc__ or "")) >= 3
    assert value.__doc__ != base.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_each_stands_in_the_reference(name: str) -> None:
    pages = [ROOT / "docs" / "reference" / page for page in ("api.md", "resources.md")]
    headings = re.findall(
        r"^#+ .*$", "\n".join(page.read_text(encoding="utf-8") for page in pages), re.MULTILINE
    )

    assert [heading for heading in headings if re.search(rf"\b{name}\b", heading)]


def test_what_the_pages_import_is_public() -> None:
    """An example that reaches into a module of ours is no example for users."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    used = {
        alias.name
        for page in pages
        for code in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        if "from skyvern_dagster import" in code
        for node in ast.walk(ast.parse(code.replace("await ", "")))
        if isinstance(node, ast.ImportFrom) and node.module == "skyvern_dagster"
        for alias in node.names
    }

    assert len(used) > 10
    assert used - set(NAMES) == set()
