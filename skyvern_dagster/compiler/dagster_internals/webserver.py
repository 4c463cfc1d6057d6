"""Dagster's webserver as an application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_LIVE_DATA_MILLISECONDS = 2000
"""How often the UI asks anew for assets; the webserver's own default."""


@contextmanager
def webserver_app(instance: dg.DagsterInstance, workspace: Path) -> Iterator[ASGIApp]:
    """Dagster's webserver as an application, as its own command serves it.

    Args:
        workspace: A ``workspace.yaml``.
    """
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import WorkspaceFileTarget
    from dagster._utils.log import configure_loggers
    from dagster_webserver.app import create_app_from_workspace_process_context
    from dagster_webserver.version import __version__

    configure_loggers()
    target = WorkspaceFileTarget([str(workspace)])
    with WorkspaceProcessContext(instance, target, version=__version__) as context:
        yield create_app_from_workspace_process_context(
            context, live_data_poll_rate=_LIVE_DATA_MILLISECONDS
        )
