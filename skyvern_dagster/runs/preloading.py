"""What most runs come to need, imported and compiled before there is one."""

from __future__ import annotations

import contextlib
import gc
import importlib
import mimetypes
from collections.abc import Iterable

PRELOADED = (
    "dagster",
    "dagster._cli.api",
    "dagster._core.storage.sqlite_storage",
    "dagster._core.storage.local_compute_log_manager",
    "dagster._core.storage.root",
    "dagster._core.storage.migration.utils",
    "dagster._core.instance.factory",
    "dagster._core.instance.runs.run_domain",
    "dagster._core.definitions.external_asset",
    "dagster._core.definitions.repository_definition.repository_data_builder",
    "dagster._core.system_config.composite_descent",
    "dagster._core.workspace.autodiscovery",
    "dagster._utils.test.definitions",
    "upath.implementations.local",
    "skyvern_dagster.deployment.code_location",
    "skyvern_dagster.compiler.dagster_internals.kept_sqlite",
    "skyvern_dagster.agent.task_runner",
    "skyvern_dagster.agent.file_page",
    "skyvern_dagster.agent.planners.heuristic.planner",
    "skyvern_dagster.agent.planners.replay.planner",
    "playwright.async_api",
    "playwright._impl.json_pipe",
    "playwright._impl.local_utils",
    "imageio_ffmpeg",
    "httpx2",
    "httpcore2",
    "anyio._backends._asyncio",
    "jsonschema",
    "pypdf",
    "pypdf.filters",
    "boto3.s3.inject",
    "boto3.s3.transfer",
    "dagster_aws.secretsmanager",
)
"""Nothing breaks where one isn't installed, or has another name in some version: a run imports what
it needs by itself."""


def preload(*further: str) -> None:
    """Imports all of it and reads vocabulary and descriptions, in a process that forks others.

    What is there then is no garbage: it isn't looked through in them.

    Args:
        further: More modules.
    """
    gc.disable()
    import_each((*PRELOADED, *further))
    from skyvern_dagster.blocks.s3_client import load_s3_descriptions
    from skyvern_dagster.browser.video import find_ffmpeg
    from skyvern_dagster.compiler.dagster_internals.known_revisions import read_revisions
    from skyvern_dagster.credentials.configured_sources import sources_of_packages
    from skyvern_dagster.reading.concepts import compile_all

    compile_all()
    mimetypes.init()
    read_revisions()
    sources_of_packages()  # each of these two looks through all packages once
    find_ffmpeg()
    with contextlib.suppress(ModuleNotFoundError):
        load_s3_descriptions()
    gc.freeze()
    gc.enable()


def import_each(names: Iterable[str]) -> None:
    """Imports modules; one that isn't there is left out."""
    for name in names:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
