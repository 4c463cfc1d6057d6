"""Plain scalars that YAML reads as something else than what is written.

``01067`` is 567 to YAML, ``12:30`` is 750, ``1.10`` is 1.1 and ``no`` is false. The default of a
text parameter is the text as it stands; of a number that is read otherwise anywhere else, a warning
tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from skyvern_dagster.workflow.json_yaml import MERGE_TAG, TEXT_TAG
from skyvern_dagster.workflow.size_limits import MAX_DEPTH

_GUESSED = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("bool", "float", "int"))
_INT = "tag:yaml.org,2002:int"
_OTHERWISE = re.compile(r"[-+]?0[0-9_]+|[-+]?[0-9][0-9_]*(?::[0-9]+)+|[-+]?[0-9]+_[0-9_]*")
"""Octal, sexagesimal, or with underscores: neither JSON nor people take it for that number."""
_TEXT_TYPES = ("string", "file_url", "credential_id")


def keep_texts(root: yaml.Node) -> None:
    """Has the defaults of text parameters read as they are written."""
    body = _under(root, "workflow_definition")
    parameters = _under(body, "parameters")
    for entry in parameters.value if isinstance(parameters, yaml.SequenceNode) else ():
        kind, default = _under(entry, "workflow_parameter_type"), _under(entry, "default_value")
        is_text = kind is None or (isinstance(kind, yaml.ScalarNode) and kind.value in _TEXT_TYPES)
        if is_text and isinstance(default, yaml.ScalarNode) and default.tag in _GUESSED:
            default.tag = TEXT_TAG


def read_otherwise(node: yaml.ScalarNode) -> bool:
    """Whether YAML makes a number of a scalar that nobody else takes for that number."""
    return node.tag == _INT and bool(_OTHERWISE.fullmatch(node.value))


def _under(node: yaml.Node | None, name: str, depth: int = 0) -> yaml.Node | None:
    """The value under a key, which ``<<`` may have brought in."""
    if not isinstance(node, yaml.MappingNode) or depth > MAX_DEPTH:
        return None
    own = [value for key, value in node.value if key.value == name and key.tag != MERGE_TAG]
    if own:
        return own[-1]  # type: ignore[no-any-return] # of two, YAML takes the last
    found = (_under(each, name, depth + 1) for each in _merged(node))
    return next((each for each in found if each is not None), None)


def _merged(node: yaml.MappingNode) -> Iterator[yaml.Node]:
    for key, value in node.value:
        if key.tag == MERGE_TAG:
            yield from value.value if isinstance(value, yaml.SequenceNode) else [value]
