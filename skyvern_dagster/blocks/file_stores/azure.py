"""A container of Azure Blob Storage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from skyvern_dagster.addresses.http_status import may_pass
from skyvern_dagster.artifacts.s3_patience import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS
from skyvern_dagster.blocks.file_stores.store import MOST_BYTES
from skyvern_dagster.errors import BlockError


@dataclass(frozen=True)
class AzureStore:
    """A container of a storage account."""

    account: str
    container: str
    key: str = field(repr=False)

    def put(self, name: str, content: bytes, content_type: str, sha256: str) -> str:
        """See :class:`FileStore`."""
        client, sdk = self._client()
        blob = client.get_blob_client(name)
        try:
            if blob.exists() and blob.get_blob_properties().metadata.get("sha256") == sha256:
                return str(blob.url)
            settings = sdk.blob.ContentSettings(content_type=content_type)
            blob.upload_blob(
                content, overwrite=True, content_settings=settings, metadata={"sha256": sha256}
            )
        except sdk.AzureError as error:
            raise self._refused(error) from error
        return str(blob.url)

    def names(self, prefix: str, most: int) -> list[str]:
        """See :class:`FileStore`."""
        client, sdk = self._client()
        try:
            found = client.list_blob_names(name_starts_with=prefix)
            return [name for name, _ in zip(found, range(most), strict=False)]
        except sdk.AzureError as error:
            raise self._refused(error) from error

    def get(self, name: str) -> bytes:
        """See :class:`FileStore`."""
        client, sdk = self._client()
        blob = client.get_blob_client(name)
        try:
            if blob.get_blob_properties().size > MOST_BYTES:
                raise BlockError(f"{name} has more than {MOST_BYTES:,} bytes")
            return bytes(blob.download_blob().readall())
        except sdk.AzureError as error:
            raise self._refused(error) from error

    def _client(self) -> tuple[Any, Any]:
        sdk = _load()
        service = sdk.blob.BlobServiceClient(
            f"https://{self.account}.blob.core.windows.net",
            credential=self.key,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retry_total=ATTEMPTS - 1,
        )
        return service.get_container_client(self.container), sdk

    def _refused(self, error: Exception) -> BlockError:
        status = getattr(error, "status_code", None)
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return BlockError(
            f"Azure refused container {self.container!r} of {self.account}: {first}",
            retryable=status is None or may_pass(status),
        )


class _Sdk:
    """What of Azure's packages is used."""

    def __init__(self, blob: Any, error: type[Exception]) -> None:
        self.blob = blob
        self.AzureError = error


def _load() -> _Sdk:
    from importlib import import_module

    try:
        blob = import_module("azure.storage.blob")
        core = import_module("azure.core.exceptions")
    except ModuleNotFoundError as error:
        raise BlockError("Azure needs: pip install 'skyvern-dagster[azure]'") from error
    return _Sdk(blob, core.AzureError)
