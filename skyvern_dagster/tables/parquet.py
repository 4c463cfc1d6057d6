"""The IO manager of tables: Parquet files in a local folder or in S3."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field
from upath import UPath

from skyvern_dagster.artifacts.remote_path import location, write_whole
from skyvern_dagster.process.home import table_location
from skyvern_dagster.resources.hidden_defaults import HiddenDefaults

if TYPE_CHECKING:
    import pandas as pd

PARQUET_IO_MANAGER = "skyvern_parquet_io_manager"
"""Resource key of the IO manager that tables use."""


class ParquetUPathIOManager(dg.UPathIOManager):
    """DataFrames as Parquet, with their types."""

    extension = ".parquet"

    def dump_to_path(self, context: dg.OutputContext, obj: Any, path: UPath) -> None:
        """Writes one table."""
        del context
        written = io.BytesIO()
        obj.to_parquet(written, index=False)
        write_whole(path, written.getvalue())

    def load_from_path(self, context: dg.InputContext, path: UPath) -> pd.DataFrame:
        """Reads one table, with the types that it was written with."""
        import pandas as pd

        del context
        with path.open("rb") as file:
            return pd.read_parquet(file)


class ParquetIOManager(HiddenDefaults, dg.ConfigurableIOManagerFactory[ParquetUPathIOManager]):
    """Parquet files in a local folder or at any universal-pathlib URL.

    Example:
        .. code-block:: python

            resources = {PARQUET_IO_MANAGER: ParquetIOManager(base_path="s3://bucket/tables")}
    """

    base_path: str = Field(
        default="",
        description="Folder or URL; empty for SKYVERN_TABLE_STORE, else tables/ under "
        "DAGSTER_HOME.",
    )

    def create_io_manager(self, context: dg.InitResourceContext) -> ParquetUPathIOManager:
        """The manager that Dagster uses."""
        del context
        return ParquetUPathIOManager(base_path=location(self.base_path or table_location()))
