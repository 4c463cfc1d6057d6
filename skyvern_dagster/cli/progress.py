"""Live progress of a run on stderr: a line per block and iteration, and what the agent does now."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from skyvern_dagster.runs.events import ProgressEvent

_MARKS = {
    "completed": "[green]✓[/]",
    "terminated": "[yellow]■[/]",
    "failed": "[red]✗[/]",
    "canceled": "[yellow]■[/]",
}


class ProgressView:
    """Prints finished blocks, and below them the current step where stderr is a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = console.status("starting") if console.is_terminal else None

    def __enter__(self) -> ProgressView:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, event: ProgressEvent) -> None:
        """Shows one event."""
        where = event.op + (
            f" [dim]#{int(_own_index(event.iteration)) + 1}[/]" if event.iteration else ""
        )
        match event.kind:
            case "started":
                self._now(f"{where}")
            case "line":
                self._now(f"{where} · {escape(event.text)}")
            case "retried":
                self._console.print(f"[yellow]↻[/] {where} is tried again", highlight=False)
            case "failed":
                self._console.print(f"[red]✗[/] {where}  {escape(event.text)}", highlight=False)
            case "finished":
                self._finished(where, event)

    def _finished(self, where: str, event: ProgressEvent) -> None:
        if not event.status:
            return
        steps = f"  {event.steps} steps" if event.steps is not None else ""
        seconds = f"  {event.seconds:.1f} s" if event.seconds is not None else ""
        status = "" if event.status == "completed" else f"  {event.status}: {escape(event.text)}"
        mark = _MARKS.get(event.status, "·")
        self._console.print(f"{mark} {where}[dim]{steps}{seconds}[/]{status}", highlight=False)

    def _now(self, text: str) -> None:
        if self._status is not None:
            self._status.update(text)


def _own_index(iteration: str) -> str:
    own = iteration.rpartition("__")[2]
    return own if own.isdecimal() else "0"
