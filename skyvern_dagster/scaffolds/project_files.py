"""The files of a new project, as ``skyvern-dagster init`` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from skyvern_dagster.scaffolds.file_template import rendered_file
from skyvern_dagster.scaffolds.scaffolder import ScaffoldParameters, first_workflow

Database = Literal["sqlite", "postgres"]
Engine = Literal["local", "celery"]


@dataclass(frozen=True)
class Project:
    """What a project is to be.

    Attributes:
        name: Of its Python module.
        workflow: Name of its first workflow.
        url: Where that begins.
        database: Where the instance keeps runs and events.
        engine: What carries runs out.
    """

    name: str
    workflow: str
    url: str
    database: Database
    engine: Engine

    @property
    def extras(self) -> str:
        """Extras of skyvern-dagster that it needs."""
        wanted = ["aws"]
        wanted += ["postgres"] if self.database == "postgres" else []
        wanted += ["celery", "s3"] if self.engine == "celery" else []
        return ",".join(wanted)


def project_files(project: Project) -> dict[str, str]:
    """Path in the project's folder -> content; the instance's ``dagster.yaml`` isn't among them."""
    module = f"src/{project.name}"
    return {
        "README.md": _rendered("README.md", project),
        "pyproject.toml": _rendered("pyproject.toml", project),
        ".gitignore": _rendered("gitignore", project),
        ".env.example": _rendered("env.example", project),
        f"{module}/__init__.py": "",
        f"{module}/definitions.py": _rendered("definitions.py", project),
        f"{module}/defs/__init__.py": "",
        f"{module}/defs/deployment.py": _rendered("deployment.py", project),
        f"{module}/defs/portals/defs.yaml": _rendered("defs.yaml", project),
        f"{module}/defs/portals/workflows/{project.workflow}.yaml": first_workflow(
            ScaffoldParameters(url=project.url, workflow=project.workflow)
        ),
    }


def _rendered(name: str, project: Project) -> str:
    return rendered_file(
        f"scaffolds/project/{name}.j2",
        name=project.name,
        workflow=project.workflow,
        host=urlsplit(project.url).hostname or "",
        database=project.database,
        engine=project.engine,
        extras=project.extras,
    )
