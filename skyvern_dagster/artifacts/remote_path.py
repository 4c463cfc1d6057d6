"""Locations of universal-pathlib that are given up where their server hangs."""

from __future__ import annotations

import os
from typing import Any

from upath import UPath

from skyvern_dagster.artifacts.s3_patience import ATTEMPTS, s3_patience, write_seconds

S3 = ("s3", "s3a")
"""Protocols of S3."""
LOCAL = ("", "file", "local")
"""Protocols of folders."""


def location(base: str | os.PathLike[str]) -> UPath:
    """A location, through clients that don't wait for ever.

    Raises:
        StorageError: A setting is malformed.
    """
    path: UPath = UPath(base)
    if path.protocol in LOCAL:
        return path
    # What other processes write is seen at once: nothing is listed from memory.
    options: dict[str, Any] = {"use_listings_cache": False}
    if path.protocol in S3:
        options["config_kwargs"] = s3_patience()
    path = UPath(base, **options)
    if path.protocol in S3:
        path.fs.retries = ATTEMPTS  # s3fs's own, each of which is botocore's several
    return path


def write_whole(path: UPath, content: bytes) -> None:
    """Writes a file in one piece.

    Raises:
        OSError: It can't be written, or not in time.
    """
    if path.fs.async_impl:
        path.fs.pipe_file(path.path, content, **in_time(path, len(content)))
    else:
        path.write_bytes(content)


def in_time(path: UPath, size: int) -> dict[str, float]:
    """What ends a write to a store that hangs, for fsspec's methods.

    Time-outs of a connection don't: a client that asks whether it may go on (``Expect:
    100-continue``, as botocore does before a body) waits for the answer without one.
    """
    return {"timeout": write_seconds(size)} if path.fs.async_impl else {}
