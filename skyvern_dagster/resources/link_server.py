"""A small server of the signed links in Dagster's UI, for ``dg dev``: no REST API answers there.

From a page of Dagster's UI a browser opens no ``file://``. So the process that has the code
location answers links on this machine's loopback address, at a port that the home folder keeps:
what is written into metadata today is still opened tomorrow. Whoever has no signed link gets
nothing.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from skyvern_dagster.artifacts.link_signer import PATH, LinkSigner
from skyvern_dagster.artifacts.run_artifact import artifact_of
from skyvern_dagster.artifacts.sent_file import disposition, file_headers
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import AccessError, ArtifactError
from skyvern_dagster.process.home import home_folder

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

PORT_FILE = "links_port"
"""Its name in the home folder."""

_DEV = "DAGSTER_IS_DEV_CLI"
"""What ``dg dev`` and ``dagster dev`` set for all their processes."""
_CODE_SERVER = ("api", "grpc")
"""Of the command line of the process that has a code location."""
_LOOPBACK = "127.0.0.1"
_begun = threading.Lock()
"""Taken by the first who serves, and never given back."""
_RETRY_SECONDS = 2.0
"""The process before this one may still have the port: when a code location is reloaded, the old
one goes on until the new one is up. Arbitrary."""
_PRESIGNED_SECONDS = 3600
"""Of a link of the storage itself, to which a browser is sent on at once. An hour, for videos."""


def local_links_url() -> str:
    """Where links in Dagster's UI lead under ``dg dev``.

    Returns:
        The address; empty elsewhere, and where there is nothing to serve them with.

    Raises:
        OSError: The port can't be kept in the home folder.
    """
    if not os.environ.get(_DEV) or find_spec("starlette") is None or find_spec("uvicorn") is None:
        return ""
    return f"http://{_LOOPBACK}:{_port(home_folder() / PORT_FILE)}"


def has_code_location() -> bool:
    """Whether this process is the one that ``dg dev`` has a code location in."""
    return bool(os.environ.get(_DEV)) and tuple(sys.argv[1:3]) == _CODE_SERVER


def serve_links(store: ArtifactStore, signer: LinkSigner) -> None:
    """Answers links from now on, in a thread that ends with the process; once a process.

    Args:
        store: Where the files lie.
        signer: What signs the links.

    Raises:
        OSError: The port can't be kept in the home folder.
    """
    if not _begun.acquire(blocking=False):
        return
    target, arguments = _run, (links_app(store, signer), _port(home_folder() / PORT_FILE))
    threading.Thread(target=target, args=arguments, name="skyvern-links", daemon=True).start()


def links_app(store: ArtifactStore, signer: LinkSigner) -> Starlette:
    """The application that answers links."""
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    def opened(request: Request) -> Response:
        try:
            return _file(store, signer, request)
        except AccessError as error:
            return PlainTextResponse(str(error), 403)
        except ArtifactError as error:
            return PlainTextResponse(str(error), 404)

    return Starlette(routes=[Route(f"{PATH}/{{artifact_id}}/{{filename}}", opened)])


def _file(store: ArtifactStore, signer: LinkSigner, request: Request) -> Response:
    from starlette.responses import FileResponse, RedirectResponse

    artifact = artifact_of(request.path_params["artifact_id"])
    expires = request.query_params.get("expires", "")
    signature = request.query_params.get("signature", "")
    signer.check(artifact.key, int(expires) if expires.isdecimal() else 0, signature)
    if not store.exists(artifact.key):
        raise ArtifactError(f"{artifact.filename} isn't there: it is being made, or was removed")
    path = store.local_path(artifact.key)
    if path is None:
        return RedirectResponse(store.presigned(artifact.key, _PRESIGNED_SECONDS))
    return FileResponse(
        path,
        media_type=artifact.content_type,
        filename=request.path_params["filename"],
        content_disposition_type=disposition(artifact.content_type),
        headers=file_headers(artifact.content_type),
    )


def _run(app: Starlette, port: int) -> None:
    import uvicorn

    listening = _listening(port)
    while listening is None:
        time.sleep(_RETRY_SECONDS)
        listening = _listening(port)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    server.run(sockets=[listening])


def _listening(port: int) -> socket.socket | None:
    """A socket at the port; ``None`` while somebody else has it."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_LOOPBACK, port))
        listening.listen()
    except OSError:
        listening.close()
        return None
    return listening


def _port(file: Path) -> int:
    """The port of this home, chosen once: that of whichever process asks first."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with socket.socket() as any_free:
            any_free.bind((_LOOPBACK, 0))
            chosen = file.with_name(f"{file.name}.{os.getpid()}")
            chosen.write_text(str(any_free.getsockname()[1]), encoding="ascii")
        try:
            os.link(chosen, file)  # in one piece, and only where there is none
        except FileExistsError:
            pass
        finally:
            chosen.unlink()
    return int(file.read_text(encoding="ascii"))
