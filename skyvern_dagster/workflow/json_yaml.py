"""YAML cut down to what JSON can say, since a definition travels as JSON."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import yaml
from yaml.constructor import ConstructorError

_PREFIX = "tag:yaml.org,2002:"
MERGE_TAG = f"{_PREFIX}merge"
TEXT_TAG = f"{_PREFIX}str"
_KINDS = ("null", "bool", "int", "float", "str", "seq", "map")
_NOT_GUESSED = (f"{_PREFIX}timestamp", f"{_PREFIX}value")


class JsonLoader(yaml.SafeLoader):
    """Leaves dates as the text that they are, and knows no tags but JSON's."""

    yaml_constructors: ClassVar[dict[Any, Any]] = {
        tag: constructor
        for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.removeprefix(_PREFIX) in _KINDS
    }
    yaml_implicit_resolvers = {  # noqa: RUF012 - as the base class has it
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _NOT_GUESSED]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_undefined(self, node: yaml.Node) -> Any:
        """Tags are refused."""
        raise _not_json(node, f"the tag {str(node.tag).replace(_PREFIX, '!!')!r} is not allowed")

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Builds one value; what can't be one of JSON's is an error with its place."""
        try:
            value = super().construct_object(node, deep)
        except (ValueError, KeyError) as error:  # `!!int x`, or digits without end
            raise _not_json(node, f"{str(node.value)[:40]!r} is no {_kind(node)}") from error
        if isinstance(value, float) and not math.isfinite(value):
            raise _not_json(node, f"{node.value!r} is no number that JSON knows")
        return value

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Brings ``<<`` in; keys are texts as they are written: ``404:`` is the key ``"404"``."""
        super().flatten_mapping(node)
        node.value = [(_as_text(key), value) for key, value in node.value]


JsonLoader.add_constructor(None, JsonLoader.construct_undefined)


def _as_text(key: yaml.Node) -> yaml.ScalarNode:
    if not isinstance(key, yaml.ScalarNode):
        raise _not_json(key, "a key must be a text")
    if key.tag == TEXT_TAG:
        return key
    return yaml.ScalarNode(TEXT_TAG, key.value, key.start_mark, key.end_mark, key.style)


def _kind(node: yaml.Node) -> str:
    return str(node.tag).removeprefix(_PREFIX)


def _not_json(node: yaml.Node, problem: str) -> ConstructorError:
    return ConstructorError(None, None, problem, node.start_mark)
