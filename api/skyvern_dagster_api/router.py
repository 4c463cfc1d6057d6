"""Routes that are there with and without a trailing slash, from one declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter


class SlashRouter(APIRouter):
    """Every route with and without a slash (docs/contract.md#general-rules); one is documented."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Adds a route in both forms."""
        super().add_api_route(path, endpoint, **options)
        hidden = {**options, "include_in_schema": False}
        if path.endswith("/"):
            return
        super().add_api_route(f"{path}/", endpoint, **hidden)
