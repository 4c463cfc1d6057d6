"""The ``http_request`` block: one request to a web server, without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel, model_validator

from skyvern_dagster.addresses.http_status import is_error, may_pass
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.block import BlockWarning, LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.document_check import check_document
from skyvern_dagster.blocks.entry import BlockEntry, FilesEntry
from skyvern_dagster.blocks.given_file import given_file
from skyvern_dagster.blocks.http_message import METHODS, body_of, encoded, is_shown, take_secrets
from skyvern_dagster.blocks.kept_file import keep_files
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.web_address import request_address
from skyvern_dagster.blocks.web_client import WebAnswer, WebRequest, exchange
from skyvern_dagster.browser.file_content import name_from_response, safe_name, with_suffix
from skyvern_dagster.credentials.reference import references_in
from skyvern_dagster.errors import BlockError
from skyvern_dagster.templating.rendering import is_template
from skyvern_dagster.templating.value_shape import ValueShape, object_of

MOST_BYTES = 100_000_000
"""Of an answer. It passes through this process's memory; Skyvern's limit is five times that."""


class HttpOutput(RootModel[dict[str, Any]]):
    """Status, headers and body of the answer, and what was asked."""


_OUTPUT_FIELDS = (
    "status_code", "response_headers", "response_body", "request_method", "request_url",
    "request_headers", "request_body", "headers", "body", "url", "downloaded_file", "error",
    "error_type",
)  # fmt: skip
"""Of an answer, of a file that it was, and of a request without one."""


class HttpRequestBlock(LeafBlock):
    """Sends a request to a web server, and gives its answer."""

    example: ClassVar[str] = """\
block_type: http_request
label: book
method: POST
url: https://ledger.example/api/entries
headers: {Authorization: "Bearer {{ ledger_key }}"}
body: {total: "{{ total }}"}
"""
    key_fields: ClassVar[tuple[str, ...]] = ("url",)
    template_fields: ClassVar[tuple[str, ...]] = ("headers", "body", "files", "download_filename")
    kind: ClassVar[str] = "http"
    output_type: ClassVar[type[BaseModel]] = HttpOutput
    entry_base: ClassVar[type[BlockEntry]] = FilesEntry

    block_type: Literal["http_request"]
    method: str = Field(default="GET", description="GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS.")
    url: str | None = Field(default=None, description="http or https.")
    headers: dict[str, str] = Field(default_factory=dict)
    body: dict[str, Any] | None = Field(
        default=None, description="Sent as JSON, or as the Content-Type among the headers says."
    )
    files: dict[str, str] = Field(
        default_factory=dict, description="Name of a form's field -> a file of the run, or a URL."
    )
    timeout: int = Field(default=30, ge=1, le=600, description="Seconds, for the whole exchange.")
    follow_redirects: bool = True
    download_filename: str | None = Field(
        default=None, description="Name of the file that the answer is kept as."
    )
    save_response_as_file: bool = Field(
        default=False, description="Keep the answer as a download of the run."
    )
    secret_response_paths: list[str] = Field(
        default_factory=list,
        description="Dotted paths of values in a JSON answer that are secret: shown nowhere.",
    )
    parameter_keys: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _file_or_secrets(self) -> HttpRequestBlock:
        if self.save_response_as_file and self.secret_response_paths:
            raise ValueError("secret_response_paths and save_response_as_file exclude each other")
        return self

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """A method that there isn't."""
        method = fields.get("method")
        if isinstance(method, str) and method and method.strip().upper() not in METHODS:
            message = f"{method!r} is no method of a request: the block will fail"
            yield BlockWarning(("method",), message, f"one of {', '.join(METHODS)}")

    def describe(self) -> str:
        """What it asks."""
        return f"{self.method.upper()} {self.url}"

    @property
    def only_reads(self) -> bool:
        """What a GET or HEAD asks for, it doesn't change (RFC 9110, 9.2.1)."""
        return self.method.upper() in ("GET", "HEAD")

    def summary(self) -> str:
        """What it asks."""
        return f"{self.method.upper()} {self.url}"

    @classmethod
    def output_shape(cls, fields: Mapping[str, Any]) -> ValueShape:
        """What an answer gives; of its body nothing is known."""
        del fields
        return object_of(_OUTPUT_FIELDS)

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """Why there was no answer."""
        return {"error": reason, "error_type": "BlockError"}

    def run(self, context: BlockContext) -> BlockOutcome:
        """Sends the request.

        Raises:
            BlockError: It can't be rendered or sent, its address is forbidden, or there was no
                answer in time.
            SecretError: A secret is missing, or belongs to other hosts.
        """
        shown = self._shown(context)
        request = self._request(context, shown)
        answer = exchange(
            request,
            context.services.tasks.policy,
            seconds=self.timeout,
            most_bytes=MOST_BYTES,
            follow_redirects=self.follow_redirects,
        )
        context.log(f"{shown['request_method']} {answer.url.partition('?')[0]}: {answer.status}")
        return self._outcome(context, shown, answer)

    def _shown(self, context: BlockContext) -> dict[str, Any]:
        """The request with secrets as references, for the output."""
        method = self.method.strip().upper()
        if method not in METHODS:
            raise BlockError(f"method: {self.method!r} is none of {', '.join(METHODS)}")
        url = request_address(context.single(self.url or "", "url").strip())[0]
        return {
            "request_method": method,
            "request_url": url,
            "request_headers": {
                name: context.rendered(text, "headers") for name, text in self.headers.items()
            },
            "request_body": _rendered(context, self.body),
        }

    def _request(self, context: BlockContext, shown: dict[str, Any]) -> WebRequest:
        url, headers, body = (
            shown[name] for name in ("request_url", "request_headers", "request_body")
        )

        site = request_address(url)[1]

        def revealed(value: Any) -> Any:
            return _revealed(context, value, site)

        files = {
            name: given_file(context, text, f"files.{name}") for name, text in self.files.items()
        }
        content, sent = encoded(revealed(body), files, revealed(headers))
        holds_secret = bool(references_in(json.dumps([url, headers, body], default=str)))
        return WebRequest(shown["request_method"], revealed(url), sent, content, holds_secret)

    def _outcome(
        self, context: BlockContext, shown: dict[str, Any], answer: WebAnswer
    ) -> BlockOutcome:
        is_file = self.save_response_as_file or bool(self.download_filename)
        is_file = not is_error(answer.status) and (is_file or not is_shown(answer))
        files = self._kept(context, answer) if is_file else ()
        body = None if files or not is_shown(answer) else body_of(answer)
        for secret in take_secrets(body, self.secret_response_paths) if body is not None else ():
            context.vault.redactor.add(secret)
        output = {
            "status_code": answer.status,
            "response_headers": dict(answer.headers),
            "response_body": body,
            **shown,
            "headers": dict(answer.headers),
            "body": body,
            "url": answer.url,
            **({"downloaded_file": files[0].filename} if files else {}),
        }
        failed = is_error(answer.status)
        return BlockOutcome(
            status="failed" if failed else "completed",
            output=output,
            failure_reason=f"HTTP {answer.status} from {answer.url.partition('?')[0]}"
            if failed
            else None,
            retryable=may_pass(answer.status),
            files=files,
        )

    def _kept(self, context: BlockContext, answer: WebAnswer) -> tuple[StoredFile, ...]:
        given = context.rendered(self.download_filename or "", "download_filename").strip()
        said = name_from_response(answer.url, answer.headers.get("content-disposition", ""))
        check_document(safe_name(given or said), answer.body, answer.content_type)
        name = with_suffix(safe_name(given or said), answer.content_type)
        files = keep_files(context, self.label, [(name, answer.body)])
        context.log(f"kept the answer as {files[0].filename} ({files[0].size} bytes)")
        return files


def _rendered(context: BlockContext, value: Any) -> Any:
    """A body with its templates in place; one that is a value keeps its type."""
    match value:
        case str():
            return context.value(value, "body") if is_template(value) else value
        case dict():
            return {key: _rendered(context, item) for key, item in value.items()}
        case list():
            return [_rendered(context, item) for item in value]
        case _:
            return value


def _revealed(context: BlockContext, value: Any, url: str) -> Any:
    """A value with its secrets, for sending it to an address."""
    match value:
        case str():
            return context.vault.type_out(value, page_url=url, home_url=url)
        case dict():
            return {key: _revealed(context, item, url) for key, item in value.items()}
        case list():
            return [_revealed(context, item, url) for item in value]
        case _:
            return value
