"""What ``@graph`` writes down of ``mapped.collect()``; no public name makes it."""

from __future__ import annotations

from typing import Any

from dagster._core.definitions.dependency import DynamicCollectDependencyDefinition


def all_of_mapped(node: str, output: str) -> Any:
    """The dependency on everything that a dynamic output, or what was mapped over it, gives."""
    return DynamicCollectDependencyDefinition(node, output)
