"""The ``web_search`` block: results of a search engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import LeafBlock, ModelUse, first_sentence
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


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

    def describe(self) -> str:
        """What it searches for."""
        return f"Searches the web for: {self.query}"

    def summary(self) -> str:
        """What it searches for."""
        return f"searches for “{first_sentence(self.query)}”"

    def run(self, context: BlockContext) -> BlockOutcome:
        """See the base class."""
        raise BlockError("web_search isn't carried out here yet")
