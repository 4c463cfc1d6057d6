from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tests.runs.mailroom import Mailroom
from tests.webhooks.receiver import Receiver, receiver


@pytest.fixture
def mailroom(instance: dg.DagsterInstance, home: Path) -> Mailroom:
    """Runs in an instance of their own."""
    return Mailroom(instance, home)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with receiver() as opened:
        yield opened
