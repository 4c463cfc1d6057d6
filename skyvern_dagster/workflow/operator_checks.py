"""What only the operator may write into a definition: it reaches beyond the organization."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding

_RESERVED = ("dagster", "skyvern", "ecs", ".dagster")
"""Namespaces of tags that Dagster, its launchers and this package act upon: a pod's specification,
a run's organization."""


def operator_findings(document: Document) -> Iterator[Finding]:
    """Errors in a definition that came over REST."""
    section = document.data.get("dagster") if isinstance(document.data, dict) else None
    given = section.get("run_tags") if isinstance(section, dict) else None
    for name in given if isinstance(given, dict) else ():
        space = str(name).partition("/")[0].casefold()
        if space in _RESERVED or space.startswith("dagster-"):
            yield document.finding(
                ("dagster", "run_tags", name),
                f"the tag {name!r} is for files of the operator, not for definitions over REST",
                "leave it out",
            )
