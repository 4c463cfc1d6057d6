"""The one job that a run's process carries out, so that a code location makes no others there."""

from __future__ import annotations

import os

_VARIABLE = "SKYVERN_RUN_JOB"
"""An environment variable, since processes that a run starts for its steps load it again."""


def carry_out_only(job_name: str) -> None:
    """From here on, this process and its children are of a run of this job."""
    os.environ[_VARIABLE] = job_name


def only_job() -> str:
    """Name of the job that this process is of; empty where it is of none in particular."""
    return os.environ.get(_VARIABLE, "")
