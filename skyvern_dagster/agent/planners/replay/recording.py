"""A recording: how a block reached its goal on a site, in a form that people can review."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skyvern_dagster.agent.planners.replay.data_mapping.mapping import DataMapping
from skyvern_dagster.errors import PlannerError


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Element(_Part):
    """An element as a person would describe it; texts may hold ``{{ variables }}``.

    Attributes:
        varies: Whether ``*`` in the name stands for what differs from record to record.
        row: Variables that the table row, list item or card around it shows.
        under: The heading above it.
        inside: The dialog or frame that it is in.
        nth: Which one it was, from 1, of ``among`` that read the same.
    """

    role: str
    name: str = ""
    tag: str = ""
    input_type: str = ""
    url: str = ""
    attributes: dict[str, str] = Field(default_factory=dict)
    varies: bool = False
    row: tuple[str, ...] = ()
    under: str = ""
    inside: str = ""
    nth: int = 1
    among: int = 1


class Effect(_Part):
    """What an action was seen to change.

    Attributes:
        url: Path of the address afterwards, where it changed; ``*`` for a part that varies.
        changes: Whether the page looked different afterwards.
        says: Whether a message came up (an alert, a validation message).
    """

    url: str = ""
    downloads: int = 0
    new_tab: bool = False
    dialog: bool = False
    changes: bool = False
    says: bool = False


class RecordedAction(_Part):
    """One decision: its kind, its element, its other fields, and its effect.

    Attributes:
        reading: How an ``extract`` reads its data off the page.
    """

    do: str
    element: Element | None = None
    to: Element | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    effect: Effect = Field(default_factory=Effect)
    reading: DataMapping | None = None


class RecordedStep(_Part):
    """What was done on one look at a page.

    Attributes:
        at: Path of the address at which it begins.
        planner: Who had the idea.
        pages: Whether it is done on each page of a list: an ``extract``, then the ``click`` that
            leads to the next page, or, where there is none, ``complete``.
    """

    at: str
    planner: str
    pages: bool = False
    actions: tuple[RecordedAction, ...]

    @property
    def turns_page(self) -> bool:
        """Whether it only led to another page of the same list (a path with another query)."""
        return bool(self.actions) and all(
            action.do == "click" and action.effect.url == self.at for action in self.actions
        )


class Recording(_Part):
    """How a block reaches its goal on a site.

    Attributes:
        goal: The block's texts with variables: another goal needs another recording.
        pinned: Set by hand: use it, but never change it.
        enabled: Set by hand to false: neither use nor change it.
        bound: Variables that the actions use.
        values: A digest of each variable's value at the time of recording.
        diverged: Where the recording before this one could not be gone on with: the step, what was
            expected and what was there.
        ends: ``complete``, or ``read``: from there on, a page has to be read by another planner.
    """

    version: Literal[1] = 1
    workflow: str
    block: str
    site: str
    goal: str
    pinned: bool = False
    enabled: bool = True
    bound: tuple[str, ...] = ()
    values: dict[str, str] = Field(default_factory=dict)
    diverged: str = ""
    ends: Literal["complete", "read"] = "complete"
    steps: tuple[RecordedStep, ...]

    @property
    def digest(self) -> str:
        """Tells this state of the recording from others."""
        return hashlib.sha256(self.model_dump_json(include={"steps"}).encode()).hexdigest()[:8]

    def as_yaml(self) -> str:
        """The recording as a file; what is empty is left out."""
        document = _slim(self.model_dump(mode="json"), keep=("pinned", "enabled"))
        text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
        return text


def read_recording(text: str, place: str) -> Recording:
    """Reads a recording's file.

    Raises:
        PlannerError: It isn't one; the message says where it lies and what is wrong.
    """
    try:
        return Recording.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        first = str(error).splitlines()
        raise PlannerError(
            f"recording {place} can't be read ({' '.join(first[:3])}); mend or delete it"
        ) from error


def _slim(value: Any, keep: tuple[str, ...] = ()) -> Any:
    match value:
        case dict():
            slim = {key: _slim(item) for key, item in value.items()}
            empty: tuple[Any, ...] = (None, "", [], {}, False, 0)
            alone = slim.get("among") == 1
            return {
                key: item
                for key, item in slim.items()
                if (key in keep or not any(item is each or item == each for each in empty))
                and not (alone and key in ("nth", "among"))
            }
        case list():
            return [_slim(item) for item in value]
        case _:
            return value
