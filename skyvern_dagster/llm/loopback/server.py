"""The server: a script of replies, and a record of what was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, assert_never
from urllib.parse import urlsplit

from skyvern_dagster.llm.known_servers import forget
from skyvern_dagster.llm.loopback.replies import (
    HangUp,
    HttpError,
    Raw,
    Refusal,
    Reply,
    ReplyScript,
    Says,
    Slow,
    reply_of,
)
from skyvern_dagster.llm.loopback.requests import ChatRequest
from skyvern_dagster.llm.settings import ModelSettings

_CACHE_BLOCK = 128
"""Tokens: OpenAI counts cached ones in steps of 128."""


class ModelServer:
    """Answers ``POST /v1/chat/completions`` on a free loopback port, one reply a request.

    Tokens are counted as characters / 4; what begins like an earlier request counts as cached.
    After the last reply of the script it answers HTTP 500 that says so.

    Args:
        script: Replies in order; more can be added to :attr:`script` at any time.
        otherwise: The reply to every request after those.

    Example:
        >>> from skyvern_dagster.llm.loopback import ModelServer
        >>> with ModelServer([{"decisions": [{"type": "complete"}]}]) as server:
        ...     settings = server.settings()
    """

    def __init__(
        self, script: Iterable[ReplyScript] = (), otherwise: ReplyScript | None = None
    ) -> None:
        self.script: list[ReplyScript] = list(script)
        self._otherwise = otherwise or HttpError(500, "the script has ended")
        self.requests: list[ChatRequest] = []
        self._stopped = threading.Event()
        self._guard = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.model_server = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def __enter__(self) -> ModelServer:
        # Another server may have had this port, with other habits.
        forget(self.url)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def calls(self) -> int:
        """How many requests there were."""
        return len(self.requests)

    def settings(self, **changes: Any) -> ModelSettings:
        """Settings for a client of this server."""
        return ModelSettings(**{"base_url": self.url, "model": "loopback", **changes})

    def reply(self, body: dict[str, Any]) -> tuple[ChatRequest, Reply, int]:
        """Records a request; gives it, its reply, and how many of its tokens were cached."""
        request = ChatRequest(body, time.monotonic())
        with self._guard:
            cached = max((_shared(each, request) for each in self.requests), default=0)
            self.requests.append(request)
            script = self.script.pop(0) if self.script else self._otherwise
        try:
            return request, reply_of(script, request), cached
        except (LookupError, ValueError) as error:
            return request, HttpError(400, f"the script doesn't fit the request: {error}"), cached

    def wait(self, seconds: float) -> None:
        """Waits, unless the server is being stopped."""
        self._stopped.wait(seconds)


def _shared(one: ChatRequest, other: ChatRequest) -> int:
    pairs = zip(one.serialized, other.serialized, strict=False)
    characters = next(
        (at for at, (left, right) in enumerate(pairs) if left != right),
        min(len(one.serialized), len(other.serialized)),
    )
    return characters // 4 // _CACHE_BLOCK * _CACHE_BLOCK


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    model_server: ModelServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients hang up after a time-out; that is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Not a word on standard error."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        if not urlsplit(self.path).path.endswith("/chat/completions"):
            self._error(HttpError(404, f"there is no {self.path} here"))
            return
        request, reply, cached = self.server.model_server.reply(body)
        self._answer(request, reply, cached)

    def _answer(self, request: ChatRequest, reply: Reply, cached: int) -> None:
        match reply:
            case Slow():
                self.server.model_server.wait(reply.seconds)
                self._message(request, {"content": reply.reply.text}, "stop", cached)
            case Says():
                said = {"content": reply.text}
                self._message(request, said, reply.finish, cached, reply.usage)
            case Refusal():
                self._message(request, {"content": None, "refusal": reply.text}, "stop", cached)
            case HttpError():
                self._error(reply)
            case Raw():
                self._json(reply.status, reply.body)
            case HangUp():
                self.close_connection = True
            case _:
                assert_never(reply)

    def _message(
        self,
        request: ChatRequest,
        message: dict[str, Any],
        finish: str,
        cached: int,
        usage: dict[str, Any] | None = None,
    ) -> None:
        sent, received = request.input_tokens, len(message["content"] or "") // 4
        counted = {
            "prompt_tokens": sent,
            "completion_tokens": received,
            "total_tokens": sent + received,
            "prompt_tokens_details": {"cached_tokens": min(cached, sent)},
        }
        self._json(
            200,
            {
                "id": f"chatcmpl-{len(self.server.model_server.requests)}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": request.body.get("model", ""),
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": finish,
                        "message": {"role": "assistant", **message},
                    }
                ],
                "usage": counted if usage is None else usage or None,
            },
        )

    def _error(self, error: HttpError) -> None:
        told = {"message": error.message, "type": "error", "code": error.code or None}
        headers = {} if error.retry_after is None else {"Retry-After": f"{error.retry_after:g}"}
        self._json(error.status, {"error": told}, headers)

    def _json(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
