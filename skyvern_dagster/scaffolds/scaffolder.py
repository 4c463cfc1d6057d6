"""What ``dg scaffold defs skyvern_dagster.SkyvernWorkflowsComponent`` writes."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
from pydantic import BaseModel, Field

from skyvern_dagster.scaffolds.file_template import rendered_file


class ScaffoldParameters(BaseModel):
    """Flags of the command."""

    url: str = Field(
        default="https://shop.example", description="Address at which the workflow begins."
    )
    workflow: str = Field(
        default="invoices", pattern=r"[A-Za-z][A-Za-z0-9_]*", description="Name of the workflow."
    )
    monthly_since: str = Field(
        default="",
        pattern=r"(\d{4}-\d{2}-01)?",
        description="First day of the first month, for a partition per month and a schedule.",
    )


class SkyvernWorkflowsScaffolder(dg.Scaffolder[ScaffoldParameters]):
    """Writes ``defs.yaml`` and a first workflow, ready to be changed."""

    @classmethod
    def get_scaffold_params(cls) -> type[ScaffoldParameters]:
        """The class that Dagster reads the command's flags from, as ``Scaffolder`` asks for it."""
        return ScaffoldParameters

    def scaffold(self, request: dg.ScaffoldRequest[ScaffoldParameters]) -> None:
        """Writes the files; a workflow that is there already stays as it is."""
        given = request.params
        dg.scaffold_component(request, {"workflows": "workflows"})
        folder = Path(request.target_path) / "workflows"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{given.workflow}.yaml"
        if not file.exists():
            file.write_text(first_workflow(given), encoding="utf-8")


def first_workflow(given: ScaffoldParameters) -> str:
    """A definition to begin with: log in, list, download."""
    title = given.workflow.replace("_", " ").capitalize()
    return rendered_file(
        "scaffolds/workflow.yaml.j2",
        title=title,
        url=given.url,
        monthly_since=given.monthly_since,
    )
