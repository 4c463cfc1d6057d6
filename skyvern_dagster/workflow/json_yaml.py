"""YAML cut down to what JSON can say, since a definition travels as JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

import yaml
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.resolver import Resolver
from yaml.scanner import ScannerError

from skyvern_dagster.workflow.size_limits import ReadingTime

_PREFIX = "tag:yaml.org,2002:"
MERGE_TAG = f"{_PREFIX}merge"
TEXT_TAG = f"{_PREFIX}str"
_KINDS = ("null", "bool", "int", "float", "str", "seq", "map")
_NOT_GUESSED = (f"{_PREFIX}timestamp", f"{_PREFIX}value")


class _Json(SafeConstructor, Resolver):
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


_Json.yaml_constructors[None] = _Json.construct_undefined


class JsonLoader(_Json, yaml.SafeLoader):
    """In Python: it says best what can't be read, and refuses any depth with an error.

    It is slow, so it gives up when the time for a document is up.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._time = ReadingTime()

    def fetch_more_tokens(self) -> Any:
        """Reads on in the text."""
        if self._time.is_up:
            raise ScannerError(None, None, "it takes too long to read", self.get_mark())
        return super().fetch_more_tokens()


if TYPE_CHECKING or not yaml.__with_libyaml__:
    QuickJsonLoader = JsonLoader
else:

    class QuickJsonLoader(_Json, yaml.CSafeLoader):
        """With libyaml: several times quicker; depth must be low, as it composes on the stack."""


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
