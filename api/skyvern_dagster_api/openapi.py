"""The OpenAPI document, as it is committed: ``python -m skyvern_dagster_api.openapi FILE``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from skyvern_dagster.runs.typed_outputs import TypedOutputs
from skyvern_dagster_api.app import create_app
from skyvern_dagster_api.settings import Settings


def document() -> str:
    """The whole document as text; the same for the same code."""
    specification: dict[str, Any] = create_app(Settings()).openapi()
    specification["info"]["version"] = "0"  # of the API: it has changed when this file has
    return json.dumps(specification, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def outputs_schema() -> str:
    """JSON Schema of ``outputs`` in the finished shape (``outputs=v2``)."""
    schema = TypedOutputs.model_json_schema()
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> int:
    """Writes what is committed: the document, and the schema of outputs beside it."""
    try:
        api, outputs = sys.argv[1:]
    except ValueError:
        sys.stderr.write("usage: python -m skyvern_dagster_api.openapi OPENAPI.json OUTPUTS.json\n")
        return 2
    Path(api).write_text(document(), encoding="utf-8")
    Path(outputs).write_text(outputs_schema(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
