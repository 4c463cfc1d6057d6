"""The S3 bucket that upload blocks write to; a thin layer over the boto3 client it is given."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO

from skyvern_dagster.addresses.http_status import may_pass
from skyvern_dagster.errors import BlockError

_SHA256 = "sha256"
MULTIPART_THRESHOLD = 16 * 1024 * 1024
"""Bytes. Twice boto3's own, so that a document goes in one request. Arbitrary: S3 takes 5 GiB in
one, but what breaks off is sent again as a whole."""


@dataclass(frozen=True)
class S3Bucket:
    """A bucket and the way to reach it.

    Attributes:
        client: Gives the boto3 client; called at the first use (boto3 is an extra).
        bucket: Bucket name; empty when none is configured.
        environment: First part of every key (docs/contract.md#upload-to-s3).
    """

    client: Callable[[], Any]
    bucket: str
    environment: str = "local"

    def holds(self, key: str, sha256: str) -> bool:
        """Whether the object is already there with this content.

        Raises:
            BlockError: S3 can't be reached or refused.
        """
        client = self.client()
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            head = client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if (
                error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
                == HTTPStatus.NOT_FOUND
            ):
                return False
            raise self._refused(key, error) from error
        except BotoCoreError as error:
            raise self._unreachable(error) from error
        return bool(head.get("Metadata", {}).get(_SHA256) == sha256)

    def put(self, key: str, content: bytes | BinaryIO, *, content_type: str, sha256: str) -> str:
        """Stores an object, in parts where it is large.

        Returns:
            Its ``s3://`` URI.

        Raises:
            BlockError: S3 can't be reached or refused.
        """
        client = self.client()
        from boto3.exceptions import S3UploadFailedError
        from boto3.s3.transfer import TransferConfig
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client.upload_fileobj(
                io.BytesIO(content) if isinstance(content, bytes) else content,
                self.bucket,
                key,
                ExtraArgs={"ContentType": content_type, "Metadata": {_SHA256: sha256}},
                Config=TransferConfig(multipart_threshold=MULTIPART_THRESHOLD),
            )
        except (ClientError, S3UploadFailedError) as error:
            raise self._refused(key, error) from error
        except BotoCoreError as error:
            raise self._unreachable(error) from error
        return self.uri(key)

    def get(self, key: str, most_bytes: int) -> bytes:
        """An object's content.

        Raises:
            BlockError: S3 can't be reached or refused, or the object is larger.
        """
        client = self.client()
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            response = client.get_object(Bucket=self.bucket, Key=key)
            if int(response["ContentLength"]) > most_bytes:
                raise BlockError(f"{self.uri(key)} is larger than {most_bytes:,} bytes")
            return bytes(response["Body"].read())
        except ClientError as error:
            raise self._refused(key, error) from error
        except BotoCoreError as error:
            raise self._unreachable(error) from error

    def keys(self, prefix: str, most: int) -> list[str]:
        """The keys of at most so many objects that begin with a prefix, in order.

        Raises:
            BlockError: S3 can't be reached or refused.
        """
        client = self.client()
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            pages = client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix, PaginationConfig={"MaxItems": most}
            )
            return [str(each["Key"]) for page in pages for each in page.get("Contents", [])]
        except ClientError as error:
            raise self._refused(prefix, error) from error
        except BotoCoreError as error:
            raise self._unreachable(error) from error

    def uri(self, key: str) -> str:
        """The object's ``s3://`` URI."""
        return f"s3://{self.bucket}/{key}"

    def _refused(self, key: str, error: Exception) -> BlockError:
        code, status = _answer(error)
        passes = code in _PASSING or may_pass(status)
        return BlockError(
            f"S3 refused {self.uri(key)}: {error}. Check the bucket's name, its region and the "
            "credentials' rights",
            retryable=passes,
        )

    def _unreachable(self, error: Exception) -> BlockError:
        from botocore.exceptions import ConnectionError as BotoConnectionError
        from botocore.exceptions import HTTPClientError, SSLError

        is_network = isinstance(error, BotoConnectionError | HTTPClientError)
        return BlockError(
            f"S3 can't be used for bucket {self.bucket!r}: {error}. Check the bucket's name, the "
            "endpoint (AWS_ENDPOINT_URL_S3), the network and the credentials",
            retryable=is_network and not isinstance(error, SSLError),
        )


_PASSING = frozenset({"InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown"})


def _answer(error: BaseException) -> tuple[str, int]:
    """S3's error code and HTTP status; uploads wrap the client's error in one of their own."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        inner = error.__cause__ or error.__context__
        return _answer(inner) if inner is not None else ("", 0)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return str(response.get("Error", {}).get("Code", "")), int(status)
