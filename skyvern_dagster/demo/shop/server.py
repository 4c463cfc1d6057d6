"""Serving the demo shop over HTTP from a thread of this process."""

from __future__ import annotations

import socket
from threading import Thread

import uvicorn

from skyvern_dagster.demo.listener import LOOPBACK, open_listener
from skyvern_dagster.demo.orders import Order
from skyvern_dagster.demo.shop.app import create_shop
from skyvern_dagster.demo.shop.latency import Latency
from skyvern_dagster.demo.shop.request_log import RequestLog
from skyvern_dagster.demo.shop.state import ShopState


class ShopServer:
    """One instance of the shop on a loopback port.

    Attributes:
        request_log: What was asked of this instance.
        latency: By how much its answers come later.
        orders: The customer's orders, newest first.
        port: Port it listens on, known once it was started.
    """

    def __init__(self, *, port: int = 0) -> None:
        state = ShopState()
        self.request_log = RequestLog()
        self.orders: tuple[Order, ...] = state.orders
        self.port = port
        self.latency = Latency()
        self._app = create_shop(state, self.request_log, self.latency)
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None
        self._listener: socket.socket | None = None

    @property
    def url(self) -> str:
        """Address of the front page, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Starts serving; requests are taken from the moment this returns.

        Raises:
            SkyvernDagsterError: The port is taken.
        """
        self._listener = open_listener(self.port, "shop")
        self.port = self._listener.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            access_log=False,
            log_config=None,
            log_level="critical",
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = Thread(
            target=self._server.run, args=([self._listener],), name="demo-shop", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stops serving and frees the port."""
        if self._server is None or self._thread is None or self._listener is None:
            return
        self._server.should_exit = True
        self._thread.join()
        # uvicorn leaves the socket open when it is told to stop before it was up.
        self._listener.close()
        self._server = self._thread = self._listener = None
