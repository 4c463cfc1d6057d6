"""``skyvern-dagster trace``: a task's trace in Playwright's viewer."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import typer

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import RunError


def show_trace(run_id: str, *, block: str, list_only: bool, port: int) -> int:
    """Opens the newest trace of a run, or of one of its blocks, until Ctrl-C.

    Raises:
        RunError: There is no such run, or it has no trace.
    """
    from skyvern_dagster.runs.home import default_store

    store = default_store()
    workflow_run_id = _workflow_run_id(run_id)
    found = traces(store, workflow_run_id, block)
    if not found:
        of_block = f" of block {block!r}" if block else ""
        raise RunError(
            f"run {run_id} has no trace{of_block} in {store.base}; traces are kept unless the "
            "browser resource says trace: false"
        )
    if list_only:
        for name, key in found:
            typer.echo(f"{name}\t{store.url(key)}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = store.local_path(found[-1][1])
        if path is None:
            path = Path(folder) / "trace.zip"
            path.write_bytes(store.read(found[-1][1]))
        return _view(path, port)


def traces(store: ArtifactStore, workflow_run_id: str, block: str = "") -> list[tuple[str, str]]:
    """Block key and artifact key of each trace of a run, oldest first.

    Args:
        store: Where the run's artifacts lie.
        workflow_run_id: Skyvern's id of the run.
        block: A label, or a block key (``label/07``); empty for all.
    """
    root = f"runs/{workflow_run_id}/tasks"
    keys = [key for key in store.keys(root) if key.endswith("/trace.zip")]
    named = [(key.removeprefix(f"{root}/").rpartition("/tsk_")[0], key) for key in keys]
    # Task ids grow with time.
    wanted = [each for each in named if not block or f"{each[0]}/".startswith(f"{block}/")]
    return sorted(wanted, key=lambda each: each[1].rpartition("/tsk_")[2])


def _workflow_run_id(run_id: str) -> str:
    if run_id.startswith(("wr_", "tsk_")):
        return run_id
    from skyvern_dagster.runs.local import skyvern_run_id

    return skyvern_run_id(run_id)


def _view(path: Path, port: int) -> int:
    # With a port, the viewer is a page for any browser; without, it would want Playwright's own.
    command = [sys.executable, "-m", "playwright", "show-trace"]
    process = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port), str(path)])
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        return 0
