"""The ``text_prompt`` block: one question to a language model, no page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.blocks.block import Block, LeafBlock, ModelUse, Need, first_sentence
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.model_question import ModelRequest, ask_model, parameters_of
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError
from skyvern_dagster.templating.value_shape import ValueShape, shape_of_schema

DEFAULT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"llm_response": {"type": "string"}},
    "required": ["llm_response"],
}
"""The form of an answer where the block names none (docs/contract.md)."""


class PromptOutput(RootModel[Any]):
    """What the model answered, in the form of ``json_schema``."""


class TextPromptBlock(LeafBlock):
    """Asks a language model, and gives its answer as JSON."""

    example: ClassVar[str] = """\
block_type: text_prompt
label: classify
prompt: "Which cost centre does this belong to? {{ note }}"
json_schema: {type: object, properties: {cost_centre: {type: string}}}
"""
    key_fields: ClassVar[tuple[str, ...]] = ("prompt",)
    inert_fields: ClassVar[frozenset[str]] = Block.inert_fields | {"llm_key"}
    needs: ClassVar[frozenset[Need]] = frozenset({"model"})
    kind: ClassVar[str] = "llm"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = PromptOutput

    block_type: Literal["text_prompt"]
    prompt: str = Field(description="The question; may hold templates.")
    parameter_keys: list[str] = Field(
        default_factory=list, description="Parameters that the model is told."
    )
    json_schema: dict[str, Any] | None = Field(
        default=None, description="JSON Schema of the answer; else {llm_response: text}."
    )

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """It is a question to a model."""
        del fields
        return ModelUse("asks a language model")

    @classmethod
    def output_shape(cls, fields: Mapping[str, Any]) -> ValueShape:
        """Data in the form of `json_schema`."""
        return shape_of_schema(fields.get("json_schema") or DEFAULT_SCHEMA)

    def describe(self) -> str:
        """What it asks."""
        return self.prompt

    def summary(self) -> str:
        """What it asks."""
        return first_sentence(self.prompt)

    def run(self, context: BlockContext) -> BlockOutcome:
        """Asks the model.

        Raises:
            BlockError: The prompt can't be rendered, there is no model, or its answer is of no use.
            InfrastructureError: The model's server doesn't answer.
        """
        prompt = context.text(self.prompt, "prompt")
        if not prompt.strip():
            raise BlockError("prompt: there is nothing to ask")
        asked = ModelRequest(
            request=prompt,
            schema=self.json_schema or DEFAULT_SCHEMA,
            parameters=parameters_of(context, self.parameter_keys),
        )
        answer = ask_model(context, "to answer its prompt", asked)
        return BlockOutcome(status="completed", output=answer.value, details=answer.details)
