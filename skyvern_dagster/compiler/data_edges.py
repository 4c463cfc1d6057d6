"""Which blocks' outputs a block uses: the data edges of the graph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.rendering import is_template, names_used
from skyvern_dagster.workflow.definition import WorkflowDefinition, walk
from skyvern_dagster.workflow.flow import Flow
from skyvern_dagster.workflow.parameters import ContextParameter


class Producers:
    """Finds, for a block, the blocks whose outputs it uses.

    Args:
        flow: Of the blocks at the top level.
    """

    def __init__(self, definition: WorkflowDefinition, flow: Flow) -> None:
        self._flow = flow
        self._labels = [block.label for block in walk(definition.blocks)]
        self._top = {
            inner.label: block.label for block in definition.blocks for inner in walk([block])
        }
        self._sources = {
            each.key: each.source_parameter_key
            for each in definition.parameters
            if isinstance(each, ContextParameter)
        }

    def of(self, block: Block, within: Block | None = None) -> tuple[str, ...]:
        """Labels of the blocks whose outputs a block uses, directly or by context parameters.

        A loop uses what its body uses, except for what the body makes itself. What a branch makes
        that may not be taken is no edge: Dagster would skip whoever waits for it.

        Args:
            within: The block at the top level that the block is in.
        """
        own = {each.label for each in walk([block])}
        others = [label for label in self._labels if label not in own]
        by_name = {name: label for label in others for name in (label, f"{label}_output")}
        used = dict.fromkeys(
            by_name[origin] for name in _names(block) if (origin := self._origin(name)) in by_name
        )
        place = self._top[(within or block).label]
        sure = {place, *self._flow.always_before.get(place, frozenset())}
        return tuple(label for label in used if self._top[label] in sure)

    def _origin(self, name: str) -> str:
        seen: set[str] = set()
        while name in self._sources and name not in seen:
            seen.add(name)
            name = self._sources[name]
        return name


def _names(block: Block) -> Iterator[str]:
    for each in walk([block]):
        yield from each.keys_used()
        for _, text, may_be_key in each.texts():
            if may_be_key and not is_template(text):
                yield re.split(r"[.\[]", text, maxsplit=1)[0]
            try:
                yield from sorted(names_used(text))
            except TemplateError:
                continue
