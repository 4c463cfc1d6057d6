"""Where it is noted that a message was sent, so that it is sent once.

A run sends it once; resumed with files that the message lacked, it sends another one with those. A
partition sends it once for everything that is attached: made again, it sends
another only when there is something that no earlier message had. The marks are one per partition
and one per attachment, so that a run over several partitions leaves the same ones as a run per
partition.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.upload_to_s3 import delivered_names


@dataclass(frozen=True)
class MailMarks:
    """The marks of one message.

    Attributes:
        places: What is claimed while it is being sent: one per partition that it covers.
        keys: The marks themselves; with all of them there, it need not be sent.
        identity: The same for every attempt at this message.
        files: What is attached.
        follows: Whether an earlier message of the run went without these files.
    """

    places: tuple[str, ...]
    keys: tuple[str, ...]
    identity: str
    files: tuple[StoredFile, ...]
    follows: bool = False

    def are_set(self, store: ArtifactStore) -> bool:
        """Whether everything of the message was sent before."""
        return all(store.exists(key) for key in self.keys)

    def set(self, store: ArtifactStore, record: dict[str, Any]) -> None:
        """Notes that it was sent.

        Raises:
            ArtifactError: The store can't be written.
        """
        for key in self.keys:
            store.write_json(key, {**record, "files": [_digest(file) for file in self.files]})


def mail_marks(context: BlockContext, files: Sequence[StoredFile]) -> MailMarks:
    """The marks of the message of a block with these attachments."""
    if not context.delivers_again:
        return _marks_of_run(context, files)
    label = context.block_key.partition("/")[0]  # a loop's indexes may shift from run to run
    message = f"email/{label}/{context.item or 'message'}"
    covered = context.covers or (context.delivery,)
    names = sorted(delivered_names(context.workflow_run_id, files))
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
    return MailMarks(
        places=tuple(f"deliveries/{each}/{message}" for each in covered),
        keys=(
            *(f"deliveries/{each}/{message}/sent.json" for each in covered),
            *(_of_file(name, message) for name in names),
        ),
        identity=f"{label}/{context.item or 'message'}-{digest}",
        files=tuple(files),
    )


def _marks_of_run(context: BlockContext, files: Sequence[StoredFile]) -> MailMarks:
    store, place = (
        context.services.artifacts,
        RunKeys(context.workflow_run_id).email(context.block_key),
    )
    first = MailMarks((place,), (f"{place}.json",), context.block_key, tuple(files))
    if not first.are_set(store):
        return first
    number, had = 2, _files_of(store.read_json(f"{place}.json"))
    while had is not None and store.exists(f"{place}/{number}.json"):
        had |= _files_of(store.read_json(f"{place}/{number}.json")) or frozenset()
        number += 1
    lacked = tuple(file for file in files if had is not None and _digest(file) not in had)
    if not lacked:
        return first
    key = f"{place}/{number}.json"
    return MailMarks((place,), (key,), f"{context.block_key}-{number}", lacked, follows=True)


def _files_of(record: dict[str, Any]) -> frozenset[str] | None:
    """What a message had; ``None`` where its record doesn't say: then it counts as whole."""
    return frozenset(map(str, record["files"])) if "files" in record else None


def _digest(file: StoredFile) -> str:
    return hashlib.sha256(f"{file.key} {file.sha256}".encode()).hexdigest()[:16]


def _of_file(name: str, message: str) -> str:
    delivery, _, tail = name.rpartition("/")
    return f"deliveries/{delivery}/{message}/{tail.partition('_')[0]}.json"
