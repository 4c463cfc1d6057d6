"""An S3 server on loopback: moto's, with a bucket, and one that really stops when told to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from http import HTTPStatus
from http.client import HTTPConnection
from io import BytesIO
from secrets import token_hex
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.models import FakeBucket, s3_backends
from werkzeug.serving import ThreadedWSGIServer

from skyvern_dagster.demo.listener import LOOPBACK, open_listener
from skyvern_dagster.errors import SkyvernDagsterError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

S3_REGION = "us-east-1"
S3_ACCESS_KEY_ID = "demo-access-key"
S3_SECRET_ACCESS_KEY = "demo-secret-key"  # noqa: S105 - moto takes any


class _QuietHandler(MotoRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Says nothing; werkzeug would write a line per request to stderr."""


class _OneAtATime:
    """Answers one request after the other; slow clients are waited for before.

    moto closes an object's file when the object is replaced, also while another request reads it.
    """

    _lock = Lock()  # moto's objects are those of the whole process

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if length := environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(length)))
        with self._lock:
            return [b"".join(self._app(environ, start_response))]


class _StoppableServer(ThreadedWSGIServer):
    """Drops kept-alive connections on close; werkzeug's threads would go on answering them."""

    def __init__(self, listener: socket.socket) -> None:
        host, port = listener.getsockname()
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        app = DomainDispatcherApplication(create_backend_app)
        super().__init__(host, port, _OneAtATime(app), _QuietHandler, fd=listener.fileno())

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: what fails here is a connection that a client or ``drop`` has cut."""

    def drop_connections(self) -> None:
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


class S3Server:
    """One bucket behind an S3 endpoint.

    moto keeps objects in memory for the whole process: they outlive :meth:`stop`, so that a
    restarted server still has them, and end with :meth:`delete_bucket`.

    Attributes:
        bucket: Name of the bucket; by default one that no other server of this process uses.
        port: Port it listens on, known once it was started.
    """

    def __init__(self, *, port: int = 0, bucket: str = "") -> None:
        self.port = port
        self.bucket = bucket
        self._server: _StoppableServer | None = None
        self._thread: Thread | None = None

    @property
    def endpoint_url(self) -> str:
        """What AWS clients call the endpoint URL."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Starts serving, again on the same port after a stop, and creates the bucket.

        Raises:
            SkyvernDagsterError: The port is taken, or the bucket's name is not allowed.
        """
        with open_listener(self.port, "S3") as listener:
            self._server = _StoppableServer(listener)
        self.port = self._server.port
        self.bucket = self.bucket or f"demo-invoices-{token_hex(4)}"
        self._thread = Thread(
            target=self._server.serve_forever, args=(0.05,), name="demo-s3", daemon=True
        )
        self._thread.start()
        self._create_bucket()

    def stop(self) -> None:
        """Stops serving, cuts open connections and frees the port."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.drop_connections()
        self._server = self._thread = None

    def client(self) -> S3Client:
        """A boto3 client of this server."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=S3_REGION,
            aws_access_key_id=S3_ACCESS_KEY_ID,
            aws_secret_access_key=S3_SECRET_ACCESS_KEY,
        )

    def objects(self) -> dict[str, bytes]:
        """Content of every object in the bucket, by key."""
        client = self.client()
        contents = {}
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for entry in page.get("Contents", []):
                key = entry["Key"]
                contents[key] = client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return contents

    def delete_bucket(self) -> None:
        """Deletes the bucket with all that is in it, whether the server runs or not."""
        backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        bucket = backend.buckets.get(self.bucket)
        if not isinstance(bucket, FakeBucket):
            return
        for stored in (*bucket.keys.values(), *bucket.multiparts.values()):
            # moto keeps each object in a temporary file.
            stored.dispose()
        bucket.keys.clear()
        backend.delete_bucket(self.bucket)

    def _create_bucket(self) -> None:
        # Plain HTTP: a boto3 client would cost more than the rest of the start.
        connection = HTTPConnection(LOOPBACK, self.port, timeout=30)
        try:
            connection.request("PUT", f"/{self.bucket}")
            response = connection.getresponse()
            said = response.read().decode(errors="replace")
        finally:
            connection.close()
        if response.status != HTTPStatus.OK and "BucketAlreadyOwnedByYou" not in said:
            self.stop()
            raise SkyvernDagsterError(
                f"The demo's S3 server refused the bucket name {self.bucket!r}: {said}. "
                "Use 3 to 63 lower-case letters, digits and hyphens."
            )
