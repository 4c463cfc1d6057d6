from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.demo.smtp_sink import SmtpSink
from tests.blocks.desk import Desk
from tests.blocks.post import point_to


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "artifacts")


@pytest.fixture(scope="module")
def mail() -> Iterator[SmtpSink]:
    started = SmtpSink()
    started.start()
    yield started
    started.stop()


@pytest.fixture
def sink(desk: Desk, mail: SmtpSink) -> SmtpSink:
    """The module's mail server, as if it was new, for the desk's blocks."""
    mail.clear()
    mail.refuse_next(0)
    point_to(desk, mail.host, mail.port)
    return mail
