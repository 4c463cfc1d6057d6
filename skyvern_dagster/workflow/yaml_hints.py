"""What to do about a text that can't be read as YAML."""

from __future__ import annotations

import re

_BEGINS_WITH_TEMPLATE = re.compile(r"(?:^|[:\-,\[]\s)\s*\{[{%]")

_HINTS = (
    (r"'\\t'", "indent with spaces: YAML takes no tabs"),
    (r"mapping values are not allowed", "a text with ': ' in it must stand in quotes"),
    (r"sequence entries are not allowed", "begin a list on a line of its own"),
    (r"unknown escape character", "in single quotes a backslash is just that"),
    (r"unexpected end of stream|while scanning a quoted", "a quote isn't closed"),
    (r"expected ',' or", "a bracket isn't closed, or a comma is missing"),
    (r"expected <block end>", "indent this line like those that it belongs to"),
    (r"could not find expected ':'", "write it as 'key: value', or indent it"),
    (r"another document", "write one definition a file"),
    (r"undefined alias", "a text that begins with * must stand in quotes"),
)
"""What the reader complains about, and what mends it."""


def yaml_hint(problem: str, line: str) -> str:
    """What to do about a complaint of the reader.

    Args:
        problem: Its words.
        line: The line that it names.
    """
    if _BEGINS_WITH_TEMPLATE.search(line):
        return "a text that begins with {{ must stand in quotes"
    if character := re.search(r"character '(.)' that cannot start", problem):
        return f"a text that begins with {character.group(1)} must stand in quotes"
    return next((hint for said, hint in _HINTS if re.search(said, problem)), "")
