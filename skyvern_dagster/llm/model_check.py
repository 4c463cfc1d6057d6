"""Trying out a model's server: what of that which tasks need works there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, assert_never

from skyvern_dagster.errors import NoFitError, PlannerError
from skyvern_dagster.llm.capabilities import LIMIT_NAMES, Capabilities
from skyvern_dagster.llm.client import ModelClient
from skyvern_dagster.llm.known_servers import capabilities_of
from skyvern_dagster.llm.messages import Message, Question
from skyvern_dagster.llm.outcomes import Refused, TooLong, Unavailable
from skyvern_dagster.llm.settings import ModelSettings
from skyvern_dagster.llm.structured import Document, Misshapen, StructuredOutcome, ask_for
from skyvern_dagster.llm.usage import Usage, price, require_prices
from skyvern_dagster.texts.token_estimate import estimated_tokens

CheckName = Literal["answers", "structured_output", "pictures", "length", "speed", "cost"]
CheckStatus = Literal["ok", "limited", "failed", "skipped"]
"""``limited``: tasks work, with less; ``failed``: they don't."""

PICTURE = Path(__file__).parent / "check_picture.jpg"
_IN_PICTURE = "4711"
_CODE = "heron-52"
_ROOM_IN_CONTEXT = 600
"""Tokens left free of a context that is known: the answer's, and what the estimate is off."""
_BESIDE_PAGE = 3_500
"""Tokens of a planning request besides the page: rules and the answer's form, a task with a schema,
24 steps of history."""
_USUAL_ANSWER = 300
"""Output tokens of a planning answer with a form of five fields."""
_ROW = "{n} | A-{n} | 2024-04-{day:02d} | 7.50 | open | Widget, blue | Vienna |\n"
_SYSTEM = (
    'You are being tried out. Answer with one JSON document: {{"word": "...", "number": 0}}.{more}'
)
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"word": {"type": "string"}, "number": {"type": "integer"}},
    "required": ["word", "number"],
}


@dataclass(frozen=True)
class Finding:
    """What was found out about one thing.

    Attributes:
        name: The thing.
        status: Whether tasks can count on it.
        told: For people: what was found, and what to do.
    """

    name: CheckName
    status: CheckStatus
    told: str


@dataclass(frozen=True)
class ModelReport:
    """What works of one model.

    Attributes:
        role: Its part in tasks: planning, reading, fallback.
    """

    role: str
    model: str
    server: str
    findings: tuple[Finding, ...]

    @property
    def status(self) -> CheckStatus:
        """The worst of what was found."""
        found = {finding.status for finding in self.findings}
        return next((each for each in ("failed", "limited") if each in found), "ok")

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "role": self.role,
            "model": self.model,
            "server": self.server,
            "status": self.status,
            "checks": {
                each.name: {"status": each.status, "told": each.told} for each in self.findings
            },
        }


async def check_models(settings: ModelSettings) -> tuple[ModelReport, ...]:
    """Tries out each model that is configured, one after the other: three requests each.

    Raises:
        PlannerError: The extra ``llm`` is not installed.
    """
    reports = []
    for role, model in settings.models:
        # Of each model alone: what another one can do in its place is said of that one.
        alone = replace(model, reading=None, fallback=None, max_cost_usd=settings.max_cost_usd)
        findings = await _Check(alone).findings()
        reports.append(ModelReport(role or "planning", model.model, model.server, findings))
    return tuple(reports)


@dataclass(frozen=True)
class _Try:
    """One question that was asked."""

    outcome: StructuredOutcome[dict[str, Any]]
    seconds: float

    @property
    def problem(self) -> str:
        """Why there is no answer; empty where there is one."""
        match self.outcome:
            case Document():
                return ""
            case Misshapen() | Refused() | TooLong() | Unavailable():
                return self.outcome.reason
            case _:
                assert_never(self.outcome)

    def said(self, field: str) -> str:
        """What the answer says, folded."""
        if not isinstance(self.outcome, Document):
            return ""
        return str(self.outcome.value.get(field, "")).strip().casefold()

    @property
    def usage(self) -> Usage:
        """What it took."""
        return self.outcome.usage if isinstance(self.outcome, Document) else Usage()


class _Check:
    """The checks of one model."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._client = ModelClient(settings)

    async def findings(self) -> tuple[Finding, ...]:
        first = await self._ask("", 'Answer with the word "heron" and the number 7.')
        if isinstance(first.outcome, Unavailable | Refused | TooLong):
            return (Finding("answers", "failed", first.problem),)
        found = [Finding("answers", "ok", f"after {first.seconds:.1f} s"), self._form(first)]
        if isinstance(first.outcome, Misshapen):
            return tuple(found)
        found.append(await self._pictures())
        long = await self._long()
        found += [self._length(long), self._speed(first, long), self._cost()]
        return tuple(found)

    async def _ask(self, more: str, question: str, image: bytes | None = None) -> _Try:
        messages = (
            Message("system", _SYSTEM.format(more=more)),
            Message("user", question, image),
        )
        began = time.monotonic()
        outcome = await ask_for(self._client, Question(messages, _SCHEMA, "trial"), _read)
        return _Try(outcome, time.monotonic() - began)

    def _form(self, first: _Try) -> Finding:
        known = capabilities_of(self._settings)
        lacks = ", ".join(_left_out(known))
        told = known.output + (f"; asked without what it refuses: {lacks}" if lacks else "")
        if first.problem:
            return Finding("structured_output", "failed", f"{told}: {first.problem}")
        if (first.said("word"), first.said("number")) != ("heron", "7"):
            return Finding(
                "structured_output", "limited", f"{told}; the form is right, what it says isn't"
            )
        return Finding("structured_output", "ok", told)

    async def _pictures(self) -> Finding:
        if self._settings.vision == "off":
            return Finding("pictures", "skipped", "SKYVERN_LLM_VISION is off")
        tried = await self._ask(
            "",
            'Which number stands in the picture? The word is "picture"; without a picture, the '
            "number is 0.",
            PICTURE.read_bytes(),
        )
        if not capabilities_of(self._settings).pictures:
            return Finding(
                "pictures", "limited", "refused; tasks go without (SKYVERN_LLM_VISION=off saves "
                "the attempt)",
            )  # fmt: skip
        if tried.problem:
            return Finding("pictures", "limited", tried.problem)
        if tried.said("number") != _IN_PICTURE:
            return Finding(
                "pictures",
                "limited",
                f"taken, but not seen: it read {tried.said('number')!r} for {_IN_PICTURE!r}; set "
                "SKYVERN_LLM_VISION=off",
            )
        return Finding("pictures", "ok", "seen")

    @property
    def _needed(self) -> int:
        """Tokens of the longest planning request."""
        wanted = self._settings.max_page_tokens + _BESIDE_PAGE
        known = self._settings.context_tokens
        return min(wanted, known - _ROOM_IN_CONTEXT) if known else wanted

    async def _long(self) -> _Try:
        rows, size = [], 0
        for number in range(1, 100_000):
            row = _ROW.format(n=number, day=number % 28 + 1)
            size += estimated_tokens(row)
            rows.append(row)
            if size >= self._needed:
                break
        return await self._ask(
            f' The code word is "{_CODE}".',
            f"{''.join(rows)}\nGive the code word of the beginning as the word, and as the number "
            f"that of the last row.",
        )

    def _length(self, tried: _Try) -> Finding:
        wanted = self._settings.max_page_tokens + _BESIDE_PAGE
        if tried.problem:
            return Finding("length", "failed", tried.problem)
        if tried.said("word") != _CODE:
            return Finding(
                "length",
                "failed",
                f"of a request of {self._needed:,} tokens the beginning was not read: the answer "
                f"gives {tried.said('word')!r} for {_CODE!r}; its context is too short (Ollama: "
                "num_ctx), or the model too weak",
            )
        if self._needed < wanted:
            return Finding(
                "length", "limited",
                f"reads {self._needed:,} tokens; the longest request has {wanted:,}, so that less "
                "of long pages is shown (SKYVERN_LLM_CONTEXT_TOKENS)",
            )  # fmt: skip
        return Finding("length", "ok", f"reads the {self._needed:,} tokens of the longest request")

    def _speed(self, first: _Try, long: _Try) -> Finding:
        told = f"{first.seconds:.1f} s for a short request, {long.seconds:.1f} s for the longest"
        most = self._settings.timeout_seconds
        if long.seconds > most / 2:
            return Finding("speed", "limited", f"{told}, of {most:g} s that a request may take")
        return Finding("speed", "ok", told)

    def _cost(self) -> Finding:
        one = price(self._settings, self._needed, 0, _USUAL_ANSWER)
        if one is None:
            try:
                if self._settings.max_cost_usd:
                    require_prices(self._settings)
            except PlannerError as error:
                return Finding("cost", "failed", str(error))
            return Finding(
                "cost", "skipped", "on no price list; SKYVERN_LLM_INPUT_PRICE_USD and "
                "SKYVERN_LLM_OUTPUT_PRICE_USD say it",
            )  # fmt: skip
        return Finding("cost", "ok", f"${one:.4f} for the longest request")


def _left_out(known: Capabilities) -> Iterator[str]:
    if known.plain_schema:
        yield "parts of JSON Schema"
    if known.limits[:1] != LIMIT_NAMES[:1]:
        yield LIMIT_NAMES[0] if known.limits else "a limit of the answer"
    if not known.temperature:
        yield "temperature"
    if not known.system:
        yield "a system message"
    elif known.alternating:
        yield "messages of one role in a row"


def _read(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict) or not {"word", "number"} <= set(document):
        raise NoFitError('the answer must be {"word": "...", "number": 0}')
    return document
