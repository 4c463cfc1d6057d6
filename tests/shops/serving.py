"""Opening a shop on a free loopback port for as long as a test needs it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from tests.shops.portal import Portal


@contextmanager
def serve(portal: Portal) -> Iterator[str]:
    """Runs a fresh app of this portal; gives its base address, without a slash at the end."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    # Listening before the thread starts: a first request waits in the queue, not in a loop here.
    listener.listen(64)
    config = uvicorn.Config(
        portal.app(), log_level="critical", access_log=False, lifespan="off", ws="none"
    )
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
