"""Files of runs: by id for who has a key, by signed link for who has the link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from skyvern_dagster.artifacts.link_signer import PATH
from skyvern_dagster.artifacts.run_artifact import RunArtifact, artifact_of
from skyvern_dagster.artifacts.sent_file import disposition, file_headers
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.runs.queries import find_record
from skyvern_dagster.runs.removed import kind_of, refuse_removed
from skyvern_dagster_api.artifact_answers import artifact_answers
from skyvern_dagster_api.auth import Caller, CallerDependency, ShimDependency
from skyvern_dagster_api.errors import ERRORS, NOT_FOUND
from skyvern_dagster_api.path_ids import PathId
from skyvern_dagster_api.router import SlashRouter
from skyvern_dagster_api.run_options import base_url
from skyvern_dagster_api.run_queries import facts
from skyvern_dagster_api.schemas.answers import ArtifactAnswer
from skyvern_dagster_api.shim import Shim

router = SlashRouter(prefix="/v1/artifacts", tags=["artifacts"], responses=ERRORS | NOT_FOUND)
signed = APIRouter(prefix=PATH, tags=["artifacts"])

_LATER = ("recording", "trace")
"""Written while the run goes on to its next tasks."""

_FILE: dict[int | str, dict[str, object]] = {
    202: {"description": "A recording or trace that is being made: ask again."},
    200: {"description": "The content.", "content": {"application/octet-stream": {}}},
    206: {"description": "The part of the content that a Range header asked for."},
    307: {"description": "A link of the storage itself."},
}


@router.get("/{artifact_id}", summary="An artifact")
def get_artifact(
    artifact_id: PathId, request: Request, parts: ShimDependency, caller: CallerDependency
) -> ArtifactAnswer:
    """What an artifact is, with a link to its content."""
    artifact = _own(parts, caller, artifact_id)
    run = facts(parts, caller, artifact.run_id)
    answers = artifact_answers(parts, run, parts.links(base_url(request)))
    for answer in answers:
        if answer.artifact_id == artifact_id:
            return answer
    refuse_removed(parts.store, artifact.run_id, kind_of(artifact.artifact_type))
    raise ArtifactError(f"Artifact not found {artifact_id[:200]}")


@router.get(
    "/{artifact_id}/content", summary="An artifact's content", response_class=Response,
    responses=_FILE,
)  # fmt: skip
def get_artifact_content(
    artifact_id: PathId, parts: ShimDependency, caller: CallerDependency
) -> Response:
    """The file itself."""
    return _content(parts, _own(parts, caller, artifact_id))


@signed.get(
    "/{artifact_id}/{filename}", summary="Open a signed link", response_class=Response,
    responses=_FILE | {403: ERRORS[403], 404: NOT_FOUND[404]},
)  # fmt: skip
def open_link(
    artifact_id: PathId,
    filename: str,
    parts: ShimDependency,
    expires: Annotated[int, Query(ge=0, le=2**53)],
    signature: Annotated[str, Query(max_length=100)],
) -> Response:
    """The file of a link that an answer gave; Range requests are answered, for videos."""
    artifact = artifact_of(artifact_id)
    parts.signed_links.signer.check(artifact.key, expires, signature)
    return _content(parts, artifact, filename)


def _own(parts: Shim, caller: Caller, artifact_id: str) -> RunArtifact:
    """The artifact of an id, if its run is the caller's.

    Raises:
        ArtifactError: There is no such artifact.
        RunNotFoundError: Its run is somebody else's.
    """
    artifact = artifact_of(artifact_id)
    facts(parts, caller, artifact.run_id)
    return artifact


def _is_under_way(parts: Shim, run_id: str) -> bool:
    """Whether a run goes on: its recordings are written when there is time."""
    return not find_record(parts.instance, run_id).dagster_run.is_finished


def _content(parts: Shim, artifact: RunArtifact, filename: str | None = None) -> Response:
    if not parts.store.exists(artifact.key):
        if artifact.artifact_type in _LATER and _is_under_way(parts, artifact.run_id):
            return PlainTextResponse("The file is being made.", 202, {"Retry-After": "2"})
        refuse_removed(parts.store, artifact.run_id, kind_of(artifact.artifact_type))
        raise ArtifactError(f"Artifact not found {artifact.artifact_id[:200]}")
    path = parts.store.local_path(artifact.key)
    if path is None:
        link = parts.store.presigned(artifact.key, parts.settings.link_seconds)
        return RedirectResponse(link)
    kind = artifact.content_type
    return FileResponse(
        path,
        media_type=kind,
        filename=filename or artifact.filename,
        content_disposition_type=disposition(kind),
        headers=file_headers(kind),
    )
