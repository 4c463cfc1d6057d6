"""The files of one task in the artifact store: their names and keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from skyvern_dagster.agent.task import TaskRequest
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.browser.results import DownloadedFile


def store_files(
    store: ArtifactStore, request: TaskRequest, downloads: Sequence[DownloadedFile]
) -> tuple[StoredFile, ...]:
    """Keeps the files that a task has downloaded, each once.

    Raises:
        StorageError: The store can't be used.
    """
    stored: dict[str, StoredFile] = {}
    # A click that was repeated because nothing seemed to come gives the same file again.
    distinct: dict[str, DownloadedFile] = {}
    for file in downloads:
        distinct.setdefault(file.sha256, file)
    for number, file in enumerate(distinct.values(), start=1):
        name = _filename(file.filename, request.download_suffix, number)
        key = RunKeys(request.workflow_run_id).download(request.block_key, name)
        if key in stored:
            path = PurePosixPath(name)
            key = f"{key.removesuffix(name)}{path.stem}_{number}{path.suffix}"
        store.write_file(key, file.path)
        stored[key] = StoredFile(
            key=key,
            filename=PurePosixPath(key).name,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
            block=request.block,
            iteration=request.iteration,
        )
    return tuple(stored.values())


def _filename(name: str, suffix: str | None, number: int) -> str:
    if not suffix:
        return name
    safe = "".join(c if c.isalnum() or c in "-_. " else "_" for c in suffix).strip(" .") or "file"
    extension = PurePosixPath(name).suffix
    numbered = safe if number == 1 else f"{safe}_{number}"
    return numbered if numbered.endswith(extension) else numbered + extension
