"""The IO manager: what ops hand on, as JSON files in a local folder or in S3."""

from __future__ import annotations

import json
from typing import Any

import dagster as dg
from pydantic import BaseModel, Field, TypeAdapter
from upath import UPath

from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.resources import home_folder


class JsonUPathIOManager(dg.UPathIOManager):
    """Pydantic models as JSON, read back as the type that the op declared."""

    extension = ".json"

    def dump_to_path(self, context: dg.OutputContext, obj: Any, path: UPath) -> None:
        """Writes one output."""
        del context
        text = obj.model_dump_json(indent=1) if isinstance(obj, BaseModel) else json.dumps(obj)
        path.write_text(text, encoding="utf-8")

    def load_from_path(self, context: dg.InputContext, path: UPath) -> Any:
        """Reads one output back as what it was.

        Raises:
            ArtifactError: It is damaged, or was written by a version with another shape.
        """
        upstream = context.upstream_output
        kind = (upstream or context).dagster_type.typing_type
        text = path.read_text(encoding="utf-8")
        try:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                return kind.model_validate_json(text)
            return TypeAdapter(Any).validate_json(text)
        except ValueError as error:
            raise ArtifactError(f"{path} can't be read as {kind}: {error}") from error


class SkyvernJsonIOManager(dg.ConfigurableIOManagerFactory[JsonUPathIOManager]):
    """JSON files in a local folder or at any universal-pathlib URL.

    Example:
        .. code-block:: python

            dg.Definitions(resources={"io_manager": SkyvernJsonIOManager(base_path="s3://bucket/runs")})
    """

    base_path: str = Field(
        default="", description="Folder or URL; empty for storage/ under DAGSTER_HOME."
    )

    def create_io_manager(self, context: dg.InitResourceContext) -> JsonUPathIOManager:
        """The manager that Dagster uses."""
        del context
        return JsonUPathIOManager(base_path=UPath(self.base_path or home_folder() / "storage"))
