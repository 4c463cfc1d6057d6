"""The ``conditional`` block: the first branch that is true says where the run goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from skyvern_dagster.blocks.block import BlockText, LeafBlock, ModelUse
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.criteria import Criteria, asks_model, criteria_text
from skyvern_dagster.blocks.judging import Judgement, judge
from skyvern_dagster.blocks.outcome import BlockOutcome


class Branch(BaseModel):
    """A way on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str | None = Field(default=None, description="Skyvern's own, of an export.")
    criteria: Criteria | None = Field(default=None, description="When it is taken.")
    next_block_label: str | None = Field(
        default=None,
        description="Where it goes on; without one at the conditional's own `next_block_label`.",
    )
    description: str | None = Field(default=None, description="What it means, for people.")
    is_default: bool = Field(default=False, description="Whether it is taken when no other is.")

    @model_validator(mode="after")
    def _has_one_of_both(self) -> Branch:
        if self.criteria is None and not self.is_default:
            raise ValueError("a branch has criteria, or is_default: true")
        if self.criteria is not None and self.is_default:
            raise ValueError("a default branch has no criteria")
        return self


class ConditionalOutput(BaseModel):
    """Which branch was taken, and why (docs/contract.md#conditional)."""

    branch_taken: str | None = Field(description="Label at which the branch goes on.")
    branch_index: int | None
    branch_id: str | None = None
    branch_description: str | None = None
    criteria_type: str | None = None
    criteria_expression: str | None = None
    next_block_label: str | None
    evaluations: list[dict[str, Any]] | None = Field(
        default=None, description="Each branch that was looked at, and what came of it."
    )
    llm_prompt: str | None = None
    llm_response: Any = None


class ConditionalBlock(LeafBlock):
    """The first branch that is true says where the run goes on."""

    example: ClassVar[str] = """\
block_type: conditional
label: is_it_much
branch_conditions:
  - criteria: {expression: "{{ total > 1000 }}"}
    description: more than a thousand
    next_block_label: null
  - is_default: true
"""
    parameter_fields: ClassVar[tuple[str, ...]] = ()
    kind: ClassVar[str] = "conditional"
    changes_nothing: ClassVar[bool] = True
    output_type: ClassVar[type[BaseModel]] = ConditionalOutput

    block_type: Literal["conditional"]
    branch_conditions: list[Branch] = Field(min_length=1, description="The branches, in order.")

    @property
    def only_reads(self) -> bool:
        """It decides, and changes nothing."""
        return True

    @model_validator(mode="after")
    def _has_one_default(self) -> ConditionalBlock:
        if sum(branch.is_default for branch in self.branch_conditions) > 1:
            raise ValueError("only one branch may have is_default: true")
        return self

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """Statements are for a model to judge."""
        branches = fields.get("branch_conditions")
        asked = (each.get("criteria") for each in branches or () if isinstance(each, Mapping))
        return ModelUse("judges its conditions") if any(map(asks_model, asked)) else None

    @classmethod
    def branches_in(cls, fields: Mapping[str, Any]) -> tuple[str | None, ...] | None:
        """The labels of its branches."""
        branches = fields.get("branch_conditions")
        return tuple(map(_target, branches if isinstance(branches, list) else ()))

    @classmethod
    def branch_taken(cls, outcome: BlockOutcome) -> int | None:
        """The branch that its output names."""
        return ConditionalOutput.model_validate(outcome.output).branch_index

    @classmethod
    def texts_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockText]:
        """The expressions of its branches."""
        branches = fields.get("branch_conditions")
        for index, branch in enumerate(branches if isinstance(branches, list) else ()):
            given = branch.criteria if isinstance(branch, Branch) else None
            if isinstance(branch, Mapping):
                given = branch.get("criteria")
            yield from criteria_text(given, ("branch_conditions", index, "criteria"))

    def describe(self) -> str:
        """What its branches depend on."""
        return f"The first that is true: {'; '.join(map(_words, self.branch_conditions))}."

    def summary(self) -> str:
        """What its branches depend on."""
        return "; ".join(map(_words, self.branch_conditions))

    def run(self, context: BlockContext) -> BlockOutcome:
        """Takes the first branch that is true, else the default one.

        Raises:
            BlockError: A branch needs a model and there is none.
        """
        asked = [each.criteria for each in self.branch_conditions if each.criteria is not None]
        judgement = judge(asked, context)
        # A branch that can't be judged might be the one: taking another would be a guess.
        taken = None if judgement.error is not None else self._taken(judgement)
        output = _output(taken, self.branch_conditions, judgement)
        if taken is not None:
            return BlockOutcome(status="completed", output=output, details=judgement.details)
        reason = judgement.error or "no branch is true, and there is no default branch"
        return BlockOutcome(
            status="failed", output=output, failure_reason=reason, details=judgement.details
        )

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """An output that says that no branch was taken."""
        del reason
        return _output(None, [], Judgement(()))

    def _taken(self, judgement: Judgement) -> int | None:
        results = iter(judgement.results)
        for index, branch in enumerate(self.branch_conditions):
            if branch.criteria is not None and next(results, None):
                return index
        defaults = (i for i, branch in enumerate(self.branch_conditions) if branch.is_default)
        return next(defaults, None)


def _target(branch: Any) -> str | None:
    given = branch.next_block_label if isinstance(branch, Branch) else None
    if isinstance(branch, Mapping):
        given = branch.get("next_block_label")
    return given if isinstance(given, str) and given else None


def _output(taken: int | None, branches: list[Branch], judgement: Judgement) -> dict[str, Any]:
    branch = None if taken is None else branches[taken]
    criteria = None if branch is None else branch.criteria
    return ConditionalOutput(
        branch_taken=None if branch is None else branch.next_block_label,
        branch_index=taken,
        branch_id=None if branch is None else branch.id,
        branch_description=None if branch is None else branch.description,
        criteria_type=None if criteria is None else criteria.criteria_type,
        criteria_expression=None if criteria is None else criteria.expression,
        next_block_label=None if branch is None else branch.next_block_label,
        evaluations=list(judgement.evaluations) or None,
        llm_prompt=judgement.prompt,
        llm_response=judgement.response,
    ).model_dump(mode="json")


def _words(branch: Branch) -> str:
    goal = branch.next_block_label or "go on"
    if branch.criteria is None:
        return f"else {goal}"
    return f"{branch.description or branch.criteria.expression} -> {goal}"
