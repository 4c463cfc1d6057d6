"""The file that a field of a block names: one of the run, one that was given, or an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from skyvern_dagster.addresses.http_status import is_error, may_pass
from skyvern_dagster.agent.uploads import MOST_BYTES
from skyvern_dagster.blocks.block import DOWNLOAD_DIRECTORY
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.document_check import check_document
from skyvern_dagster.blocks.offered_files import payload_file
from skyvern_dagster.blocks.upload_to_s3 import select_files
from skyvern_dagster.blocks.web_client import WebRequest, exchange
from skyvern_dagster.browser.file_content import (
    HEAD_BYTES,
    content_type_of,
    name_from_response,
    safe_name,
)
from skyvern_dagster.credentials.reference import references_in
from skyvern_dagster.errors import ArtifactError, BlockError, UploadError

_SECONDS = 120.0
"""For a file as a whole; arbitrary: 50 MB at 3.5 Mbit/s."""


@dataclass(frozen=True)
class GivenFile:
    """A file and its name."""

    name: str
    content: bytes = field(repr=False)
    content_type: str


def given_file(context: BlockContext, text: str, field: str) -> GivenFile:
    """The file that a field means.

    Args:
        text: ``SKYVERN_DOWNLOAD_DIRECTORY/<name>``, the name or key of a download, an ``s3://`` URI
            of the workflow's bucket, an http or https address, or what gives one of these.
        field: The field's name, for messages.

    Raises:
        BlockError: There is no such file, it is too large, or can't be fetched.
    """
    wanted = _named(context.value(text, field)).strip()
    if not wanted:
        raise BlockError(f"{field}: no file is named: {text!r} gives nothing")
    found = _of_run(context, wanted, field) or _of_store(context, wanted, field)
    if found is None:
        if not wanted.lower().startswith(("http://", "https://")):
            names = ", ".join(file.filename for file in context.files) or "nothing"
            raise BlockError(
                f"{field}: {wanted[:200]!r} is no file of this run (it has: {names}) and no "
                f"http or https address; for a download, write {DOWNLOAD_DIRECTORY}/<name>"
            )
        found = fetched(context, wanted, field)
    if len(found.content) > MOST_BYTES:
        raise BlockError(f"{field}: {found.name} is larger than {MOST_BYTES:,} bytes")
    return found


def _named(value: Any) -> str:
    """A name or address as text; of a file as blocks give it, what it is found by."""
    match value:
        case dict():
            keys = ("key", "file_path", "url", "filename")
            return next((str(value[key]) for key in keys if value.get(key)), "")
        case [only]:
            return _named(only)
        case None:
            return ""
        case _:
            return str(value)


def _of_run(context: BlockContext, wanted: str, field: str) -> GivenFile | None:
    is_folder = wanted.rstrip("/") == DOWNLOAD_DIRECTORY
    is_in_folder = wanted.startswith(f"{DOWNLOAD_DIRECTORY}/")
    names = {name for file in context.files for name in (file.filename, file.key)}
    if not (is_folder or is_in_folder or wanted in names):
        return None
    files = select_files(context, wanted, field)
    if not files:
        raise BlockError(f"{field}: the run has downloaded nothing")
    if is_folder and len(files) > 1:
        names_of = ", ".join(file.filename for file in files)
        raise BlockError(f"{field}: the run has several downloads; name one of {names_of}")
    file = files[-1]
    return GivenFile(file.filename, context.services.artifacts.read(file.key), file.content_type)


def _of_store(context: BlockContext, wanted: str, field: str) -> GivenFile | None:
    offered = payload_file(context, field, wanted)
    if offered is None or offered.read is None:
        return None
    try:
        content = offered.read()
    except (UploadError, ArtifactError) as error:
        raise BlockError(f"{field}: {error}") from error
    name = safe_name(offered.filename, fallback="file")
    return GivenFile(name, content, content_type_of(content[:HEAD_BYTES], name))


def fetched(context: BlockContext, url: str, field: str) -> GivenFile:
    """The file at an address.

    Raises:
        BlockError: It can't be fetched, or is a page or an error in the file's place.
    """
    address = context.vault.address(url)
    if references_in(address):
        raise BlockError(f"{field}: a secret can't be part of an address")
    answer = exchange(
        WebRequest("GET", address, {"accept": "*/*"}),
        context.services.tasks.policy,
        seconds=_SECONDS,
        most_bytes=MOST_BYTES,
    )
    if is_error(answer.status):
        raise BlockError(
            f"{field}: HTTP {answer.status} from {address}", retryable=may_pass(answer.status)
        )
    disposition = answer.headers.get("content-disposition", "")
    name = safe_name(name_from_response(answer.url, disposition), fallback="download")
    check_document(name, answer.body, answer.content_type)
    kind = content_type_of(answer.body[:HEAD_BYTES], name, answer.content_type)
    return GivenFile(name, answer.body, kind)
