"""Asking an OpenAI-compatible server; every way in which that can go wrong is an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skyvern_dagster.llm.connection import Connection, connection, load_sdk
from skyvern_dagster.llm.messages import Question
from skyvern_dagster.llm.outcomes import Answered, ModelOutcome, Refused, TooLong, Unavailable
from skyvern_dagster.llm.settings import ModelSettings
from skyvern_dagster.llm.usage import Usage, price

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletion

_TOO_LONG_CODES = ("context_length_exceeded", "string_above_max_length", "request_too_large")
_TOO_LONG_WORDS = (
    "context length", "context_length", "context window", "maximum context", "too many tokens",
    "prompt is too long", "input is too long", "exceeds the available context",
)  # fmt: skip
_FORMAT_WORDS = ("response_format", "json_schema", "structured output", "guided")
_WRONG_KEY = (401, 403)
"""HTTP: the key is unknown, or not allowed to use the model."""


class ModelClient:
    """Asks one model.

    Time-outs, lost connections, HTTP 429 (after its ``Retry-After``) and HTTP 5xx are repeated
    by the SDK, ``settings.retries`` times.

    Args:
        settings: Which model, where.

    Raises:
        PlannerError: The extra ``llm`` is not installed.
    """

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings

    async def ask(self, question: Question) -> ModelOutcome:
        """Sends a question and waits for the outcome.

        Raises:
            PlannerError: The extra ``llm`` is not installed.
        """
        open_connection = await connection(self.settings)
        sdk = load_sdk()
        try:
            return await self._ask(sdk, open_connection, question)
        except sdk.APITimeoutError:
            seconds = self.settings.timeout_seconds
            return self._unavailable(f"did not answer within {seconds:g} s", retryable=True)
        except sdk.APIConnectionError as error:
            cause = error.__cause__ or error
            return self._unavailable(f"can't be reached: {cause}", retryable=True)
        except sdk.APIStatusError as error:
            return self._by_status(error)
        except sdk.APIError as error:
            return self._unavailable(f"gave no proper answer: {error.message}", retryable=True)
        except ValueError as error:  # an answer that isn't JSON at all
            return self._unavailable(f"gave no proper answer: {error}", retryable=True)

    async def _ask(self, sdk: Any, to: Connection, question: Question) -> ModelOutcome:
        with_schema = to.takes_schema
        try:
            return self._read(await self._send(to, question, with_schema=with_schema))
        except sdk.BadRequestError as error:
            if not (with_schema and _is_about_format(error)):
                raise
        # A server without structured output: the prompt describes the form, too.
        to.takes_schema = False
        return self._read(await self._send(to, question, with_schema=False))

    async def _send(
        self, to: Connection, question: Question, *, with_schema: bool
    ) -> ChatCompletion:
        messages: Any = [message.as_openai() for message in question.messages]
        extra: dict[str, Any] = {}
        if with_schema:
            schema = {"name": question.name, "schema": dict(question.schema)}
            extra["response_format"] = {"type": "json_schema", "json_schema": schema}
        answer: ChatCompletion = await to.client.chat.completions.create(
            model=self.settings.model,
            messages=messages,
            max_completion_tokens=self.settings.max_output_tokens,
            **extra,
        )
        return answer

    def _read(self, answer: ChatCompletion) -> ModelOutcome:
        # The SDK doesn't hold servers to its own types.
        choices = getattr(answer, "choices", None)
        if not choices or getattr(choices[0], "message", None) is None:
            return self._unavailable("answered without a message", retryable=True)
        usage = self._usage(answer)
        message, finish = choices[0].message, choices[0].finish_reason
        if refusal := getattr(message, "refusal", None):
            return Refused(f"the model refused: {refusal[:300]}", usage)
        if finish == "content_filter":
            return Refused("the model's content filter stopped the answer", usage)
        return Answered(message.content or "", usage, cut_off=finish == "length")

    def _usage(self, answer: ChatCompletion) -> Usage:
        told = answer.usage
        if told is None:
            return Usage(calls=1)
        details = getattr(told, "prompt_tokens_details", None)
        cached = (getattr(details, "cached_tokens", None) or 0) if details else 0
        sent, received = told.prompt_tokens or 0, told.completion_tokens or 0
        cost = price(self.settings.model, sent, cached, received)
        return Usage(sent, received, cost, cached, calls=1)

    def _by_status(self, error: openai.APIStatusError) -> ModelOutcome:
        told = _told(error)
        code = str(getattr(error, "code", "") or "")
        low = told.lower()
        if error.status_code in (400, 413, 422) and (
            code in _TOO_LONG_CODES or any(words in low for words in _TOO_LONG_WORDS)
        ):
            return TooLong(self._reason(f"says that the request is too long: {told}"))
        if code == "content_filter":
            return Refused(self._reason(f"refused the request: {told}"))
        if error.status_code in _WRONG_KEY:
            what = f"refused the key (HTTP {error.status_code}: {told}); set SKYVERN_LLM_API_KEY"
            return self._unavailable(what, retryable=False)
        if error.status_code == 429:
            return self._unavailable(
                f"has too many requests (HTTP 429: {told})", retryable=code != "insufficient_quota"
            )
        is_down = error.status_code >= 500
        reason = self._reason(f"answered HTTP {error.status_code}: {told}")
        return Unavailable(reason, retryable=is_down, infrastructure=is_down)

    def _unavailable(self, what: str, *, retryable: bool) -> Unavailable:
        return Unavailable(self._reason(what), retryable)

    def _reason(self, what: str) -> str:
        server = self.settings.base_url or "api.openai.com"
        text = f"the model server {server} (model {self.settings.model}) {what}"
        # Some servers repeat the key when they refuse it.
        key = self.settings.api_key
        return (text.replace(key, "*****") if key else text)[:600]


def _told(error: openai.APIStatusError) -> str:
    body = error.body
    if isinstance(body, dict) and body.get("message"):
        return " ".join(str(body["message"]).split())[:300]
    return " ".join(error.message.split())[:300]


def _is_about_format(error: openai.APIStatusError) -> bool:
    low = _told(error).lower()
    return any(word in low for word in _FORMAT_WORDS)
