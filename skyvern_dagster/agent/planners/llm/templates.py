"""The prompts, rendered; texts of pages can't close the fence that they stand in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from skyvern_dagster.llm.prompt_folder import PromptFolder

_PROMPTS = PromptFolder(Path(__file__).parent / "prompts")

_FENCE = re.compile(r"<(?=\s*/?\s*page\b)", re.IGNORECASE)


def prompt(name: str, **values: Any) -> str:
    """Renders ``prompts/<name>.j2``."""
    return _PROMPTS.render(name, **values)


def fenced(text: str) -> str:
    """A text of a page, in which nothing reads like the page's fence."""
    return _FENCE.sub("‹", text)
