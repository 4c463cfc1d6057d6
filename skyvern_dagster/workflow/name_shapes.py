"""What is known, before a run, of the values behind the names of a definition."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import MutableMapping, Sequence

from skyvern_dagster.blocks.for_loop import ForLoopBlock
from skyvern_dagster.credentials.reference import CARD_FIELDS
from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.missing_fields import shape_of_expression
from skyvern_dagster.templating.rendering import is_template
from skyvern_dagster.templating.value_shape import ANYTHING, ValueShape, object_of
from skyvern_dagster.workflow.declarations import BlockOutline, Outline, ParameterOutline

Shapes = MutableMapping[str, ValueShape]

_SUMMARY = ("status", "failure_reason", "output", "files", "errors")
"""Fields of ``workflow_run_summary``."""
_LOGIN = object_of(("username", "password"))
_CREDENTIALS: dict[str, ValueShape] = {
    "credential": _LOGIN,
    "bitwarden_login_credential": _LOGIN,
    "onepassword": _LOGIN,
    "azure_vault_credential": _LOGIN,
    "bitwarden_credit_card_data": object_of(CARD_FIELDS),
}


class NameShapes:
    """What the names of a definition stand for, at each of its blocks.

    Args:
        outline: What the document says.
    """

    def __init__(self, outline: Outline) -> None:
        self._outputs = _outputs(outline)
        self._sources = {each.key: each.source for each in outline.parameters if each.source}
        self._parameters = {each.key: _of_parameter(each) for each in outline.parameters}
        self._top = {**self._parameters, **self._top_names(), **self._of_contexts({})}

    def at(self, loops: Sequence[BlockOutline]) -> Shapes:
        """The names at a block.

        Args:
            loops: Those around it, outermost first.
        """
        names = ChainMap[str, ValueShape]({}, self._top)
        items: dict[str, ValueShape] = {}
        for loop in loops:
            item = self.item(loop, names)
            own = {"current_index": ANYTHING}
            if loop.model is ForLoopBlock:
                own |= {"current_value": item, "current_item": item}
                items[str(loop.fields.get("loop_over_parameter_key") or "")] = item
            names.update(own)
            is_known = loop.model is not ForLoopBlock or item.fields is not None
            names[loop.label] = object_of({**own, **(item.fields or {})}) if is_known else ANYTHING
            names.update(self._of_contexts(items))
            names[f"{loop.label}_output"] = ANYTHING  # which it has at its end
        return names

    def of_source(self, key: str) -> ValueShape:
        """What a context parameter's source has, where that is a block's output."""
        return self._outputs.get(key.removesuffix("_output"), ANYTHING)

    def _top_names(self) -> dict[str, ValueShape]:
        plain = {
            name: shape
            for label, shape in self._outputs.items()
            for name in (label, f"{label}_output")
        }
        reached = {name: _reaching(shape) for name, shape in plain.items()}
        run = {
            "workflow_run_outputs": object_of({n: _alone(shape) for n, shape in plain.items()}),
            "workflow_run_summary": object_of(_SUMMARY),
        }
        return {**reached, **run}

    def _of_contexts(self, items: Shapes) -> dict[str, ValueShape]:
        """The context parameters, in loops over these sources.

        One that comes from another is as that one is.
        """
        return {key: self._of_context(key, source, items) for key, source in self._sources.items()}

    def _of_context(self, key: str, source: str, items: Shapes) -> ValueShape:
        if source in items:
            item = items[source]
            return item.given(key) if item.fields is not None else ANYTHING
        extracted = _extracted(self.of_source(source))
        return ANYTHING if extracted.fields is None else extracted.given(key)

    def item(self, loop: BlockOutline, names: Shapes) -> ValueShape:
        """What a loop's items are.

        Args:
            loop: Which one.
            names: Those at the loop.
        """
        key = loop.fields.get("loop_variable_reference") or loop.fields.get(
            "loop_over_parameter_key"
        )
        if loop.model is not ForLoopBlock or not isinstance(key, str):
            return ANYTHING
        if key in names:
            return _items_of(names[key])
        try:
            return _items_of(shape_of_expression(as_template(key), names))
        except TemplateError:  # a list in words, or what another check finds
            return ANYTHING


def as_template(path: str) -> str:
    """The path of a list as a template."""
    return path if is_template(path) else "{{ " + path + " }}"


def _outputs(outline: Outline) -> dict[str, ValueShape]:
    """Label -> what the block gives, but for labels that stand twice."""
    counted = Counter(block.label for block in outline.walk())
    return {
        block.label: block.model.output_shape(block.fields)
        if counted[block.label] == 1
        else ANYTHING
        for block in outline.walk()
        if block.label
    }


def _of_parameter(parameter: ParameterOutline) -> ValueShape:
    if parameter.fields.get("workflow_parameter_type") == "credential_id":
        return _LOGIN
    return _CREDENTIALS.get(parameter.kind, ANYTHING)


def _reaching(shape: ValueShape) -> ValueShape:
    """An output under its name: of one that extracts nothing, ``output`` is all of it."""
    if shape.fields is None or shape.inner is not None:
        return shape
    return object_of({"output": shape, **shape.fields})


def _alone(shape: ValueShape) -> ValueShape:
    """An output in a mapping of outputs: through it, nothing is reached."""
    return ANYTHING if shape.fields is None else ValueShape(shape.fields)


def _extracted(shape: ValueShape) -> ValueShape:
    return shape if shape.inner is None else shape.inner


def _items_of(shape: ValueShape) -> ValueShape:
    """What a list holds, or the list inside an output (docs/contract.md#for-loop)."""
    for holder in (
        shape,
        _extracted(shape),
        _extracted(shape).given("results"),
        shape.given("results"),
    ):
        if holder.item is not None:
            return holder.item
    return ANYTHING
