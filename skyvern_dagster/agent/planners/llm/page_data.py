"""Reading data off a page into the form that a task asks for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, assert_never

from skyvern_dagster.agent.extraction import merge, mismatch
from skyvern_dagster.agent.planner import PlanRequest
from skyvern_dagster.agent.planners.llm.conversation import Conversation
from skyvern_dagster.agent.planners.llm.data_schema import schema_of
from skyvern_dagster.agent.planners.llm.evidence import not_on_page, unfounded
from skyvern_dagster.agent.planners.llm.left_out_rows import left_out
from skyvern_dagster.agent.planners.llm.placed_values import misplaced
from skyvern_dagster.agent.planners.llm.untold_names import untold_name
from skyvern_dagster.errors import NoFitError
from skyvern_dagster.llm.client import ModelClient
from skyvern_dagster.llm.messages import Question
from skyvern_dagster.llm.outcomes import Refused, TooLong, Unavailable
from skyvern_dagster.llm.structured import Document, Misshapen, ask_for
from skyvern_dagster.llm.usage import Usage
from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.texts.token_estimate import token_weight

_WHOLE_PAGE = 1_000_000
"""Tokens: more than any page has, so that nothing is trimmed and the parts below are all of it."""
_MOST_PARTS = 40
"""A bound on the requests for one page; the last part takes what is left."""
_TRIMMINGS = 3
"""Halved twice, a budget is a quarter: servers that refuse that much have windows too small for
the rest of the prompt, too."""
_QUESTION = "Read the data that the task asks for off this page. Answer with the JSON document."
_PART = (
    "This is part {part} of {parts} of the page. Read what this part shows of the data that the "
    "task asks for; the parts are put together afterwards. Answer with the JSON document."
)


@dataclass(frozen=True)
class ReadData:
    """Data that was read, or why there is none.

    Attributes:
        problem: Why the data can't be used; ``None`` when it can.
        infrastructure: Whether that is because nobody could be asked.
        doubtful: Values that stand nowhere on the page, one sentence each.
        note: That another model than the first one has read, and why.
    """

    data: Any = None
    usage: Usage = field(default_factory=Usage)
    problem: str | None = None
    retryable: bool = True
    infrastructure: bool = False
    doubtful: tuple[str, ...] = ()
    note: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know about it."""
        return (*self.doubtful, self.note) if self.note else self.doubtful


def fitting(data: Any, request: PlanRequest) -> ReadData | None:
    """Data that came with a decision, where it fits its schema."""
    schema = schema_of(request.goal.data_schema)
    # An empty list is an answer, an object without a field is none.
    if data in (None, {}) or mismatch(data, schema) is not None:
        return None
    if _unlike(data, schema) or _not_founded(data, request) or left_out(data, request):
        return None
    return ReadData(data, doubtful=not_on_page(data, request.observation))


async def read_page(client: ModelClient, request: PlanRequest) -> ReadData:
    """Reads the whole page, in parts where it is long; one repair request for each part."""
    budget = client.settings.max_page_tokens
    too_long = ""
    for _ in range(_TRIMMINGS):
        reading = await _read_parts(client, request, budget)
        if isinstance(reading, ReadData):
            return reading
        too_long = reading.reason
        budget //= 2
    return ReadData(problem=too_long, retryable=False)


async def _read_parts(client: ModelClient, request: PlanRequest, budget: int) -> ReadData | TooLong:
    conversation = Conversation(request, _WHOLE_PAGE)
    parts = _parts(conversation.page.text, budget)
    schema = schema_of(request.goal.data_schema)
    whole = ReadData()
    for number, text in enumerate(parts, start=1):
        asked = _QUESTION if len(parts) == 1 else _PART.format(part=number, parts=len(parts))
        question = Question(conversation.reading(text, asked), schema, "extracted_information")
        held_to = partial(_held_to, schema, request, is_whole=len(parts) == 1)
        outcome = await ask_for(client, question, held_to)
        match outcome:
            case Document():
                whole = ReadData(
                    merge(whole.data, outcome.value),
                    whole.usage + outcome.usage,
                    note=outcome.note or whole.note,
                )
            case Misshapen():
                reason = f"the data that was read doesn't fit: {outcome.reason}"
                return ReadData(usage=whole.usage + outcome.usage, problem=reason)
            case Refused():
                usage = whole.usage + outcome.usage
                return ReadData(usage=usage, problem=outcome.reason, retryable=False)
            case TooLong():
                return outcome
            case Unavailable():
                return ReadData(
                    usage=whole.usage,
                    problem=outcome.reason,
                    retryable=outcome.retryable,
                    infrastructure=outcome.infrastructure,
                )
            case _:
                assert_never(outcome)
    return replace(whole, doubtful=not_on_page(whole.data, request.observation))


def _held_to(schema: dict[str, Any], request: PlanRequest, document: Any, *, is_whole: bool) -> Any:
    problem = mismatch(document, schema) or _unlike(document, schema)
    problem = problem or _not_founded(document, request)
    problem = problem or (left_out(document, request) if is_whole else "")
    if problem:
        raise NoFitError(problem, document)
    return document


def _unlike(document: Any, schema: dict[str, Any]) -> str:
    """Whether an answer has none of the fields that are asked for: it is about something else."""
    wanted = schema.get("properties") or {}
    if isinstance(document, dict) and "decisions" in document and "decisions" not in wanted:
        return "the answer is a plan, and no data"
    if isinstance(document, dict) and document and wanted and not wanted.keys() & document.keys():
        return f"the answer has none of the fields {', '.join(wanted)}"
    return ""


def _not_founded(document: Any, request: PlanRequest) -> str:
    """What is wrong with figures that the page doesn't show, where nothing is to be worked out."""
    asked = f"{request.goal.data_extraction_goal} {request.goal.data_schema or ''}"
    if concept("goal.compute").mentioned(asked):
        return ""
    told = unfounded(document, request.observation, request.goal.today)
    told = told or untold_name(document, request.goal, request.observation)
    if told:
        return f"{told}; what the page doesn't show is null"
    return misplaced(document, request)


def _parts(text: str, most: int) -> list[str]:
    """The page's lines in parts, none of more than ``most`` tokens unless one line is."""
    parts: list[list[str]] = [[]]
    size = 0.0
    for line in text.splitlines():
        weight = token_weight(f"{line}\n")
        if parts[-1] and size + weight > most and len(parts) < _MOST_PARTS:
            parts.append([])
            size = 0.0
        parts[-1].append(f"{line}\n")
        size += weight
    return ["".join(part) for part in parts]
