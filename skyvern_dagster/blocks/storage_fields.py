"""Where files are put or taken from: an S3 bucket, Azure, Google Drive, or an SFTP server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.block import BlockWarning
from skyvern_dagster.blocks.google_api import NO_ACCOUNT, has_account

StorageType = Literal["s3", "azure", "google_drive", "sftp"]
"""The kinds of places that hold files."""

STORAGE_TEXTS = (
    "s3_bucket",
    "aws_access_key_id",
    "aws_secret_access_key",
    "region_name",
    "endpoint_url",
    "azure_storage_account_name",
    "azure_storage_account_key",
    "azure_blob_container_name",
    "google_credential_id",
    "google_drive_folder_id",
    "sftp_host",
    "sftp_username",
    "sftp_password",
    "sftp_private_key",
    "sftp_private_key_passphrase",
    "sftp_remote_path",
    "sftp_host_key",
)
"""Fields of :class:`StorageFields` that may name a parameter, or hold a template."""

_NEEDED = {
    "s3": ("s3_bucket",),
    "azure": ("azure_storage_account_name", "azure_storage_account_key",
              "azure_blob_container_name"),
    "google_drive": ("google_drive_folder_id",),
    "sftp": ("sftp_host", "sftp_username", "sftp_host_key"),
}  # fmt: skip


class StorageFields(BaseModel):
    """The fields that say where files lie and how to get there."""

    s3_bucket: str | None = Field(default=None, description="Name of the bucket.")
    aws_access_key_id: str | None = Field(default=None, description="Else as boto3 finds it.")
    aws_secret_access_key: str | None = Field(default=None, description="Likewise.")
    region_name: str | None = Field(default=None, description="AWS region.")
    endpoint_url: str | None = Field(
        default=None, description="Address of a store that speaks S3; else AWS."
    )
    azure_storage_account_name: str | None = None
    azure_storage_account_key: str | None = None
    azure_blob_container_name: str | None = None
    google_credential_id: str | None = Field(
        default=None,
        description="Parameter whose secret is a service account's JSON key; else the server's "
        "own (`SKYVERN_GOOGLE_SERVICE_ACCOUNT`).",
    )
    google_drive_folder_id: str | None = Field(
        default=None,
        description="Id, or address, of a folder of a shared drive that the account may write to.",
    )
    sftp_host: str | None = None
    sftp_port: int | None = Field(default=None, ge=1, le=65535, description="22 if left out.")
    sftp_username: str | None = None
    sftp_password: str | None = None
    sftp_private_key: str | None = Field(default=None, description="OpenSSH or PEM.")
    sftp_private_key_passphrase: str | None = None
    sftp_remote_path: str | None = Field(default=None, description="Folder on the server.")
    sftp_host_key: str | None = Field(
        default=None, description="The server's public key, as `ssh-keyscan` shows it; required."
    )


def store_warnings(fields: Mapping[str, Any], kind: str) -> Iterator[BlockWarning]:
    """What a kind of store needs and a block doesn't say."""
    if kind == "google_drive" and not fields.get("google_credential_id") and not has_account():
        message, _, hint = NO_ACCOUNT.partition(": ")
        yield BlockWarning((), message, hint)
    for name in _NEEDED.get(kind, ()):
        if not fields.get(name):
            yield BlockWarning((), f"{name!r} is missing: the block will fail", f"add {name!r}")
