"""The bucket of ``upload_to_s3`` as a Dagster resource, over dagster-aws's S3 client."""

from __future__ import annotations

import os
from typing import Any

import dagster as dg
from pydantic import Field, PrivateAttr

from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.errors import BlockError
from skyvern_dagster.resources.hidden_defaults import HiddenDefaults

_USUAL_RETRIES = 5
"""What dagster-aws sets (``S3Resource.max_attempts``)."""


class S3BucketResource(HiddenDefaults, dg.ConfigurableResource["S3BucketResource"]):
    """The bucket that ``upload_to_s3`` writes to, reached through dagster-aws's ``S3Resource``.

    The endpoint follows boto3's own variables (``AWS_ENDPOINT_URL_S3``, ...) unless it is set.
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
            try:
                from dagster_aws.s3 import S3Resource
            except ModuleNotFoundError as error:
                raise BlockError(
                    "upload_to_s3 needs: pip install 'skyvern-dagster[aws]'"
                ) from error
            self._client = S3Resource(
                endpoint_url=self.endpoint_url or None,
                region_name=self.region_name or None,
                max_attempts=_retries(),
            ).get_client()
        return self._client


def _retries() -> int:
    """How often boto3 tries again: as ``AWS_MAX_ATTEMPTS`` says, which counts the first, too.

    dagster-aws sets a number of its own, so that the variable would have no effect.
    """
    attempts = os.environ.get("AWS_MAX_ATTEMPTS", "")
    return max(0, int(attempts) - 1) if attempts.isdecimal() else _USUAL_RETRIES
