"""``skyvern-dagster trace``: a task's trace in Playwright's viewer."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from skyvern_dagster.artifacts.run_keys import RunKeys, traces_in
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import RunError
from skyvern_dagster.process.attended import attended
from skyvern_dagster.runs.stopping import SIGNALS


def show_trace(run_id: str, *, block: str, list_only: bool, port: int) -> int:
    """Opens the newest trace of a run, or of one of its blocks, until Ctrl-C or SIGTERM.

    Raises:
        RunError: There is no such run, or it has no trace.
    """
    from skyvern_dagster.artifacts.default_store import default_store

    store = default_store()
    workflow_run_id = _workflow_run_id(run_id)
    trace_files = traces(store, workflow_run_id, block)
    if not trace_files:
        of_block = f" of block {block!r}" if block else ""
        raise RunError(
            f"run {run_id} has no trace{of_block} in {store.base}; traces are kept unless the "
            "browser resource says trace: false"
        )
    if list_only:
        for name, key in trace_files:
            typer.echo(f"{name}\t{store.url(key)}")
        return 0
    try:
        with _interrupted_by_signals(), tempfile.TemporaryDirectory() as folder:
            path = store.local_path(trace_files[-1][1])
            if path is None:
                path = Path(folder) / "trace.zip"
                path.write_bytes(store.read(trace_files[-1][1]))
            return _view(path, port)
    except KeyboardInterrupt:
        return 0


def traces(store: ArtifactStore, workflow_run_id: str, block: str = "") -> list[tuple[str, str]]:
    """Block key and artifact key of each trace of a run, oldest first.

    Args:
        store: Where the run's artifacts lie.
        workflow_run_id: Skyvern's id of the run.
        block: A label, or a block key (``label/07``); empty for all.
    """
    keys = store.keys(RunKeys(workflow_run_id).shown("tasks"))
    wanted = [
        (parts, key)
        for parts, key in traces_in(keys)
        if not block or f"{parts.block_key}/".startswith(f"{block}/")
    ]
    # Task ids grow with time.
    wanted.sort(key=lambda each: str(each[0].task_id))
    return [(parts.block_key, key) for parts, key in wanted]


def _workflow_run_id(run_id: str) -> str:
    if run_id.startswith(("wr_", "tsk_")):
        return run_id
    from skyvern_dagster.runs.local import skyvern_run_id

    return skyvern_run_id(run_id)


def _view(path: Path, port: int) -> int:
    # With a port, the viewer is a page for any browser; without, it would want Playwright's own.
    command = [sys.executable, "-m", "playwright", "show-trace"]
    command += ["--host", "127.0.0.1", "--port", str(port), str(path)]
    # The viewer's server is a process below this one: both are of one group, and end together.
    with subprocess.Popen(
        attended(command), stdin=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            return process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Whatever ends this process ends it as Ctrl-C does: nothing of it stays."""
    handlers = {each: signal.signal(each, _interrupt) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)


def _interrupt(*_: object) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
