"""Links in Dagster's UI under ``dg dev``: answered by the process that has the code location."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.resources.artifact_store import ArtifactStoreResource

KEY = "runs/wr_1/downloads/fetch/may.pdf"
SCREENSHOT = "runs/wr_1/tasks/fetch/tsk_1/steps/000/screenshot.jpg"
UP_SECONDS = 60
DEFINITIONS = """\
from skyvern_dagster import build_definitions

defs = build_definitions({folder!r})
"""


@contextmanager
def code_server(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process that ``dg dev`` starts for a code location."""
    file = home / "definitions.py"
    file.write_text(DEFINITIONS.format(folder=str(home)))  # without workflows it is up sooner
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "dagster", "api", "grpc", "--port", str(port), "--python-file", str(file)]
    running = subprocess.Popen([sys.executable, *command], env=dict(os.environ), cwd=home)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def answered(link: str) -> httpx2.Response:
    """What a link gives, once somebody answers there."""
    end = time.monotonic() + UP_SECONDS
    while True:
        try:
            return httpx2.get(link)
        except httpx2.TransportError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    """The store of a run's process under ``dg dev``."""
    monkeypatch.setenv("DAGSTER_IS_DEV_CLI", "1")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    for name in ("SKYVERN_API_PUBLIC_URL", "SKYVERN_ARTIFACT_STORE"):
        monkeypatch.delenv(name, raising=False)
    made = ArtifactStoreResource().store()
    made.write(KEY, b"%PDF-1.7 may")
    return made


def test_links_are_opened(store: ArtifactStore, tmp_path: Path) -> None:
    link = store.link(KEY, "Invoice May.pdf")
    with code_server(tmp_path):
        given = answered(link)
        assert (given.status_code, given.content) == (200, b"%PDF-1.7 may")
        assert given.headers["content-type"] == "application/pdf"
        assert given.headers["content-disposition"].startswith("inline")
        assert given.headers["content-security-policy"].startswith("sandbox")
        part = httpx2.get(link, headers={"Range": "bytes=0-3"})
        assert (part.status_code, part.content) == (206, b"%PDF")

        for wrong in (link[:-1], link.replace("expires=", "expires=9"), link.partition("?")[0]):
            assert httpx2.get(wrong).status_code == 403
        assert httpx2.get(store.link(SCREENSHOT)).status_code == 404
        assert httpx2.get(link.partition("/artifacts")[0] + "/").status_code == 404


@pytest.mark.long
def test_links_survive_the_process(store: ArtifactStore, tmp_path: Path) -> None:
    link = store.link(KEY)
    with code_server(tmp_path) as first:
        assert answered(link).status_code == 200
        # Another one of the same home, as when a code location is reloaded, waits for the port.
        with code_server(tmp_path):
            first.kill()
            first.wait()
            assert answered(link).status_code == 200
    assert ArtifactStoreResource().store().link(KEY) == link


def test_elsewhere_links_say_where_a_file_lies(
    store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ArtifactStoreResource(base_path=str(tmp_path / "other")).store()
    assert other.link(KEY).startswith("file://")  # which the code location doesn't know
    assert store.signed_link(KEY, "/v1/x") is None  # the REST API's other routes aren't there
    monkeypatch.setenv("SKYVERN_API_PUBLIC_URL", "https://api.example")
    assert ArtifactStoreResource().store().link(KEY).startswith("https://api.example/artifacts/")
    monkeypatch.delenv("SKYVERN_API_PUBLIC_URL")
    monkeypatch.delenv("DAGSTER_IS_DEV_CLI")
    assert ArtifactStoreResource().store().link(KEY).startswith("file://")
