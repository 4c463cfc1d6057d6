"""The ``goto_url`` block: the browser opens an address."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from skyvern_dagster.blocks.agent_block import AgentBlock, Instruction


class GotoUrlBlock(AgentBlock):
    """Opens an address; nothing has to be planned."""

    block_type: Literal["goto_url"]
    url: str = Field(description="Where to go.")  # type: ignore[assignment] # of its base required

    is_planned: ClassVar[bool] = False

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction()

    def describe(self) -> str:
        """Where it goes."""
        return f"Opens {self.url}."

    def summary(self) -> str:
        """Where it goes."""
        return f"opens {self.url}"
