"""``python -m skyvern_dagster_api``: the shim behind a server that closes slow connections."""

from __future__ import annotations

import argparse
import sys

import uvicorn

from skyvern_dagster.errors import RunError
from skyvern_dagster_api.settings import Settings
from skyvern_dagster_api.slow_clients import PromptProtocol


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m skyvern_dagster_api", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    try:
        Settings.from_environment()
    except RunError as error:
        sys.exit(f"error: {error}")
    uvicorn.run(
        "skyvern_dagster_api.app:create_app",
        factory=True,
        host=given.host,
        port=given.port,
        http=PromptProtocol,
        access_log=False,  # the shim writes its own
    )


if __name__ == "__main__":
    main()
