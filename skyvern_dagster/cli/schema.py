"""``skyvern-dagster schema``: the JSON Schema of definitions."""

from __future__ import annotations

import json

from skyvern_dagster.workflow.json_schema import definition_schema


def schema_text() -> str:
    """It, as a file that editors read."""
    return json.dumps(definition_schema(), indent=2, ensure_ascii=False) + "\n"
