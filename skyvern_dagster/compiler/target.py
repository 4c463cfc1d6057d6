"""How a compiled workflow is begun and ended: as a job, or as an asset with partitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.partitioning import Window, delivery_name, window_of
from skyvern_dagster.workflow.partition_settings import Partitions


@dataclass(frozen=True)
class CompileTarget:
    """What stands fast about a compiled workflow's runs.

    Attributes:
        graph: Name of the graph. Names of ops and graphs must be unique in a code location, so the
            ops' own names begin with it; in the graph and in step keys they have the short ones.
        asset: Key of the workflow's asset; empty for a job of its own.
        items: Loop label -> key of the asset of its items.
        partitions: How the asset is cut.
        parameters: Values instead of the definition's defaults.
        blocks: Labels of the blocks that are assets, too.
    """

    graph: str
    asset: tuple[str, ...] = ()
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    partitions: Partitions | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()

    def op_name(self, name: str) -> str:
        """Name of an op's definition, unique in a code location."""
        return f"{self.graph}__{name}"

    @property
    def partition_parameters(self) -> frozenset[str]:
        """The parameters that a partition gives: whoever starts a run doesn't."""
        return frozenset(self.partitions.parameters if self.partitions else ())

    def window(self, context: dg.OpExecutionContext) -> Window | None:
        """What the run's partitions are and give; none where there are none.

        Raises:
            ParameterError: The run lacks a partition.
        """
        return None if self.partitions is None else window_of(context, self.partitions)

    def delivery_spans(self, window: Window | None) -> dict[str, tuple[str, str]]:
        """Of a run over several partitions: what each delivers under, and its days."""
        if window is None or len(window.keys) == 1:
            return {}
        return {delivery_name(self.asset, [key]): span for key, span in window.spans.items()}

    def delivery(self, window: Window | None) -> str:
        """What uploads and e-mails belong to; empty: to the run itself."""
        return "" if window is None else delivery_name(self.asset, window.keys)
