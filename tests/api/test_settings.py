"""Settings of the API that are wrong: told in a line, before anything is served."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from skyvern_dagster.errors import RunError
from skyvern_dagster_api.settings import Settings


def test_every_wrong_variable_is_named() -> None:
    with pytest.raises(RunError) as refusal:
        Settings.from_environment(
            {"SKYVERN_API_DOC": "off", "SKYVERN_API_WEBHOOK_SECONDS": "soon", "OTHER": ""}
        )
    assert "SKYVERN_API_WEBHOOK_SECONDS: " in str(refusal.value)
    assert "SKYVERN_API_DOC: there is no such setting; did you mean 'SKYVERN_API_DOCS'?" in str(
        refusal.value
    )


def test_the_process_says_so_without_a_traceback() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "skyvern_dagster_api", "--port", "0"],
        env={**os.environ, "SKYVERN_API_DOC": "off"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: the API's settings are wrong: SKYVERN_API_DOC")
    assert len(ended.stderr.splitlines()) == 1
