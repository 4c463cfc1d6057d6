"""The IO manager: what ops hand on, as JSON files in a local folder or in S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, get_args

import dagster as dg
from pydantic import BaseModel, Field, TypeAdapter
from upath import UPath

from skyvern_dagster.artifacts.remote_path import location, write_whole
from skyvern_dagster.errors import ArtifactError
from skyvern_dagster.process.home import io_location
from skyvern_dagster.resources.hidden_defaults import HiddenDefaults

IO_MANAGER = "skyvern_io_manager"
"""Resource key of the IO manager between blocks; a project's own ``io_manager`` stays its own."""


class JsonUPathIOManager(dg.UPathIOManager):
    """Pydantic models as JSON, read back as the type that the op declared."""

    extension = ".json"

    def dump_to_path(self, context: dg.OutputContext, obj: Any, path: UPath) -> None:
        """Writes one output."""
        del context
        text = obj.model_dump_json(indent=1) if isinstance(obj, BaseModel) else json.dumps(obj)
        write_whole(path, text.encode())

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Writes an output; that of a run over several partitions in parts, one for each."""
        keys = context.asset_partition_keys if context.has_asset_partitions else []
        if len(keys) <= 1 or not hasattr(obj, "for_partition"):
            super().handle_output(context, obj)
            return
        folder = self._base_path.joinpath(*context.asset_key.path)
        folder.mkdir(parents=True, exist_ok=True)
        for key in keys:
            path = self.get_path_for_partition(context, folder, key)
            self.dump_to_path(context, obj.for_partition(key), path.with_name(f"{path.name}.json"))
        context.add_output_metadata({"path": dg.MetadataValue.path(str(folder))})

    def load_from_path(self, context: dg.InputContext, path: UPath) -> Any:
        """Reads one output back as what it was.

        Raises:
            ArtifactError: It is damaged, or was written by a version with another shape.
        """
        kind = _model(context)
        text = path.read_text(encoding="utf-8")
        try:
            if kind is not None and text != "null":
                return kind.model_validate_json(text)
            return TypeAdapter(Any).validate_json(text)
        except ValueError as error:
            raise ArtifactError(f"{path} can't be read as {kind or 'JSON'}: {error}") from error


def _model(context: dg.InputContext) -> type[BaseModel] | None:
    """What the input is declared as, or the items of its list or dict; else the output's type."""
    for kind in _declared(context):
        for each in (kind, *get_args(kind)):
            if isinstance(each, type) and issubclass(each, BaseModel):
                return each
    return None


def _declared(context: dg.InputContext) -> Iterator[Any]:
    for side in (context, context.upstream_output):
        if side is not None:
            # An asset that another run has made is known by its key alone.
            with suppress(dg.DagsterInvariantViolationError):
                yield side.dagster_type.typing_type


class SkyvernJsonIOManager(HiddenDefaults, dg.ConfigurableIOManagerFactory[JsonUPathIOManager]):
    """JSON files in a local folder or at any universal-pathlib URL.

    Example:
        .. code-block:: python

            dg.Definitions(resources={"skyvern_io_manager": SkyvernJsonIOManager(base_path="s3://b/runs")})
    """

    base_path: str = Field(
        default="",
        description="Folder or URL; empty for SKYVERN_IO_STORE, else storage/ under DAGSTER_HOME.",
    )

    def create_io_manager(self, context: dg.InitResourceContext) -> JsonUPathIOManager:
        """The manager that Dagster uses."""
        del context
        return JsonUPathIOManager(base_path=location(self.base_path or io_location()))
