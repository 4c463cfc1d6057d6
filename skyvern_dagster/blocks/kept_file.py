"""Files that blocks make by themselves: they count as downloads of the run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import PurePosixPath

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.browser.file_content import HEAD_BYTES, content_type_of, safe_name


def keep_files(
    context: BlockContext, label: str, files: Iterable[tuple[str, bytes]]
) -> tuple[StoredFile, ...]:
    """Puts files into the artifact store, as downloads of a block.

    Args:
        label: The block's.
        files: Names and contents; one of several with the same name gets a number.

    Raises:
        ArtifactError: The store refuses one.
    """
    kept: dict[str, StoredFile] = {}
    for given, content in files:
        name = _free_name(safe_name(given, fallback="file"), kept)
        key = RunKeys(context.workflow_run_id).download(context.block_key, name)
        context.services.artifacts.write(key, content)
        kept[name] = StoredFile(
            key=key,
            filename=name,
            content_type=content_type_of(content[:HEAD_BYTES], name),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            block=label,
            iteration=context.iteration,
        )
    return tuple(kept.values())


def _free_name(name: str, taken: dict[str, StoredFile]) -> str:
    path, number, candidate = PurePosixPath(name), 1, name
    while candidate in taken:
        number += 1
        candidate = f"{path.stem}_{number}{path.suffix}"
    return candidate
