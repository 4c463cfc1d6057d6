"""Files that are written for people, from templates of the package: YAML, Python, TOML."""

from __future__ import annotations

from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined

_ENVIRONMENT = Environment(
    undefined=StrictUndefined,
    # Such files hold templates of their own in braces.
    variable_start_string="<<",
    variable_end_string=">>",
    block_start_string="<%",
    block_end_string="%>",
    comment_start_string="<#",
    comment_end_string="#>",
    autoescape=False,  # noqa: S701 - none of them is HTML
    keep_trailing_newline=True,
)


def rendered_file(place: str, **values: Any) -> str:
    """Renders a template.

    Args:
        place: Its path in the package: ``runs/instance.yaml.j2``.
        values: All that it asks for; what it isn't given is an error.
    """
    text = resources.files("skyvern_dagster").joinpath(place).read_text(encoding="utf-8")
    return _ENVIRONMENT.from_string(text).render(**values)
