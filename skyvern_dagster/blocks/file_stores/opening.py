"""Opening the store that a block's fields name."""

from __future__ import annotations

import re
from functools import partial
from typing import assert_never

from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.file_stores.azure import AzureStore
from skyvern_dagster.blocks.file_stores.checked_proxy import checked_proxy
from skyvern_dagster.blocks.file_stores.google_drive import DriveFolder
from skyvern_dagster.blocks.file_stores.s3 import S3Store
from skyvern_dagster.blocks.file_stores.sftp import PORT, SftpServer, SftpStore
from skyvern_dagster.blocks.file_stores.store import FileStore
from skyvern_dagster.blocks.google_api import DRIVE_SCOPE, google_client
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.blocks.s3_client import s3_client
from skyvern_dagster.blocks.server_login import check_host, checked_address, secret_text
from skyvern_dagster.blocks.storage_fields import StorageFields, StorageType
from skyvern_dagster.errors import BlockError
from skyvern_dagster.templating.rendering import is_template

_AWS = "amazonaws.com"
_FOLDER = re.compile(r"/folders/([A-Za-z0-9_-]+)")
_AZURE = "blob.core.windows.net"


def open_store(context: BlockContext, fields: StorageFields, kind: StorageType) -> FileStore:
    """The store that a block names; nothing is sent there yet.

    Raises:
        BlockError: A field that it needs is missing, or its address is forbidden.
        SecretError: A secret is missing, or belongs to other hosts.
    """
    match kind:
        case "s3":
            return _s3(context, fields)
        case "sftp":
            return _sftp(context, fields)
        case "azure":
            return _azure(context, fields)
        case "google_drive":
            return _drive(context, fields)
        case _:
            assert_never(kind)


def _needed(context: BlockContext, text: str | None, field: str) -> str:
    value = context.single(text or "", field).strip()
    if not value:
        raise BlockError(f"{field}: the block needs one")
    return value


def _s3(context: BlockContext, fields: StorageFields) -> S3Store:
    bucket = _needed(context, fields.s3_bucket, "s3_bucket")
    endpoint = context.single(fields.endpoint_url or "", "endpoint_url").strip()
    host, proxy = _AWS, ""
    if endpoint:
        address = parse_url(endpoint)
        if address is None or address.scheme not in ("http", "https") or not address.host:
            raise BlockError(f"endpoint_url: {endpoint!r} is no http or https address")
        host = address.host
        check_host(context, host, address.port or 443, "endpoint_url")
        proxy = checked_proxy(context.services.tasks.policy.addresses)
    key_id, secret_key = (
        secret_text(context, text or "", field, host)
        for text, field in (
            (fields.aws_access_key_id, "aws_access_key_id"),
            (fields.aws_secret_access_key, "aws_secret_access_key"),
        )
    )
    if not (key_id and secret_key):
        _check_own_key(context, fields)
    region = context.single(fields.region_name or "", "region_name").strip()
    client = partial(
        s3_client,
        region=region,
        endpoint=endpoint,
        key_id=key_id,
        secret_key=secret_key,
        proxy=proxy,
    )
    return S3Store(S3Bucket(client, bucket))


def _check_own_key(context: BlockContext, fields: StorageFields) -> None:
    """The machine's own key is the operator's: only a place that the operator wrote gets it."""
    places = [text for text in (fields.s3_bucket, fields.endpoint_url) if text]
    is_fixed = not any(is_template(text) or text in context.names for text in places)
    if context.trust == "operator" or (context.trust == "definition" and is_fixed):
        return
    raise BlockError(
        "aws_access_key_id, aws_secret_access_key: a run that was asked for over REST needs a key "
        "of its own for a bucket that it names"
    )


def _sftp(context: BlockContext, fields: StorageFields) -> SftpStore:
    host = _needed(context, fields.sftp_host, "sftp_host")
    port = fields.sftp_port or PORT
    given = {
        name: secret_text(context, text or "", f"sftp_{name}", host)
        for name, text in (
            ("username", fields.sftp_username),
            ("password", fields.sftp_password),
            ("private_key", fields.sftp_private_key),
            ("passphrase", fields.sftp_private_key_passphrase),
        )
    }
    if not given["username"]:
        raise BlockError("sftp_username: the block needs one")
    host_key = re.sub(r"^\S+\s+(?=ssh-|ecdsa-|sk-)", "", _host_key(context, fields, host))
    server = SftpServer(
        host=host,
        address=checked_address(context, host, port, "sftp_host"),
        port=port,
        username=given["username"],
        password=given["password"],
        private_key=_as_key(given["private_key"]),
        passphrase=given["passphrase"],
        host_key=host_key,
    )
    folder = context.single(fields.sftp_remote_path or "", "sftp_remote_path").strip()
    return SftpStore(server, folder)


def _host_key(context: BlockContext, fields: StorageFields, host: str) -> str:
    key = context.single(fields.sftp_host_key or "", "sftp_host_key").strip()
    if not key:
        raise BlockError(
            "sftp_host_key: without the server's public key anybody on the way could take the "
            f"files; `ssh-keyscan {host}` shows it"
        )
    return key


def _as_key(text: str) -> str:
    """A key whose line ends were lost on its way through a variable."""
    return text.replace("\\n", "\n").strip() + "\n" if text else ""


def _azure(context: BlockContext, fields: StorageFields) -> AzureStore:
    account = _needed(context, fields.azure_storage_account_name, "azure_storage_account_name")
    if not re.fullmatch(r"[a-z0-9]{3,24}", account):
        raise BlockError(f"azure_storage_account_name: {account!r} is no name of an account")
    container = _needed(context, fields.azure_blob_container_name, "azure_blob_container_name")
    host = f"{account}.{_AZURE}"
    key = secret_text(
        context, fields.azure_storage_account_key or "", "azure_storage_account_key", host
    )
    if not key:
        raise BlockError("azure_storage_account_key: the block needs one")
    return AzureStore(account, container, key)


def _drive(context: BlockContext, fields: StorageFields) -> DriveFolder:
    given = _needed(context, fields.google_drive_folder_id, "google_drive_folder_id")
    address = _FOLDER.search(given)
    folder = address.group(1) if address else given
    name = "google_credential_id"
    client = google_client(context, fields.google_credential_id, name, DRIVE_SCOPE)
    return DriveFolder(client, folder)
