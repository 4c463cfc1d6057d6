"""The ``skyvern-dagster`` script: in a warm process where there is one, else here."""

from __future__ import annotations

import os
import sys

from skyvern_dagster.cli.warm_client import carried_out


def main() -> None:
    """Carries the command out and ends the process with its status."""
    status = carried_out(sys.argv[1:])
    if status is not None:
        sys.stdout.flush()
        os._exit(status)
    from skyvern_dagster.cli.app import main as main_here

    main_here()


if __name__ == "__main__":
    main()
