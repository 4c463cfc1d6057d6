"""The ``web_search`` block: results of a search engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import BlockWarning, LeafBlock, ModelUse, first_sentence
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.model_question import (
    ModelRequest,
    ask_model,
    parameters_of,
    require_model,
)
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.search_engines import NO_ENGINE, SearchSettings, search
from skyvern_dagster.blocks.text_prompt import DEFAULT_SCHEMA
from skyvern_dagster.errors import BlockError

_PURPOSE = "to answer its prompt"


class SearchOutput(RootModel[Any]):
    """The results, or what the model made of them."""


class WebSearchBlock(LeafBlock):
    """Asks a search engine."""

    example: ClassVar[str] = """\
block_type: web_search
label: find_shop
query: "{{ company }} customer portal"
num_results: 5
"""
    template_fields: ClassVar[tuple[str, ...]] = ("query", "prompt", "error_code_mapping")
    kind: ClassVar[str] = "http"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = SearchOutput

    block_type: Literal["web_search"]
    query: str = Field(min_length=1, description="What to search for.")
    provider: Literal["auto", "google", "exa"] = Field(
        default="auto", description="Who is asked; `auto`: whichever has a key."
    )
    num_results: int = Field(default=10, ge=1, le=100, description="At most so many results.")
    prompt: str | None = Field(
        default=None, description="What a language model makes of the results."
    )
    json_schema: dict[str, Any] | None = Field(
        default=None, description="JSON Schema of what it makes of them."
    )
    error_code_mapping: dict[str, str] = Field(
        default_factory=dict, description="Code -> the situation in which it is reported."
    )
    no_results_error_code: str | None = Field(
        default=None, description="Ends in `terminated` with this code where nothing was found."
    )
    no_match_error_code: str | None = Field(
        default=None, description="Likewise where the model finds no result that fits the prompt."
    )
    parameter_keys: list[str] = Field(default_factory=list)

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """A prompt is a model's to answer."""
        return ModelUse("answers its prompt") if fields.get("prompt") else None

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """That nobody can be asked here."""
        del fields
        settings = SearchSettings.from_environment()
        if not (settings.url or settings.exa_key or settings.has_google):
            message, _, hint = NO_ENGINE.partition(": ")
            yield BlockWarning((), message, hint)

    def describe(self) -> str:
        """What it searches for."""
        return f"Searches the web for: {self.query}"

    def summary(self) -> str:
        """What it searches for."""
        return f"searches for “{first_sentence(self.query)}”"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Searches, and has a model answer the prompt where there is one.

        Raises:
            BlockError: No engine is configured, it refuses, or a model is needed and none is
                configured.
            InfrastructureError: The model's server doesn't answer.
        """
        query = context.rendered(self.query, "query").strip()
        if not query:
            raise BlockError("query: there is nothing to search for")
        prompt = context.rendered(self.prompt or "", "prompt").strip()
        if prompt:
            require_model(context, _PURPOSE)
        found = search(
            SearchSettings.from_environment(),
            self.provider,
            query,
            self.num_results,
            context.services.tasks.policy,
        )
        context.log(f"found {len(found)} pages for {query!r}")
        results = [each.as_dict() for each in found]
        if not found and self.no_results_error_code:
            return _ended(self.no_results_error_code, f"nothing was found for {query!r}")
        if not prompt:
            return BlockOutcome(status="completed", output={"results": results})
        return self._answered(context, prompt, results)

    def _answered(
        self, context: BlockContext, prompt: str, results: list[dict[str, str]]
    ) -> BlockOutcome:
        """What a model makes of the results."""
        schema = self.json_schema or DEFAULT_SCHEMA
        codes = {
            code: context.rendered(text, "error_code_mapping")
            for code, text in self.error_code_mapping.items()
        }
        asked = ModelRequest(
            request=f"{prompt}\nerror_codes are those of the following whose situation there is: "
            f"{json.dumps(codes, ensure_ascii=False)}\n"
            "matches is false where no result fits the request.",
            schema=_answer_schema(schema),
            text=json.dumps(results, ensure_ascii=False),
            parameters=parameters_of(context, self.parameter_keys),
        )
        answer = ask_model(context, _PURPOSE, asked)
        said = [code for code in answer.value.get("error_codes") or () if code in codes]
        if said:
            return _ended(said[0], codes[said[0]])
        if not answer.value.get("matches") and self.no_match_error_code:
            return _ended(self.no_match_error_code, "no result fits the prompt")
        value = answer.value.get("data")
        output = value if isinstance(value, dict) else {"value": value}
        return BlockOutcome(
            status="completed", output={**output, "results": results}, details=answer.details
        )


def _answer_schema(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "matches": {"type": "boolean"},
            "error_codes": {"type": "array", "items": {"type": "string"}},
            "data": schema,
        },
        "required": ["matches", "error_codes", "data"],
    }


def _ended(code: str, reason: str) -> BlockOutcome:
    errors = [{"error_code": code, "reasoning": reason, "confidence_float": 1.0}]
    output = {"results": [], "errors": errors}
    return BlockOutcome(status="terminated", output=output, failure_reason=reason)
