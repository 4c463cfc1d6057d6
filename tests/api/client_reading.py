"""A program: reads answers of ours with the official client's own models.

Run with the client's folder on the path, a file of answers and one for what it couldn't read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from skyvern.client.types.task_run_response import (  # type: ignore[import-not-found]
    TaskRunResponse,
)
from skyvern.client.types.workflow import Workflow  # type: ignore[import-not-found]
from skyvern.client.types.workflow_run_response import (  # type: ignore[import-not-found]
    WorkflowRunResponse,
)
from skyvern.client.types.workflow_run_timeline import (  # type: ignore[import-not-found]
    WorkflowRunTimeline,
)

MODELS = {
    "workflow": Workflow,
    "timeline": WorkflowRunTimeline,
    "workflow_run": WorkflowRunResponse,
    "task": TaskRunResponse,
}


def main(answers: Path, unread: Path) -> None:
    """Writes the name of each answer that the client's model refuses, and why."""
    refused = []
    for line in answers.read_text(encoding="utf-8").splitlines():
        each = json.loads(line)
        try:
            MODELS[each["model"]].model_validate(each["answer"])
        except ValueError as error:
            refused.append(json.dumps({"name": each["name"], "why": str(error)[-400:]}))
    unread.write_text("\n".join(refused), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
