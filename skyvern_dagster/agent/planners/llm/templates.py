"""The prompts, rendered; texts of pages can't close the fence that they stand in."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FENCE = re.compile(r"<(?=\s*/?\s*page\b)", re.IGNORECASE)


def prompt(name: str, **values: Any) -> str:
    """Renders ``prompts/<name>.j2``."""
    return _environment().get_template(f"{name}.j2").render(**values).strip()


def fenced(text: str) -> str:
    """A text of a page, in which nothing reads like the page's fence."""
    return _FENCE.sub("‹", text)


@cache
def _environment() -> Environment:
    # Prompts are plain text: escaping for HTML would only cost tokens.
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "prompts"),
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
