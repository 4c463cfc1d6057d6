"""Request files: JSON or CSV with the parameters of runs, in a folder or under an S3 prefix."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from upath import UPath

from skyvern_dagster.errors import ParameterError
from skyvern_dagster.workflow.definition import WorkflowDefinition
from skyvern_dagster.workflow.values import check_parameters

PROCESSED = "processed"
QUARANTINE = "quarantine"
_SUFFIXES = (".json", ".csv")
REASON = ".reason.txt"
"""What the name of the file with the reason ends with."""


@dataclass(frozen=True)
class Request:
    """One run that a file asks for.

    Attributes:
        key: Digest of the parameters: the same request has the same key, whichever file it is in.
        parameters: Checked against the workflow.
    """

    key: str
    parameters: dict[str, Any]


class RequestFile(Protocol):
    """A file that is waiting."""

    @property
    def name(self) -> str:
        """Its name, without a folder."""
        ...

    def read_bytes(self) -> bytes:
        """What is in it."""
        ...


F = TypeVar("F", bound=RequestFile)


class RequestPlace(Protocol[F]):
    """Where people or systems drop request files."""

    def files(self) -> Iterator[F]:
        """The request files that are waiting, by name."""
        ...

    def done(self, file: F) -> None:
        """Puts a file away whose runs exist."""
        ...

    def quarantine(self, file: F, reason: str) -> None:
        """Puts a file away that can't be understood, with the reason beside it."""
        ...


class RequestFolder:
    """Request files in a folder.

    Args:
        folder: Local folder or any universal-pathlib URL.
        settle_seconds: Files that were changed since are left for the next look: they may still be
            being written.
    """

    def __init__(self, folder: str, *, settle_seconds: float = 2.0) -> None:
        self._folder = UPath(folder)
        self._settle_seconds = settle_seconds

    def files(self) -> Iterator[UPath]:
        """See :class:`RequestPlace`."""
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.iterdir(), key=lambda each: each.name):
            if is_request_name(path.name) and path.is_file():
                age = time.time() - _changed_at(path)
                if age >= self._settle_seconds:
                    yield path

    def done(self, file: UPath) -> None:
        """See :class:`RequestPlace`."""
        _move(file, self._folder / PROCESSED)

    def quarantine(self, file: UPath, reason: str) -> None:
        """See :class:`RequestPlace`."""
        folder = self._folder / QUARANTINE
        moved = _move(file, folder)
        moved.with_name(f"{moved.name}{REASON}").write_text(reason + "\n", encoding="utf-8")


def is_request_name(name: str) -> bool:
    """Whether a file of this name is a request; hidden and unfinished ones are not."""
    return not name.startswith(".") and name.lower().endswith(_SUFFIXES)


def read_requests(content: bytes, name: str, definition: WorkflowDefinition) -> list[Request]:
    """The requests of a file; all of them are good, or none counts.

    A JSON file is one object of parameters or a list of them, a CSV file has the parameters' keys
    in its first row.

    Raises:
        ParameterError: The file can't be read, or a request doesn't fit the workflow; says which.
    """
    rows = _csv_rows(content) if name.lower().endswith(".csv") else _json_rows(content)
    if not rows:
        raise ParameterError("the file asks for nothing")
    requests: dict[str, Request] = {}
    problems = []
    for number, row in enumerate(rows, start=1):
        try:
            parameters = check_parameters(definition, row)
        except ParameterError as error:
            problems.append(f"request {number}: {error}")
            continue
        text = json.dumps(parameters, sort_keys=True, ensure_ascii=False)
        key = hashlib.sha256(text.encode()).hexdigest()
        requests[key] = Request(key, parameters)
    if problems:
        raise ParameterError("\n".join(problems))
    return list(requests.values())


def _json_rows(content: bytes) -> list[dict[str, Any]]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ParameterError(f"this is no JSON: {error}") from error
    rows = data if isinstance(data, list) else [data]
    if not all(isinstance(row, dict) for row in rows):
        raise ParameterError("the file must be an object of parameters, or a list of them")
    return rows


def _csv_rows(content: bytes) -> list[dict[str, Any]]:
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ParameterError(f"this can't be read as CSV: {error}") from error
    for number, row in enumerate(rows, start=1):
        if None in row or None in row.values():
            raise ParameterError(f"request {number} has not as many cells as the first row")
    # An empty cell is a parameter left out: its default holds.
    return [{key.strip(): value for key, value in row.items() if value != ""} for row in rows]


def _changed_at(path: UPath) -> float:
    try:
        return float(path.stat().st_mtime)
    except (OSError, AttributeError, TypeError, ValueError):
        return 0.0


def _move(path: UPath, folder: UPath) -> UPath:
    """Moves a file; where one of its name is there already, under a numbered name."""
    folder.mkdir(parents=True, exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}_{number}{path.suffix}"
    path.rename(target)
    return target
