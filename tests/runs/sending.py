"""Processes that deliver webhooks: ``python -m tests.runs.sending passes|forever``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import dagster as dg

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.runs.outbox import Outbox
from tests.runs.mailroom import SECRET, SETTINGS, body


def _main(passes: int) -> None:
    home = Path(os.environ["DAGSTER_HOME"])
    store = default_store()
    with dg.DagsterInstance.get() as instance:
        outbox = Outbox(
            instance, store, ApiKeys(store, SECRET), SETTINGS, body, locks=home / "locks"
        )
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        for _ in range(passes):
            outbox.deliver_due()
            time.sleep(0.05)


if __name__ == "__main__":
    _main(int(sys.argv[1]))
