"""The workflow that the demo runs: the project's headline one."""

from __future__ import annotations

from pathlib import Path

from skyvern_dagster.errors import SkyvernDagsterError
from skyvern_dagster.workflow.loader import Workflow, load_workflow

NAME = "invoice_retrieval"


def demo_workflow() -> Workflow:
    """Loads it: from the package, or from ``workflows/`` in a checkout.

    Raises:
        SkyvernDagsterError: It is in neither place.
    """
    here = Path(__file__).resolve().parent
    for folder in (here, here.parents[1] / "workflows"):
        path = folder / f"{NAME}.yaml"
        if path.exists():
            return load_workflow(path)
    raise SkyvernDagsterError(f"{NAME}.yaml is missing from this installation: install it again")
