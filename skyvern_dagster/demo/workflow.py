"""The workflow that the demo runs: the project's headline one."""

from __future__ import annotations

from pathlib import Path

from skyvern_dagster.errors import SkyvernDagsterError
from skyvern_dagster.workflow.loader import Workflow, load_workflow

NAME = "invoice_retrieval"
MONTHLY = "monthly_invoices"


def demo_workflow(name: str = NAME) -> Workflow:
    """Loads it: from the package, or from ``workflows/`` in a checkout.

    Args:
        name: Or another one of the two.

    Raises:
        SkyvernDagsterError: It is in neither place.
    """
    here = Path(__file__).resolve().parent
    for folder in (here, here.parents[1] / "workflows"):
        path = folder / f"{name}.yaml"
        if path.exists():
            return load_workflow(path)
    raise SkyvernDagsterError(f"{name}.yaml is missing from this installation: install it again")
