"""A task, a model that is clumsy at it, and what has to come of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.llm.loopback import ChatRequest
from tests.agent.errand_models import decide
from tests.traps.trap import TODAY, Answer, File, Happened, Trap

_HERE = Path(__file__).parent
_PLACE = re.compile(r"\{(@[^{}]+)\}")
"""Within a text: the ref of what is named."""


class Right(BaseModel):
    """What has to be there in the end; what isn't said isn't looked at.

    Attributes:
        any: Nothing but the ending.
        never: It can't be done there.
        file: What the only file says.
        sent: What one of the forms held.
        without: What none of them held.
        posts: How many forms there were.
        orders: The records that were read.
        read: The data that was read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    any: bool = False
    never: bool = False
    file: list[str] | None = None
    sent: dict[str, str] | None = None
    without: list[str] = []
    posts: int | None = None
    orders: list[dict[str, Any]] | None = None
    read: dict[str, Any] | None = None

    def holds(self, seen: Happened) -> bool:
        """Whether that is so."""
        files, posted, data = seen.files, seen.posted, seen.extracted
        return not self.never and all(
            (
                self.file is None
                or (len(files) == 1 and all(one in files[0] for one in self.file)),
                self.sent is None or any(self.sent.items() <= one.items() for one in posted),
                not any(name in one for name in self.without for one in posted),
                self.posts is None or len(posted) == self.posts,
                self.orders is None
                or (isinstance(data, dict) and data.get("orders") == self.orders),
                self.read is None or data == self.read,
            )
        )


class Slip(BaseModel):
    """One way in which a model is clumsy.

    Attributes:
        answers: What forms are answered with, the first time and every later one, by path.
        says: What the model says, in order; a list is decisions whose refs say which element is
            meant (``@text before it > name``). After that it gives up.
        right: What was asked for.
        solvable: Whether the answers lead to the goal all the same.
        believes: What the model says when it is asked whether the goal is reached.
        claim: The code that it has to end with; empty where none is right.
        steps: How many it may take.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    goal: dict[str, Any]
    pages: dict[str, str]
    files: dict[str, list[str]] = {}
    answers: dict[str, list[str]] = {}
    says: list[Any]
    right: Right
    solvable: bool
    believes: bool = True
    claim: str = ""
    steps: int = 8

    @property
    def trap(self) -> Trap:
        """Its pages, as the site serves them."""
        answers = {path: _answer(bodies) for path, bodies in self.answers.items()}
        files = {path: File(tuple(lines)) for path, lines in self.files.items()}
        goal = Goal(**self.goal, today=TODAY)
        return Trap(
            self.name,
            goal,
            self.pages,
            self.right.holds,
            files=files,
            answers=answers,
            claim=self.claim,
        )

    def script(self) -> Callable[[ChatRequest], Any]:
        """The model."""
        return partial(_said, self, iter(self.says))


def slips(folder: Path = _HERE) -> list[Slip]:
    """All of a folder."""
    texts = [each.read_text(encoding="utf-8") for each in sorted(folder.glob("*.yaml"))]
    return [Slip.model_validate(one) for text in texts for one in yaml.safe_load_all(text)]


def _answer(bodies: list[str]) -> Answer:
    return lambda _, before: bodies[min(before, len(bodies) - 1)]


def _said(slip: Slip, left: Iterator[Any], request: ChatRequest) -> Any:
    if request.schema_name == "verdict":
        return {"complete": slip.believes, "why": "it looks like it"}
    said = next(left, None)
    if said is None:
        return decide({"type": "terminate", "reason": "out of answers"})
    page = next(text for text in reversed(request.texts) if "<page " in text)
    if isinstance(said, str):
        return _PLACE.sub(lambda place: _found(place[1], page), said)
    if not isinstance(said, list):
        return said
    return decide(*({key: _found(each, page) for key, each in one.items()} for one in said))


def _found(value: Any, page: str) -> Any:
    """The ref of an element that is named by ``@name``, or by texts before it as well."""
    if not isinstance(value, str) or not value.startswith("@"):
        return value
    at = 0
    *before, name = [part.strip() for part in value[1:].split(" > ")]
    page = page.partition("<page ")[2]
    for text in before:
        at = page.find(text, at)
        if at < 0:
            raise LookupError(f"{value}: no {text!r} in:\n{page}")
    match = re.search(rf"{re.escape(name)}[^\n\[]*?\[([a-z]+\d\w*)\]", page[at:])
    if match is None:
        raise LookupError(f"{value}: not in:\n{page}")
    return match.group(1)
