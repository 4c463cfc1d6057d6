"""The ``for_loop`` block: its body runs once for each item of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import ConfigDict, Field

from skyvern_dagster.blocks.block import Resolve
from skyvern_dagster.blocks.entry import BlockEntry
from skyvern_dagster.blocks.loop import LoopBlock, LoopEntry
from skyvern_dagster.blocks.outcome import BlockStatus

MAX_ITERATIONS = 10_000
"""Ten times Skyvern's (docs/contract.md#limits): iterations are batched, so that this many stay a
small number of Dagster steps."""


SIDE_BY_SIDE = 4
"""As many browser contexts as a portal's rate limit usually bears, and as keep two cores busy."""


class LoopWidth(NamedTuple):
    """How many iterations of a loop run at the same time.

    Attributes:
        at_most: ``None`` where only the executor holds them back.
        why: In words of the definition.
    """

    at_most: int | None
    why: str

    def __str__(self) -> str:
        """For people: ``4 at a time: its body only reads or downloads``."""
        if self.at_most is None:
            return f"as many at a time as the executor runs: {self.why}"
        many = "one after the other" if self.at_most == 1 else f"{self.at_most} at a time"
        return f"{many}: {self.why}"


class ForLoopEntry(LoopEntry):
    """What a ``for_loop`` block gave; while it goes on, ``status`` is ``running``."""

    model_config = ConfigDict(defer_build=True)

    block_type: Literal["for_loop"] = "for_loop"


class ForLoopBlock(LoopBlock):
    """Its body runs once for each item of a list."""

    model_config = ConfigDict(defer_build=True)

    example: ClassVar[str] = """\
block_type: for_loop
label: each_order
loop_variable_reference: "{{ order_ids }}"
next_loop_on_failure: true
loop_blocks:
  - block_type: file_download
    label: fetch
    navigation_goal: Download the invoice of the order {{ current_value }}.
"""
    key_fields: ClassVar[tuple[str, ...]] = ("loop_variable_reference",)
    parameter_fields: ClassVar[tuple[str, ...]] = ("loop_over_parameter_key",)
    entry_type: ClassVar[type[BlockEntry]] = ForLoopEntry

    block_type: Literal["for_loop"]
    loop_over_parameter_key: str = Field(
        default="", description="Key of the parameter or `{label}_output` that holds the list."
    )
    loop_variable_reference: str | None = Field(
        default=None,
        description="Jinja template, or key, that gives the list; or, in words, which list is to "
        "be read off the page.",
    )
    complete_if_empty: bool = Field(
        default=False, description="An empty list ends in `completed` instead of `terminated`."
    )
    data_schema: dict[str, Any] | str | None = Field(
        default=None,
        description="JSON Schema of an item, where the list is to be read off the page.",
    )
    parallel: bool | Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="Whether iterations may run side by side, each in a browser context of its "
        f"own, or how many at the same time; left out: {SIDE_BY_SIDE}, where the body only reads "
        "or downloads and a failure ends no other iteration, else in order. `false`: in order, on "
        "one page. Our extension.",
    )

    @property
    def reference(self) -> str:
        """What it goes over, as the definition has it; empty where it says nothing."""
        return self.loop_over_parameter_key or self.loop_variable_reference or ""

    @property
    def shares_page(self) -> bool:
        """Whether it says that all iterations work on one page, one after the other."""
        return self.parallel is False

    @property
    def flattens_whole_body(self) -> bool:
        """Whether one iteration may be behind another one, at other blocks of the body.

        It may where that was asked for; else where an iteration that fails stops no other one, and
        nobody notices the order.
        """
        asked = self.parallel not in (None, False)
        goes_on = self.continue_on_failure or self.next_loop_on_failure
        return asked or (goes_on and self.only_reads)

    @property
    def width(self) -> LoopWidth:
        """How many iterations may run at the same time.

        A portal notices the order of what is filled in, sent or ordered; it doesn't notice the
        order in which documents are fetched.
        """
        match self.parallel:
            case True:
                return LoopWidth(None, "`parallel: true`")
            case False:
                return LoopWidth(1, "`parallel: false`, on one page")
            case int():
                return LoopWidth(self.parallel, f"`parallel: {self.parallel}`")
            case None if self.only_reads and self._goes_on:
                return LoopWidth(SIDE_BY_SIDE, "its body only reads or downloads")
            case None if self.only_reads:
                # Side by side, the iterations after that one would have begun all the same.
                return LoopWidth(1, "it ends with the first iteration that fails")
            case None:
                changing = next(each.label for each in self.loop_blocks if not each.only_reads)
                return LoopWidth(1, f"`{changing}` may change something")

    @property
    def _goes_on(self) -> bool:
        """Whether an iteration that fails ends no other one."""
        flagged = all(
            block.continue_on_failure or block.next_loop_on_failure for block in self.loop_blocks
        )
        return self.continue_on_failure or self.next_loop_on_failure or flagged

    def when_empty(self) -> tuple[BlockStatus, str | None]:
        """An empty list is a goal that wasn't reached, unless the definition says otherwise."""
        if self.complete_if_empty:
            return "completed", None
        return "terminated", "the list to loop over is empty"

    def describe(self) -> str:
        """What it goes over."""
        return f"Once for each item of {self._over}."

    def summary(self) -> str:
        """What it goes over."""
        return f"for each of `{self._over}`"

    @classmethod
    def resolved(cls, fields: Mapping[str, Any], resolve: Resolve) -> dict[str, Any]:
        """The parameter that it goes over."""
        over = fields.get("loop_over_parameter_key")
        return {"loop_over": resolve(over) if over else None}

    @property
    def _over(self) -> str | None:
        return self.loop_over_parameter_key or self.loop_variable_reference
