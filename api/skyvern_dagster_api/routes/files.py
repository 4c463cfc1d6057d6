"""Files that clients give to the shim, for workflows to use (``file_url`` parameters)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from fastapi import File, HTTPException, Request, UploadFile
from fastapi.responses import FileResponse, RedirectResponse, Response

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.ids import new_id
from skyvern_dagster.process.clock import utc_now
from skyvern_dagster_api.auth import CallerDependency, ShimDependency
from skyvern_dagster_api.errors import ERRORS, NOT_FOUND
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.run_options import base_url
from skyvern_dagster_api.schemas.answers import Deleted, UploadedAnswer

MOST_BYTES = 10 * 1024 * 1024
"""Larger ones are refused with 413 (docs/contract.md#limits)."""

router = SlashRouter(tags=["files"], responses=ERRORS)

_TOO_LARGE: dict[int | str, dict[str, object]] = {413: {"description": "Larger than 10 MB."}}


def upload_file(
    request: Request,
    parts: ShimDependency,
    caller: CallerDependency,
    file: Annotated[UploadFile, File(description="At most 10 MB.")],
) -> UploadedAnswer:
    """Keeps a file in the artifact store, and gives a link to it that expires."""
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise HTTPException(413, "The file is larger than 10 MB")
    file_id = new_id("f")
    name = re.sub(r"[^\w.-]+", "_", (file.filename or "file").rpartition("/")[2])[-120:] or "file"
    key = _key(caller.organization_id, file_id, name)
    parts.store.write(key, content)
    link = parts.links(base_url(request)).uploaded(file_id, name, caller.organization_id, key)
    return UploadedAnswer(
        s3_uri=parts.store.url(key),
        presigned_url=link,
        file_id=file_id,
        expires_at=utc_now() + timedelta(seconds=parts.settings.link_seconds),
    )


for path in ("/api/v1/upload_file", "/v1/upload_file"):
    router.add_api_route(
        path, upload_file, methods=["POST"], summary="Give a file", responses=_TOO_LARGE
    )


@router.delete("/v1/files/{file_id}", summary="Delete a file", responses=NOT_FOUND)
def delete_file(file_id: PathId, parts: ShimDependency, caller: CallerDependency) -> Deleted:
    """Forgets a file; links to it are void."""
    keys = _keys(parts.store, caller.organization_id, file_id)
    if not keys:
        raise ArtifactError(f"File not found {file_id[:200]}")
    for key in keys:
        parts.store.delete(key)
    return Deleted()


@router.get("/files/{organization_id}/{file_id}/{filename}", include_in_schema=False)
def open_file(
    organization_id: PathId,
    file_id: PathId,
    filename: str,
    expires: int,
    signature: str,
    parts: ShimDependency,
) -> Response:
    """A file that was given, by its signed link."""
    key = _key(organization_id, file_id, filename)
    parts.signed_links.signer.check(key, expires, signature)
    path = parts.store.local_path(key)
    if not parts.store.exists(key):
        raise ArtifactError(f"File not found {file_id[:200]}")
    if path is None:
        return RedirectResponse(parts.store.presigned(key, parts.settings.link_seconds))
    return FileResponse(path, filename=filename, headers={"X-Content-Type-Options": "nosniff"})


def _key(organization_id: str, file_id: str, name: str) -> str:
    return f"organizations/{organization_id}/files/{file_id}/{name}"


def _keys(store: ArtifactStore, organization_id: str, file_id: str) -> list[str]:
    if not re.fullmatch(r"f_\d+", file_id):
        return []
    return list(store.keys(f"organizations/{organization_id}/files/{file_id}"))
