"""Connections that don't come to a request, or to its end, are closed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request

from skyvern_dagster_api.slow_clients import PromptProtocol, SlowClients


class Impatient(PromptProtocol):
    header_seconds = 0.4
    answer_seconds = 0.4


def application() -> FastAPI:
    app = FastAPI()

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    @app.get("/large")
    def large() -> str:
        return "x" * 50_000_000

    app.add_middleware(SlowClients, body_seconds=0.4, slowest_bytes=1e9)
    return app


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application(), http=Impatient, log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join(20)


def conversation(port: int, *parts: bytes) -> bytes:
    """What the server says until it closes the connection; parts are sent a little apart."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        for part in parts:
            try:
                client.sendall(part)
            except OSError:
                break
            time.sleep(0.1)
        said = b""
        try:
            while part := client.recv(65_536):
                said += part
        except ConnectionResetError:
            pass
        return said


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b"POST /len"],
        [b"POST /length HTTP/1.1\r\nHost: x\r\n"],
        [b"POST /length HTTP/1.1\r\nHost: x\r\n", *[b"X: y\r\n"] * 30],
    ],
    ids=["nothing", "half a line", "half of the headers", "a header now and then"],
)
def test_a_request_that_does_not_come(port: int, parts: list[bytes]) -> None:
    assert conversation(port, *parts) == b""


HEAD = b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"


@pytest.mark.parametrize(
    "parts",
    [[HEAD], [HEAD, b"x"], [HEAD, *[b"x"] * 60]],
    ids=["no body", "a part of it", "a byte now and then"],
)
def test_a_body_that_does_not_come(port: int, parts: list[bytes]) -> None:
    said = conversation(port, *parts)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"too slowly" in said


def test_an_answer_that_nobody_reads(port: int) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(20)
        client.connect(("127.0.0.1", port))
        client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(1.5)
        total = 0
        try:
            while part := client.recv(65_536):
                total += len(part)
        except OSError:
            pass
        assert total < 50_000_000


def test_a_client_that_is_as_quick_as_others(port: int) -> None:
    """Also with several requests over one connection, with pauses in between."""
    request: Any = HEAD + b"x" * 100
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        for _ in range(3):
            client.sendall(request[:30])
            client.sendall(request[30:])
            assert client.recv(65_536).endswith(b"100")
            time.sleep(0.6)
