"""Where a block's files were, the last time that a page has shown it: a guess for its next run.

Nothing is believed for it. A run asks there early, and takes what it got once one of its own
iterations has shown that files are still there (see :mod:`~skyvern_dagster.agent.known_files`).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from skyvern_dagster.agent.task import TaskRequest
from skyvern_dagster.artifacts.key_part import key_part
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError

FOLDER = "file_addresses"
"""What the keys of all addresses begin with."""


class ShownAddress(BaseModel):
    """Where the files of a block's items were on a site.

    Attributes:
        address: With ``{{ variables }}`` of the item.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    address: str


class ShownAddresses:
    """Addresses by workflow, block and site, as recordings lie.

    Args:
        store: Shared by all runs.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store

    def read(self, request: TaskRequest) -> str | None:
        """The address for a task's block and site; ``None`` where none was shown, or is legible."""
        key = _key_of(request)
        if key is None or not self._store.exists(key):
            return None
        try:
            return ShownAddress.model_validate_json(self._store.read(key)).address
        except (ValidationError, ArtifactError):  # it is shown anew
            return None

    def write(self, request: TaskRequest, address: str) -> None:
        """Keeps an address for the runs to come."""
        if (key := _key_of(request)) is not None:
            self._store.write(key, ShownAddress(address=address).model_dump_json().encode())


def _key_of(request: TaskRequest) -> str | None:
    place, site = request.place, urlsplit(request.url or "").netloc
    if not (place.workflow and place.block and site):
        return None
    return "/".join((FOLDER, *map(key_part, (place.workflow, place.block, site)))) + ".json"
