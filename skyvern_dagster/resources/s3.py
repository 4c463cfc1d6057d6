"""The bucket of ``upload_to_s3`` as a Dagster resource, over boto3's S3 client."""

from __future__ import annotations

import os
from typing import Any

import dagster as dg
from pydantic import Field, PrivateAttr

from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.blocks.s3_client import s3_client
from skyvern_dagster.resources.hidden_defaults import HiddenDefaults


class S3BucketResource(HiddenDefaults, dg.ConfigurableResource["S3BucketResource"]):
    """The bucket that ``upload_to_s3`` writes to, reached through boto3.

    dagster-aws's ``S3Resource`` does in its place (docs/how-to/s3.md). The endpoint follows boto3's
    own variables (``AWS_ENDPOINT_URL_S3``, ...) unless it is set.
    """

    bucket: str = Field(default="", description="Empty: SKYVERN_UPLOAD_BUCKET.")
    environment: str = Field(
        default="", description="First part of keys; empty: SKYVERN_ENV, else local."
    )
    endpoint_url: str = ""
    region_name: str = ""

    _client: Any = PrivateAttr(default=None)

    def s3(self) -> S3Bucket:
        """The bucket for blocks."""
        return S3Bucket(
            client=self._made,
            bucket=self.bucket or os.environ.get("SKYVERN_UPLOAD_BUCKET", ""),
            environment=self.environment or os.environ.get("SKYVERN_ENV") or "local",
        )

    def _made(self) -> Any:
        if self._client is None:
            self._client = s3_client(region=self.region_name, endpoint=self.endpoint_url)
        return self._client
