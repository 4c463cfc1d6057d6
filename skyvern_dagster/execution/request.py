"""Where :mod:`skyvern_dagster.run_request` was; to be removed."""

from skyvern_dagster.run_request import RunKind, RunRequest, keep_request, read_request

__all__ = ["RunKind", "RunRequest", "keep_request", "read_request"]
