"""The ``human_interaction`` block: the run waits until a person has said yes or no."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.blocks.block import LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError


class HumanInteractionOutput(BaseModel):
    """What the person said."""

    success: bool
    reason: str | None = None


class HumanInteractionBlock(LeafBlock):
    """The run waits until a person has said yes or no; while it waits, it takes no worker."""

    key_fields: ClassVar[tuple[str, ...]] = ("recipients",)
    template_fields: ClassVar[tuple[str, ...]] = (
        "instructions", "positive_descriptor", "negative_descriptor", "subject", "body", "sender",
    )  # fmt: skip
    parameter_fields: ClassVar[tuple[str, ...]] = ()
    kind: ClassVar[str] = "human"
    output_type: ClassVar[type[BaseModel]] = HumanInteractionOutput

    block_type: Literal["human_interaction"]
    instructions: str = Field(
        default="Please look at this run, and say whether it may go on.",
        description="What the person is to look at.",
    )
    positive_descriptor: str = Field(default="Approve", description="The word for yes.")
    negative_descriptor: str = Field(default="Reject", description="The word for no.")
    timeout_seconds: int = Field(
        default=7200, ge=1, description="After so long without an answer the block terminates."
    )
    sender: str | None = Field(default=None, description="The deployment's, when left out.")
    recipients: list[str] = Field(
        default_factory=list, description="Who is asked by e-mail, or parameters that say it."
    )
    subject: str = Field(default="A run waits for you", description="The run's id is added to it.")
    body: str = Field(default="A run waits for your answer.", description="The e-mail's text.")

    def summary(self) -> str:
        """What is asked."""
        return f"asks a person: {self.instructions}"

    def run(self, context: BlockContext) -> BlockOutcome:
        """Takes the answer, or asks for it.

        Raises:
            BlockError: Nobody can be asked.
        """
        raise BlockError("human_interaction isn't there yet")
