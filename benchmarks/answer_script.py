"""Answers of a model, kept as rules: which prompt gets which answer.

A script is a YAML file. ``workflow`` names one beside it that is run in place of the usual one.
Each of its ``rules`` says to what it answers and what:

``for``
    ``plan`` (the default), ``read`` or ``verify``.
``task``, ``done``, ``page``
    Regular expressions (one, or several that all have to be found) over the task, over what was
    done so far, and over the page. Named groups are known in what follows.
``unless``
    The same over what was done and the page: the rule is no answer where one is found.
``say``
    The answer. ``{name}`` in its texts is what a named group has found; a text that begins with
    ``@`` is a regular expression, and stands for the first ref after what it finds on the page.
``rows``
    For lists: an expression that each row matches, whose named groups are an item; the items stand
    for ``$rows`` in ``say``. With ``date``, a group that is a day written as ``format`` has it,
    only rows from the day ``since`` on count.

The first rule that fits answers. None goes by how many questions there were before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.llm.loopback import ChatRequest

Kind = Literal["plan", "read", "verify"]
_KINDS: dict[str, Kind] = {
    "next_decisions": "plan",
    "extracted_information": "read",
    "verdict": "verify",
}
_PATTERNS = ("task", "done", "page", "unless")
_REF = re.compile(r"\[([a-z0-9]+)\]")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Rows(_Part):
    """What a list on the page gives.

    Attributes:
        each: Matches one row; its named groups are the item's fields.
        date: The group that is a day, if one is.
        form: How that day is written, as ``strptime`` has it.
        since: The first day that counts, as ISO has it; a group's name in braces.
    """

    each: str
    date: str = ""
    form: str = Field(default="%Y-%m-%d", alias="format")
    since: str = ""


class Rule(_Part):
    """One answer, and the prompts that get it."""

    kind: Kind = Field(default="plan", alias="for")
    task: list[str] = []
    done: list[str] = []
    page: list[str] = []
    unless: list[str] = []
    say: Any = None
    rows: Rows | None = None

    def answer(self, prompt: Prompt) -> Any:
        """The answer.

        Raises:
            LookupError: The rule is for other prompts, or what it names isn't on the page.
        """
        found = self._found(prompt)
        if found is None:
            raise LookupError("the rule is for other prompts")
        items = _items(self.rows, found, prompt.page) if self.rows else []
        return _filled(self.say, found, prompt.page, items)

    def _found(self, prompt: Prompt) -> dict[str, str] | None:
        """What the named groups have found; ``None`` where something isn't as it has to be."""
        if prompt.kind != self.kind:
            return None
        groups: dict[str, str] = {}
        for patterns, text in (
            (self.task, prompt.task), (self.done, prompt.done), (self.page, prompt.page),
        ):  # fmt: skip
            for pattern in patterns:
                match = re.search(_put(pattern, groups, quoted=True), text)
                if match is None:
                    return None
                groups.update({key: value or "" for key, value in match.groupdict().items()})
        told = f"{prompt.done}\n{prompt.page}"
        refused = any(re.search(_put(one, groups, quoted=True), told) for one in self.unless)
        return None if refused else groups


class Prompt(_Part):
    """A request, taken apart as the planner's prompts put it together."""

    kind: Kind
    task: str
    done: str
    page: str

    @classmethod
    def of(cls, request: ChatRequest) -> Prompt:
        """What a request holds: rules, task, what was done, page; a reader isn't told the third."""
        texts = request.texts
        done = texts[2] if len(texts) > _DONE + 1 else ""
        return cls(kind=_KINDS[request.schema_name], task=texts[1], done=done, page=texts[-1])


_DONE = 2
"""The place of what was done among a request's messages."""


class AnswerScript(_Part):
    """All rules of one site.

    Attributes:
        workflow: What is run, where that isn't the usual one.
    """

    workflow: Path | None = None
    rules: list[Rule]

    @classmethod
    def load(cls, path: Path) -> AnswerScript:
        """A script off its file.

        Raises:
            ValidationError: It isn't one.
        """
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        named = document.get("workflow")
        return cls.of(document["rules"], path.parent / named if named else None)

    @classmethod
    def of(cls, rules: list[dict[str, Any]], workflow: Path | None = None) -> AnswerScript:
        """A script of rules as they are written; a single pattern may stand without its list.

        Raises:
            ValidationError: They are none.
        """
        listed = [
            {
                key: [value] if key in _PATTERNS and isinstance(value, str) else value
                for key, value in rule.items()
            }
            for rule in rules
        ]
        return cls.model_validate({"workflow": workflow, "rules": listed})

    def __call__(self, request: ChatRequest) -> Any:
        """The answer to a request.

        Raises:
            LookupError: No rule is for it.
        """
        prompt = Prompt.of(request)
        for rule in self.rules:
            try:
                return rule.answer(prompt)
            except LookupError:
                continue
        raise LookupError(f"no rule for: {prompt.task}\n{prompt.done}\n{prompt.page}")


def _put(text: str, groups: Mapping[str, str], *, quoted: bool = False) -> str:
    """A text with what the groups have found in it."""
    for name, value in groups.items():
        text = text.replace("{" + name + "}", re.escape(value) if quoted else value)
    return text


def _filled(value: Any, groups: Mapping[str, str], page: str, rows: list[dict[str, str]]) -> Any:
    match value:
        case dict():
            return {key: _filled(each, groups, page, rows) for key, each in value.items()}
        case list():
            return [_filled(each, groups, page, rows) for each in value]
        case "$rows":
            return rows
        case str() if value.startswith("@"):
            return _ref_after(_put(value[1:], groups, quoted=True), page)
        case str():
            # Prompts write a line break of a field's text as JSON does; a reader reads it as one.
            return _put(value, groups).replace("\\n", "\n")
        case _:
            return value


def _ref_after(pattern: str, page: str) -> str:
    place = re.search(pattern, page)
    ref = _REF.search(page, place.end()) if place else None
    if ref is None:
        raise LookupError(f"nothing on the page is {pattern!r}")
    return ref.group(1)


def _items(rows: Rows, groups: Mapping[str, str], page: str) -> list[dict[str, str]]:
    items = []
    first = _put(rows.since, groups)
    for match in re.finditer(_put(rows.each, groups, quoted=True), page):
        item = {key: value for key, value in match.groupdict().items() if value is not None}
        if rows.date:
            item[rows.date] = (
                datetime.strptime(item[rows.date], rows.form).replace(tzinfo=UTC).date().isoformat()
            )
            if item[rows.date] < first:
                continue
        items.append(item)
    return items
