"""The boto3 client for S3, with an end to its patience."""

from __future__ import annotations

from typing import Any

from skyvern_dagster.artifacts.s3_patience import s3_patience
from skyvern_dagster.errors import BlockError


def load_s3_descriptions() -> None:
    """Reads what boto3 knows of S3 (2 MB of JSON), for clients that are made later.

    Nothing of accounts, regions or settings is read: those are of whoever makes a client.

    Raises:
        ModuleNotFoundError: The extra ``aws`` is not installed.
    """
    import boto3
    import botocore.session

    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    loader.load_data("endpoints")
    for kind in ("service-2", "endpoint-rule-set-1"):
        loader.load_service_model("s3", kind)
    boto3.setup_default_session(botocore_session=session)


def s3_client(
    *, region: str = "", endpoint: str = "", key_id: str = "", secret_key: str = "", proxy: str = ""
) -> Any:
    """A boto3 client; what is left out is what boto3 finds by itself.

    Args:
        proxy: Connects in its place, where a definition names the endpoint.

    Raises:
        BlockError: The extra ``aws`` is not installed, or a value is malformed.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ModuleNotFoundError as error:
        raise BlockError("S3 needs: pip install 'skyvern-dagster[aws]'") from error
    try:
        return boto3.client(
            "s3",
            region_name=region or None,
            endpoint_url=endpoint or None,
            aws_access_key_id=key_id or None,
            aws_secret_access_key=secret_key or None,
            config=Config(
                **s3_patience(), proxies={"http": proxy, "https": proxy} if proxy else None
            ),
        )
    except (BotoCoreError, ValueError) as error:
        raise BlockError(f"S3 can't be used: {error}") from error
