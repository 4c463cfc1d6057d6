"""``skyvern-dagster recordings``: how blocks reach their goals, and where they no longer do."""

from __future__ import annotations

import difflib
import json as json_module
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skyvern_dagster.errors import PlannerError

if TYPE_CHECKING:
    from skyvern_dagster.agent.planners.replay.recording import RecordedStep, Recording
    from skyvern_dagster.artifacts.store import ArtifactStore

app = typer.Typer(
    name="recordings",
    help="Look at recorded ways: what is repeated without a model, and where it stopped fitting.",
    no_args_is_help=True,
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="RECORDING", help="WORKFLOW/BLOCK/HOST, or so much of it that one fits."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print machine-readable JSON on stdout.")]


@dataclass(frozen=True)
class _Kept:
    """A recording's file: ``wpid_1/fetch/shop.example``, and its text."""

    name: str
    text: str
    previous: str | None

    @property
    def recording(self) -> Recording:
        from skyvern_dagster.agent.planners.replay.recording import read_recording

        return read_recording(self.text, self.name)


@app.command(name="list")
def list_recordings(
    name: Annotated[
        str, typer.Argument(metavar="[RECORDING]", help="Only those that have this.")
    ] = "",
    json: Json = False,
) -> None:
    """List recordings: steps, what they go by, and where the way before them had stopped fitting.

    Example: `skyvern-dagster recordings list fetch_invoice`
    """
    kept = _found(name)
    if json:
        shown = [{"name": one.name, **one.recording.model_dump(mode="json")} for one in kept]
        typer.echo(json_module.dumps(shown, indent=2, ensure_ascii=False))
        return
    for one in kept:
        typer.echo(_line(one))
    if not kept:
        typer.echo(
            "no recordings: they are made when a task that a model planned completes", err=True
        )


@app.command()
def show(
    name: Name, yaml: Annotated[bool, typer.Option("--yaml", help="Its file.")] = False
) -> None:
    """Show a recording step by step: what is done, to what, and what it was seen to change.

    Example: `skyvern-dagster recordings show wpid_1/fetch_invoice`
    """
    one = _only(name)
    if yaml:
        typer.echo(one.text, nl=False)
        return
    recording = one.recording
    typer.echo(f"{one.name}\n{recording.goal}")
    for number, step in enumerate(recording.steps, start=1):
        for line in _step_lines(number, step):
            typer.echo(line)
    ends = "the rest of a task is read by another planner" if recording.ends == "read" else ""
    told = [ends, f"the way before diverged at {recording.diverged}" if recording.diverged else ""]
    for line in filter(None, told):
        typer.echo(line)


@app.command()
def diff(
    name: Name,
    reviewed: Annotated[
        bool,
        typer.Option("--reviewed", help="Compare with the file in the folder SKYVERN_RECORDINGS."),
    ] = False,
) -> None:
    """Show what changed in a recording when it was mended, and at which step it had diverged.

    Example: `skyvern-dagster recordings diff wpid_1/fetch_invoice`
    """
    one = _only(name)
    before, label = _reviewed(one.name) if reviewed else (one.previous, "previous")
    if before is None:
        raise PlannerError(f"there is no {label} recording of {one.name} to compare with")
    if one.recording.diverged:
        typer.echo(f"diverged at {one.recording.diverged}")
    lines = difflib.unified_diff(
        before.splitlines(), one.text.splitlines(), f"{one.name} ({label})", one.name, lineterm=""
    )
    for line in lines:
        typer.echo(line)


def _reviewed(name: str) -> tuple[str | None, str]:
    folder = os.environ.get("SKYVERN_RECORDINGS", "")
    path = Path(folder) / f"{name}.yaml"
    return (path.read_text("utf-8") if folder and path.is_file() else None), "reviewed"


def _only(name: str) -> _Kept:
    found = _found(name)
    exact = [one for one in found if one.name == name]
    if len(found) != 1 and len(exact) != 1:
        names = ", ".join(one.name for one in found) or "none"
        raise PlannerError(f"RECORDING {name!r} has to be one recording; it is {names}")
    return (exact or found)[0]


def _found(name: str) -> list[_Kept]:
    """The recordings whose name has this, in order of their names."""
    from skyvern_dagster.agent.planners.replay.library import FOLDER, previous_of
    from skyvern_dagster.artifacts.default_store import default_store

    store: ArtifactStore = default_store()
    keys = sorted(key for key in store.keys(f"{FOLDER}/") if key.endswith(".yaml"))
    previous = {previous_of(key): key for key in keys}
    return [
        _Kept(
            key.removeprefix(f"{FOLDER}/").removesuffix(".yaml"),
            store.read(key).decode(),
            store.read(previous_of(key)).decode() if previous_of(key) in keys else None,
        )
        for key in keys
        if key not in previous and name in key
    ]


def _line(one: _Kept) -> str:
    recording = one.recording
    marks = [
        mark
        for mark, set_ in (("pinned", recording.pinned), ("disabled", not recording.enabled))
        if set_
    ]
    by = f"by {', '.join(recording.bound)}" if recording.bound else ""
    diverged = f"diverged at {recording.diverged}" if recording.diverged else ""
    parts = (f"{len(recording.steps)} steps", by, *marks, diverged)
    return "  ".join((one.name, *filter(None, parts)))


def _step_lines(number: int, step: RecordedStep) -> list[str]:
    from skyvern_dagster.agent.planners.replay.elements import in_words

    lines = [f"{number}. at {step.at} ({step.planner})"]
    for action in step.actions:
        where = in_words(action.element) if action.element is not None else ""
        given = ", ".join(f"{key} {value}" for key, value in action.fields.items())
        effect = action.effect
        came = [f"{effect.downloads} file"] if effect.downloads else []
        came += [f"-> {effect.url}"] if effect.url else []
        lines.append("   " + " ".join(filter(None, (action.do, where, given, *came))))
    return lines
