"""Asking an OpenAI-compatible server; every way in which that can go wrong is an outcome."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from skyvern_dagster.addresses.http_status import is_server_error
from skyvern_dagster.addresses.url import without_logins
from skyvern_dagster.llm.adapting import adapted
from skyvern_dagster.llm.capabilities import Capabilities
from skyvern_dagster.llm.chat_call import chat_call
from skyvern_dagster.llm.connection import Connection, connection, load_sdk
from skyvern_dagster.llm.known_servers import capabilities_of, learn
from skyvern_dagster.llm.messages import Question
from skyvern_dagster.llm.outcomes import Answered, ModelOutcome, Refused, TooLong, Unavailable
from skyvern_dagster.llm.refusal import RequestRefusal, refusal_in, refusal_of
from skyvern_dagster.llm.settings import ModelSettings
from skyvern_dagster.llm.usage import Usage, price
from skyvern_dagster.texts.token_estimate import estimated_tokens, least_tokens

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

_TOO_LONG_CODES = ("context_length_exceeded", "string_above_max_length", "request_too_large")
_TOO_LONG_WORDS = (
    "context length", "context_length", "context window", "maximum context", "too many tokens",
    "prompt is too long", "input is too long", "exceeds the available context", "context size",
    "input token count", "maximum number of tokens allowed", "request too large",
    "reduce the length",
)  # fmt: skip
_TOO_LONG_STATUS = (400, 413, 422, 500)
"""500: LM Studio and older llama.cpp."""
_KEY_WORDS = ("api key not valid", "api_key_invalid", "invalid api key", "incorrect api key")
"""Gemini refuses a key with HTTP 400."""
_WRONG_KEY = (401, 403)
"""HTTP: the key is unknown, or not allowed to use the model."""
_MOST_ADAPTATIONS = 9
"""Each leaves out one more thing, and there are no more: pictures, temperature, two names of the
longest answer, a plainer schema, two ways to ask for JSON, turns, the system message."""
_LONGEST_REASON = 600
"""Characters: what a server says of a refusal, without its stack trace."""
_ROOM_FOR_ANSWER = 300
"""Tokens of a usual answer: a request that leaves less in the context is too long."""
_WORTH_CHECKING = 1_000
"""Tokens below which no server has cut a prompt: Ollama's smallest default context is 2,048."""
_LONGEST_PAUSE = 60.0
"""Seconds between two of the SDK's attempts: it obeys ``Retry-After`` up to a minute."""
_STANDSTILL_SECONDS = 60.0
"""For which a server that gave no answer isn't asked where there is another one; about what it
takes to find out that it still gives none."""

_unavailable_until: dict[tuple[str, str], float] = {}


class ModelClient:
    """Asks one model.

    Time-outs, lost connections, HTTP 429 (after its ``Retry-After``) and HTTP 5xx are repeated
    by the SDK, ``settings.retries`` times. A part of a request that the server says it doesn't take
    is left out of it and of all later ones.

    Args:
        settings: Which model, where.

    Attributes:
        fallback: Whom to ask where this one gives no usable answer.

    Raises:
        PlannerError: The extra ``llm`` is not installed.
    """

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings
        self.fallback = ModelClient(settings.fallback) if settings.fallback else None

    @property
    def name(self) -> str:
        """The model and its server, for people."""
        return f"{self.settings.model} at {self.settings.server}"

    @property
    def stands_still(self) -> bool:
        """Whether the server gave no answer a moment ago."""
        return time.monotonic() < _unavailable_until.get(self._place, 0.0)

    @property
    def _place(self) -> tuple[str, str]:
        return self.settings.base_url, self.settings.model

    async def ask(self, question: Question) -> ModelOutcome:
        """Sends a question and waits for the outcome.

        Raises:
            PlannerError: The extra ``llm`` is not installed.
        """
        too_long = self._beyond_context(question)
        if too_long is not None:
            return too_long
        outcome = await self._outcome(question)
        if isinstance(outcome, Unavailable) and outcome.infrastructure:
            _unavailable_until[self._place] = time.monotonic() + _STANDSTILL_SECONDS
        else:
            _unavailable_until.pop(self._place, None)
        return outcome

    async def _outcome(self, question: Question) -> ModelOutcome:
        open_connection = await connection(self.settings)
        sdk = load_sdk()
        try:
            return await self._ask(sdk, open_connection, question)
        except (sdk.APITimeoutError, TimeoutError):
            seconds = self.settings.timeout_seconds
            return self._unavailable(f"did not answer within {seconds:g} s", retryable=True)
        except sdk.APIConnectionError as error:
            cause = error.__cause__ or error
            return self._unavailable(f"can't be reached: {cause}", retryable=True)
        except sdk.APIError as error:
            return self._unavailable(f"gave no proper answer: {error.message}", retryable=True)
        except ValueError as error:  # an answer that isn't JSON at all
            return self._unavailable(f"gave no proper answer: {error}", retryable=True)

    async def _ask(self, sdk: Any, to: Connection, question: Question) -> ModelOutcome:
        """Asks, each time without what the server has refused, until it takes the request."""
        for attempt in range(_MOST_ADAPTATIONS + 1):
            tried = capabilities_of(self.settings)
            answer = await self._send(sdk, to, question, tried)
            if not isinstance(answer, RequestRefusal):
                return self._read(answer, question)
            if attempt < _MOST_ADAPTATIONS and self._adapts(tried, answer, question):
                continue
            return self._by_refusal(answer)
        raise AssertionError("unreachable: the last attempt is returned")

    async def _send(
        self, sdk: Any, to: Connection, question: Question, capabilities: Capabilities
    ) -> ChatCompletion | RequestRefusal:
        call = chat_call(question, self.settings, capabilities)
        try:
            # The SDK's own timeout begins anew with every byte: a server that sends a space every
            # few seconds would never be given up.
            async with asyncio.timeout(self._longest):
                answer: ChatCompletion = await to.client.chat.completions.create(**call)
        except sdk.APIStatusError as error:
            return refusal_of(error)
        return refusal_in(answer) or answer

    @property
    def _longest(self) -> float:
        """Seconds for a request with the repetitions that the SDK makes of it."""
        retries = self.settings.retries
        return (retries + 1) * self.settings.timeout_seconds + retries * _LONGEST_PAUSE

    def _adapts(self, tried: Capabilities, refusal: RequestRefusal, question: Question) -> bool:
        """Whether the request can be made again without what was refused of it."""
        if capabilities_of(self.settings) != tried:
            # Somebody who asked at the same time has learnt it already.
            return True
        changed = adapted(
            tried,
            refusal,
            pictures=tried.pictures and any(message.image for message in question.messages),
            temperature=tried.temperature and self.settings.temperature is not None,
        )
        if changed is None:
            return False
        learn(self.settings, changed)
        return True

    def _read(self, answer: ChatCompletion, question: Question) -> ModelOutcome:
        # The SDK doesn't hold servers to its own types.
        choices = getattr(answer, "choices", None)
        if not choices or getattr(choices[0], "message", None) is None:
            return self._unavailable("answered without a message", retryable=True)
        message, finish = choices[0].message, choices[0].finish_reason
        text = message.content or ""
        usage = self._usage(answer, question, text)
        if refusal := getattr(message, "refusal", None):
            return Refused(f"the model refused: {refusal[:300]}", usage)
        if finish == "content_filter":
            return Refused("the model's content filter stopped the answer", usage)
        cut = self._cut_in_silence(answer, question)
        if cut is not None:
            return cut
        return Answered(text, usage, cut_off=finish == "length")

    def _usage(self, answer: ChatCompletion, question: Question, text: str) -> Usage:
        told = answer.usage
        if told is None:
            # Budgets hold for servers that don't count, too.
            sent, received = estimated_tokens(question.text), estimated_tokens(text)
            return Usage(sent, received, price(self.settings, sent, 0, received) or 0.0, calls=1)
        details = getattr(told, "prompt_tokens_details", None)
        cached = (getattr(details, "cached_tokens", None) or 0) if details else 0
        sent, received = told.prompt_tokens or 0, told.completion_tokens or 0
        cost = getattr(told, "cost", None)  # OpenRouter says what it takes
        if not isinstance(cost, int | float) or isinstance(cost, bool):
            cost = price(self.settings, sent, cached, received) or 0.0
        return Usage(sent, received, float(cost), cached, calls=1)

    def _cut_in_silence(self, answer: ChatCompletion, question: Question) -> TooLong | None:
        """Ollama and LM Studio cut what is longer than the context, and answer all the same."""
        read = getattr(answer.usage, "prompt_tokens", None) or 0
        least = least_tokens(question.text)
        if not 0 < read < least or least < _WORTH_CHECKING:
            return None
        return TooLong(
            self._reason(
                f"has read only {read:,} tokens of about {estimated_tokens(question.text):,}: its "
                "context is too short, and it cuts prompts in silence; raise it (Ollama: "
                "OLLAMA_CONTEXT_LENGTH or num_ctx) and set SKYVERN_LLM_CONTEXT_TOKENS to it"
            )
        )

    def _beyond_context(self, question: Question) -> TooLong | None:
        most = self.settings.context_tokens
        needed = estimated_tokens(question.text) + _ROOM_FOR_ANSWER
        if not most or needed <= most:
            return None
        return TooLong(
            self._reason(
                f"is said to read {most:,} tokens, and the request has about {needed:,}; raise its "
                "context (Ollama: OLLAMA_CONTEXT_LENGTH or num_ctx) and set "
                "SKYVERN_LLM_CONTEXT_TOKENS to it"
            )
        )

    def _by_refusal(self, refusal: RequestRefusal) -> ModelOutcome:
        told, status, code = refusal.message, refusal.status, refusal.code
        if status in _TOO_LONG_STATUS and (
            code in _TOO_LONG_CODES or any(words in refusal.words for words in _TOO_LONG_WORDS)
        ):
            return TooLong(self._reason(f"says that the request is too long: {told}"))
        if code == "content_filter":
            return Refused(self._reason(f"refused the request: {told}"))
        if refusal.partial:
            # What it wrote fits no form: read like any other answer, with a second chance.
            return Answered(refusal.partial)
        if status in _WRONG_KEY or any(words in refusal.words for words in _KEY_WORDS):
            what = f"refused the key (HTTP {status}: {told}); set SKYVERN_LLM_API_KEY"
            return self._unavailable(what, retryable=False)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._unavailable(
                f"has too many requests (HTTP 429: {told})", retryable=code != "insufficient_quota"
            )
        is_down = is_server_error(status)
        reason = self._reason(f"answered HTTP {status}: {told}")
        return Unavailable(reason, retryable=is_down, infrastructure=is_down)

    def _unavailable(self, what: str, *, retryable: bool) -> Unavailable:
        return Unavailable(self._reason(what), retryable)

    def _reason(self, what: str) -> str:
        said = without_logins(what)
        text = f"the model server {self.settings.server} (model {self.settings.model}) {said}"
        # Some servers repeat the key when they refuse it.
        key = self.settings.api_key
        return (text.replace(key, "*****") if key else text)[:_LONGEST_REASON]
