"""Prompts: templates in a folder, rendered for a model."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


class PromptFolder:
    """The templates ``*.j2`` of a folder.

    Args:
        folder: Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def render(self, name: str, **values: Any) -> str:
        """Renders ``<name>.j2``; a value that the template asks for and isn't given is an error."""
        return self._environment.get_template(f"{name}.j2").render(**values).strip()

    @cached_property
    def _environment(self) -> Environment:
        # Prompts are plain text: escaping for HTML would only cost tokens.
        return Environment(
            loader=FileSystemLoader(self._folder),
            autoescape=False,  # noqa: S701
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
