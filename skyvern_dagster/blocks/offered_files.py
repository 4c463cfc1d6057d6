"""Which files a task is offered for uploading: those of its payload and those of its run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from skyvern_dagster.agent.uploads import MOST_BYTES, OfferedFile
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.run_request import read_request
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.errors import ArtifactError, UploadError

_PAGES = frozenset({"", "html", "htm", "php", "asp", "aspx", "jsp", "do"})
_LONGEST_SUFFIX = 5
"""Characters, as in ``xhtml`` and ``pages``; what follows the last dot of a name is else no kind
of file."""


def offered_files(context: BlockContext, payload: Mapping[str, Any]) -> tuple[OfferedFile, ...]:
    """The files, run's first; an address is a file where its parameter or its suffix says so.

    Of S3, only the bucket that the workflow writes to is read, and for a run that was asked for
    over REST only what runs of its organization have uploaded; of the artifact store, only this
    run's downloads and what the organization gave: a payload may come from anybody.
    """
    files = [
        OfferedFile(each.filename, each.key, each.filename, partial(_read, context, each.key))
        for each in context.files
    ]
    for name, text in _texts(payload, ""):
        if (offered := payload_file(context, name, text)) is not None:
            files.append(offered)
    counts = Counter(each.name for each in files)
    # Of several with one name, the planner is shown where each lies.
    return tuple(
        each if counts[each.name] == 1 else replace(each, name=each.address) for each in files
    )


def payload_file(context: BlockContext, name: str, text: str) -> OfferedFile | None:
    """The file that a text stands for; ``None`` where it is none.

    Args:
        name: What it is called in the payload.
        text: An address, a key of the store, an ``s3://`` URI, or something else.
    """
    base = context.services.artifacts.url("x").removesuffix("/x")
    address = text.strip()
    filename = unquote(urlsplit(address).path.rpartition("/")[2])
    key = address.removeprefix(f"{base}/") if address.startswith(f"{base}/") else address
    key = _linked_key(context, address) or key
    if _is_ours(context, key):
        return OfferedFile(name, address, filename, partial(_read, context, key))
    if address.startswith("s3://"):
        return OfferedFile(name, address, filename, partial(_read_s3, context, address))
    if not address.startswith(("http://", "https://")):
        return None
    is_declared = name.partition(".")[0] in context.file_parameters
    return OfferedFile(name, address) if is_declared or _has_suffix(filename) else None


def _linked_key(context: BlockContext, address: str) -> str | None:
    """What the REST API's link to a file of this organization stands for, wherever the API is."""
    parts = urlsplit(address)
    linked = f"/files/{context.organization_id}/"
    if parts.scheme not in ("http", "https") or not parts.path.startswith(linked):
        return None
    name = unquote(parts.path.removeprefix(linked))
    key = f"organizations/{context.organization_id}/files/{name}"
    try:
        return key if _is_ours(context, key) and context.services.artifacts.exists(key) else None
    except ArtifactError:  # no key that the store could hold
        return None


def _has_suffix(filename: str) -> bool:
    suffix = filename.rpartition(".")[2].lower() if "." in filename else ""
    return suffix not in _PAGES and suffix.isalnum() and len(suffix) <= _LONGEST_SUFFIX


def _is_ours(context: BlockContext, key: str) -> bool:
    places = (
        f"{RunKeys(context.workflow_run_id).shown('downloads')}/",
        f"organizations/{context.organization_id}/files/",
    )
    return key.startswith(places) and ".." not in key.split("/")


def _read(context: BlockContext, key: str) -> bytes:
    return context.services.artifacts.read(key)


def _read_s3(context: BlockContext, uri: str) -> bytes:
    bucket = context.services.s3
    name, _, key = uri.removeprefix("s3://").partition("/")
    if not bucket.bucket or name != bucket.bucket:
        raise UploadError(
            f"{uri} is in another bucket than the one that workflows write to "
            f"({bucket.bucket or 'none is configured'}): give a presigned https address instead"
        )
    if context.trust != "operator" and not _is_of_own_run(context, key):
        raise UploadError(
            f"{uri} was not uploaded by a run of this organization: give a presigned https address "
            "instead"
        )
    return bucket.get(key, MOST_BYTES)


def _is_of_own_run(context: BlockContext, key: str) -> bool:
    """Whether an object is ``<env>/<wr_id>/<name>`` of a run that the organization asked for."""
    folder = f"{context.services.s3.environment}/"
    run_id, _, name = key.removeprefix(folder).partition("/")
    if not key.startswith(folder) or not name or not re.fullmatch(r"[a-z]+_[0-9]+", run_id):
        return False
    if run_id == context.workflow_run_id:
        return True
    asked = read_request(context.services.artifacts, run_id)
    return asked is not None and asked.organization_id == context.organization_id


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Texts by dotted name."""
    match value:
        case str():
            yield name, value
        case Mapping():
            for key, item in value.items():
                yield from _texts(item, f"{name}.{key}" if name else str(key))
        case list() | tuple():
            for index, item in enumerate(value):
                yield from _texts(item, f"{name}.{index}")
        case _:
            return


def file_parameters(parameters: Collection[Any]) -> frozenset[str]:
    """Keys of the parameters whose type says that they are files."""
    return frozenset(
        each.key
        for each in parameters
        if getattr(each, "workflow_parameter_type", "") == "file_url"
    )
