"""The nodes of a graph and what leads to what, as a plan says it: no code needs to be traced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from skyvern_dagster.compiler.dagster_internals import all_of_mapped


@dataclass(frozen=True)
class Source:
    """An output of a node."""

    node: str
    output: str


@dataclass(frozen=True)
class Collected:
    """What a mapped output gives, as one list."""

    of: Source


InputSource = Source | Collected | Sequence[Source]
"""What an input takes: one output, all of a mapped one, or whichever of several there are."""


@dataclass
class GraphNodes:
    """Ops under their names in a graph, and what leads to their inputs.

    With ``@graph`` Dagster calls a function that calls the ops, and makes a class for each call
    whose op has several outputs: a quarter of the time that a code location takes to load. The
    definition that it makes of that is written here at once.
    """

    _ops: list[dg.OpDefinition] = field(default_factory=list)
    _inputs: dict[dg.NodeInvocation, dict[str, Any]] = field(default_factory=dict)

    def add(self, op: dg.OpDefinition, name: str, inputs: Mapping[str, InputSource]) -> None:
        """Puts an op into the graph."""
        self._ops.append(op)
        invocation = dg.NodeInvocation(op.name, alias=name)
        self._inputs[invocation] = {key: _dependency(given) for key, given in inputs.items()}

    def graph(
        self,
        name: str,
        *,
        config: dg.ConfigMapping,
        description: str,
        into: Mapping[str, str] | None = None,
        out: Mapping[str, Source] | None = None,
    ) -> dg.GraphDefinition:
        """The graph of what was added.

        Args:
            into: Its inputs, by the names that they have at the node too -> the node.
            out: Its outputs -> where they come from.
        """
        return dg.GraphDefinition(
            name,
            description=description,
            node_defs=self._ops,
            dependencies=self._inputs,
            input_mappings=[
                dg.InputMapping(
                    graph_input_name=key, mapped_node_name=node, mapped_node_input_name=key
                )
                for key, node in (into or {}).items()
            ],
            output_mappings=[
                dg.OutputMapping(
                    graph_output_name=key,
                    mapped_node_name=source.node,
                    mapped_node_output_name=source.output,
                )
                for key, source in (out or {}).items()
            ],
            config=config,
        )


def _dependency(given: InputSource) -> Any:
    match given:
        case Source():
            return dg.DependencyDefinition(given.node, given.output)
        case Collected():
            return all_of_mapped(given.of.node, given.of.output)
        case _:
            return dg.MultiDependencyDefinition(
                [dg.DependencyDefinition(each.node, each.output) for each in given]
            )
