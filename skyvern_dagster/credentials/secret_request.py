"""Asking a server for a secret over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from skyvern_dagster.errors import SecretError

# Arbitrary: a server on the same network answers within milliseconds.
SECONDS = 10.0


def get_json(
    server: str, url: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> Any | None:
    """The JSON at an address of the operator; ``None`` where there is nothing (404).

    Args:
        server: What messages call it; neither the address nor the answer is shown.

    Raises:
        SecretError: It can't be asked, or answers something else.
    """
    import httpx2

    try:
        answer = httpx2.get(url, params=dict(query), headers=dict(headers), timeout=SECONDS)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise SecretError(f"{server} can't be asked: {type(error).__name__}") from error
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return None
    if not answer.is_success:
        raise SecretError(f"{server} answered {answer.status_code}")
    try:
        return answer.json()
    except ValueError as error:
        raise SecretError(f"{server} gave an answer that is no JSON") from error
