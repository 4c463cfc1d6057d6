"""References to files in the artifact store, small enough to travel between ops."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class StoredFile(BaseModel):
    """A downloaded file in the artifact store.

    Attributes:
        key: Where it lies in the store.
        filename: Name for people, S3 keys and attachments.
        content_type: MIME type.
        size: Bytes.
        sha256: Hex digest of the content.
        block: Label of the block that downloaded it.
        iteration: Path of loop indexes, for instance ``"07"`` or ``"2__07"``; empty outside loops.
        item: Digest of the loop's item, the same wherever the item stands; empty outside loops.
        delivery: What an upload or e-mail of it belongs to: the run, or a partition of an asset.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    filename: str
    content_type: str
    size: int
    sha256: str
    block: str = ""
    iteration: str = ""
    item: str = ""
    delivery: str = ""
