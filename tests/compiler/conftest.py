from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compiler.postman import Postman


@pytest.fixture
def postman(home: Path, clean_environment: pytest.MonkeyPatch) -> Iterator[Postman]:
    """A mail server, and the secrets that a workflow needs to use it."""
    postman = Postman()
    settings = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(postman.start()),
        "SMTP_USERNAME": "",
        "SMTP_PASSWORD": "",
        "SKYVERN_UPLOAD_BUCKET": "unused",
    }
    for name, value in settings.items():
        clean_environment.setenv(name, value)
    yield postman
    postman.stop()
