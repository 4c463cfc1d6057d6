"""The ``validation`` block: whether a page, or what is known, is as it should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from skyvern_dagster.agent.task import TaskResult, WorkDone
from skyvern_dagster.blocks.agent_block import AGENT_TEMPLATES, AgentBlock, Instruction
from skyvern_dagster.blocks.block import BlockWarning, ModelUse
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.criteria import holds, is_statement
from skyvern_dagster.blocks.model_question import (
    ModelRequest,
    ask_model,
    parameters_of,
    require_model,
)
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.session_work import on_page
from skyvern_dagster.blocks.task_output import TaskOutput, outcome_of
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.errors import BlockError
from skyvern_dagster.ids import new_id
from skyvern_dagster.templating.rendering import is_template, text_between

_CRITERIA = ("complete_criterion", "terminate_criterion")
_PURPOSE = "to judge its criteria"

_VERDICT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "complete": {"type": "boolean"},
        "terminate": {"type": "boolean"},
        "error_codes": {"type": "array", "items": {"type": "string"}},
        "why": {"type": "string"},
    },
    "required": ["complete", "terminate", "error_codes", "why"],
}


def _output(status: str, reason: str | None, codes: Sequence[str]) -> dict[str, Any]:
    errors = [{"error_code": code, "reasoning": reason, "confidence_float": 1.0} for code in codes]
    output = TaskOutput(task_id=new_id("tsk"), status=status, failure_reason=reason, errors=errors)
    return output.model_dump(mode="json")


def _field(name: str) -> str:
    return f"{name}_criterion"


def _given(fields: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(fields[name]) for name in _CRITERIA if fields.get(name))


def _settled(context: BlockContext, criterion: str, name: str) -> bool | None:
    """Whether a criterion that is one expression holds; ``None`` where it is for a model.

    Raises:
        BlockError: It can't be rendered, or gives nothing.
    """
    if not is_template(criterion) or is_statement(criterion):
        return None
    value = context.value(criterion, _field(name))
    if value is None or value == "":
        raise BlockError(f"{_field(name)}: {criterion!r} gives nothing that could be judged")
    if _is_one_value(criterion) and _is_sentence(value):
        return None  # a criterion that a parameter holds
    return holds(criterion, value)


def _is_one_value(criterion: str) -> bool:
    return not text_between(criterion).strip()


def _is_sentence(value: Any) -> bool:
    return isinstance(value, str) and is_statement(value)


def _decided(given: Mapping[str, str], settled: Mapping[str, bool | None]) -> BlockOutcome | None:
    """How the block ends where expressions alone say that the run isn't to go on."""
    for name, wrong, what in (("terminate", True, "holds"), ("complete", False, "doesn't hold")):
        if settled.get(name) is wrong:
            reason = f"the {name} criterion {what}: {given[name]}"
            output = _output("terminated", reason, ())
            return BlockOutcome(status="terminated", output=output, failure_reason=reason)
    return None


class ValidationBlock(AgentBlock):
    """Judges criteria in plain words: goes on, or ends in `terminated`."""

    example: ClassVar[str] = """\
block_type: validation
label: check_total
without_page_information: true
parameter_keys: [total]
complete_criterion: The total is below 1000.
"""
    template_fields: ClassVar[tuple[str, ...]] = (
        *AGENT_TEMPLATES,
        "complete_criterion",
        "terminate_criterion",
    )

    block_type: Literal["validation"]
    complete_criterion: str | None = Field(default=None, description="What has to hold.")
    terminate_criterion: str | None = Field(default=None, description="What must not hold.")
    without_page_information: bool = Field(
        default=False, description="Judge the parameters only; no page is looked at."
    )

    @classmethod
    def model_use(cls, fields: Mapping[str, Any]) -> ModelUse | None:
        """It judges what is said in plain words."""
        return ModelUse("judges its criteria") if any(map(is_statement, _given(fields))) else None

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """Nothing that is to be judged."""
        if not any(map(fields.get, _CRITERIA)):
            message = "the block has no criterion: it checks nothing"
            yield BlockWarning((), message, "add 'complete_criterion' or 'terminate_criterion'")

    def instruction(self) -> Instruction:
        """See the base class."""
        return Instruction(
            complete_criterion=self.complete_criterion or "",
            terminate_criterion=self.terminate_criterion or "",
        )

    def run(self, context: BlockContext) -> BlockOutcome:
        """Judges the criteria, by the page or by the parameters only.

        Raises:
            BlockError: No model is configured, no page is open, or the answer is of no use.
            InfrastructureError: The model's server doesn't answer.
        """
        given = {
            "complete": self.complete_criterion or "",
            "terminate": self.terminate_criterion or "",
        }
        settled = {name: _settled(context, text, name) for name, text in given.items() if text}
        if decided := _decided(given, settled):
            context.log(f"{decided.status}: {decided.failure_reason}")
            return decided
        criteria = {
            name: ""
            if settled.get(name) is not None
            else context.rendered(text, _field(name)).strip()
            for name, text in given.items()
        }
        if not any(criteria.values()):
            return BlockOutcome(status="completed", output=_output("completed", None, ()))
        require_model(context, _PURPOSE)
        looked = None if self.without_page_information else self._look(context)
        if looked is not None and looked.status != "completed":
            reason = looked.failure_reason or ""
            return outcome_of(looked, self.failed_output(reason))
        asked = ModelRequest(
            request=self._question(context, criteria),
            schema=_VERDICT,
            text=str(looked.extracted_information) if looked is not None else "",
            parameters=parameters_of(context, self.parameter_keys),
        )
        answer = ask_model(context, _PURPOSE, asked)
        judged = self._judged(criteria, answer.value)
        context.log(f"{judged.status}: {answer.value['why']}")
        if looked is None:
            return judged.model_copy(update={"details": answer.details})
        on_page_too = outcome_of(looked, judged.output)
        return on_page_too.model_copy(
            update={
                "status": judged.status,
                "failure_reason": judged.failure_reason,
                "details": {**looked.details, **answer.details},
            }
        )

    def _look(self, context: BlockContext) -> TaskResult:
        async def work(session: BrowserSession) -> WorkDone:
            seen = await session.observe()
            return WorkDone(f"url: {seen.url}\ntitle: {seen.title}\n\n{seen.text}")

        return on_page(context, self.label, work)

    def _question(self, context: BlockContext, criteria: dict[str, str]) -> str:
        lines = ["Judge whether the following holds, by what you are given and nothing else."]
        if criteria["complete"]:
            lines.append(f"complete is true only if: {criteria['complete']}")
        if criteria["terminate"]:
            lines.append(f"terminate is true only if: {criteria['terminate']}")
        if self.error_code_mapping:
            lines.append("error_codes are those of the following whose situation there is:")
        for code, text in self.error_code_mapping.items():
            lines.append(f"- {code}: {context.rendered(text, 'error_code_mapping')}")
        return "\n".join(lines)

    def _judged(self, criteria: dict[str, str], verdict: dict[str, Any]) -> BlockOutcome:
        why = str(verdict["why"])
        ends = bool(criteria["terminate"] and verdict["terminate"])
        lacks = bool(criteria["complete"] and not verdict["complete"])
        if not (ends or lacks):
            return BlockOutcome(status="completed", output=_output("completed", None, ()))
        what = "the terminate criterion holds" if ends else "the complete criterion doesn't hold"
        reason = f"{what}: {why}"
        codes = [code for code in verdict["error_codes"] or () if code in self.error_code_mapping]
        output = _output("terminated", reason, codes)
        return BlockOutcome(status="terminated", output=output, failure_reason=reason)

    def describe(self) -> str:
        """What it judges."""
        holds = f"Goes on if: {self.complete_criterion}" if self.complete_criterion else ""
        ends = f"Terminates if: {self.terminate_criterion}" if self.terminate_criterion else ""
        return "\n\n".join(filter(None, (holds, ends))) or "Goes on."

    def summary(self) -> str:
        """What it judges."""
        return f"checks: {self.complete_criterion or self.terminate_criterion or 'nothing'}"
