"""A client of S3 that knows which requests it has made."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.demo.s3_server import S3_ACCESS_KEY_ID, S3_REGION, S3_SECRET_ACCESS_KEY


class Requests:
    """A client that knows which requests it has made."""

    def __init__(self, endpoint_url: str, session: Any = boto3, **overrides: Any) -> None:
        self.made: list[str] = []
        settings: dict[str, Any] = {
            "endpoint_url": endpoint_url,
            "region_name": S3_REGION,
            "aws_access_key_id": S3_ACCESS_KEY_ID,
            "aws_secret_access_key": S3_SECRET_ACCESS_KEY,
            "config": Config(retries={"max_attempts": 1}),
        } | overrides
        self.client = session.client("s3", **settings)
        self.client.meta.events.register("before-call.s3", self._note)

    def _note(self, model: Any, **_: Any) -> None:
        self.made.append(model.name)

    def bucket(self, name: str) -> S3Bucket:
        return S3Bucket(lambda: self.client, name, "staging")
