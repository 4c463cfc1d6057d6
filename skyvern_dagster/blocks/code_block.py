"""The ``code`` block: Python that the definition brings along, in a process of its own."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field, RootModel

from skyvern_dagster.agent.extraction import mismatch
from skyvern_dagster.agent.task import WorkDone
from skyvern_dagster.blocks.block import Block, BlockWarning, LeafBlock, Need, first_sentence
from skyvern_dagster.blocks.code_names import names_from_elsewhere
from skyvern_dagster.blocks.code_process import (
    CODE_OFF,
    CodeResult,
    CodeVariables,
    code_settings,
    run_code,
)
from skyvern_dagster.blocks.context import CURRENT_NAMES, BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.session_work import on_page
from skyvern_dagster.blocks.task_output import outcome_of
from skyvern_dagster.browser.remote_page import RemotePage
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.errors import BlockError
from skyvern_dagster.templating.rendering import is_template

_PAGE = re.compile(r"\bpage\b")
_MOST_LINES = 100
"""Of what code prints, in the log."""


class CodeOutput(RootModel[Any]):
    """The variables of the code's top level, or what it returned."""


class CodeBlock(LeafBlock):
    """Runs Python: its top-level variables are the output."""

    example: ClassVar[str] = """\
block_type: code
label: add_up
parameter_keys: [orders]
code: |
  total = sum(order["total"] for order in orders)
"""
    inert_fields: ClassVar[frozenset[str]] = Block.inert_fields | {
        "steps", "user_owned_goal", "goal_needs_regeneration", "code_edited_by_hand",
    }  # fmt: skip
    needs: ClassVar[frozenset[Need]] = frozenset({"browser"})
    kind: ClassVar[str] = "python"
    output_type: ClassVar[type[BaseModel]] = CodeOutput

    block_type: Literal["code"]
    code: str = Field(description="Python; `page` is Playwright's page, where one is open.")
    parameter_keys: list[str] = Field(
        default_factory=list, description="Parameters that the code sees as variables."
    )
    prompt: str | None = Field(default=None, description="What it does, for people.")
    error_code_mapping: dict[str, str] = Field(default_factory=dict)
    data_schema: dict[str, Any] | list[Any] | str | None = Field(
        default=None, description="JSON Schema of its output."
    )

    def describe(self) -> str:
        """What it is for, or its beginning."""
        return self.prompt or self.code

    def summary(self) -> str:
        """What it is for."""
        return first_sentence(self.prompt or "") or "runs Python"

    @classmethod
    def uses_page(cls, code: str) -> bool:
        """Whether code names `page`."""
        return bool(_PAGE.search(code))

    @classmethod
    def warnings_in(cls, fields: Mapping[str, Any]) -> Iterator[BlockWarning]:
        """Code that isn't run here, or holds what is rendered elsewhere only."""
        code = fields.get("code")
        if not isinstance(code, str):
            return
        if is_template(code):
            yield BlockWarning(
                ("code",),
                "templates aren't rendered in code",
                "name the parameter in parameter_keys, and use it as a variable",
            )
        if problem := _syntax_problem(code):
            yield BlockWarning(("code",), problem, "the block will fail")
        given = fields.get("parameter_keys")
        for name in names_from_elsewhere(code, given if isinstance(given, list) else []):
            message = f"the code uses {name!r}, which nothing gives it"
            yield BlockWarning(("code",), message, "add it to parameter_keys")
        if code_settings().use == "off":
            yield BlockWarning((), "code blocks are switched off here", "set SKYVERN_CODE_BLOCKS")

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """Why it came to nothing."""
        return {"error": reason}

    def run(self, context: BlockContext) -> BlockOutcome:
        """Runs the code.

        Raises:
            BlockError: Code blocks are switched off, the code has failed, or took too long.
            SecretError: It isn't given a secret that it names.
        """
        settings = context.services.code
        if settings.use == "off" or (settings.use == "operator" and context.trust == "nothing"):
            raise BlockError(CODE_OFF)
        names = _variables(context, self.parameter_keys)
        run = partial(run_code, self.code, names, settings, of_strangers=context.trust == "nothing")
        if not self.uses_page(self.code):
            return self._outcome(context, asyncio.run(run()))
        ran: list[CodeResult] = []

        async def work(session: BrowserSession) -> WorkDone:
            ran.append(await run(page=RemotePage(session)))
            return WorkDone(downloads=session.downloads.take_unreported())

        result = on_page(context, self.label, work, blank_is_fine=True)
        if result.status != "completed":
            return outcome_of(result, self.failed_output(result.failure_reason or ""))
        outcome = self._outcome(context, ran[0])
        return outcome_of(result, outcome.output).model_copy(
            update={"status": outcome.status, "failure_reason": outcome.failure_reason}
        )

    def _outcome(self, context: BlockContext, ran: CodeResult) -> BlockOutcome:
        for line in ran.printed.splitlines()[:_MOST_LINES]:
            context.log(f"> {line}")
        if ran.error:
            return self._failed(ran.error)
        if ran.left_out:
            context.log(f"not in the output: {', '.join(ran.left_out)}")
        problem = mismatch(ran.value, self.data_schema)
        if problem is not None:
            return self._failed(f"the output doesn't fit data_schema: {problem}")
        return BlockOutcome(status="completed", output=ran.value)

    def _failed(self, error: str) -> BlockOutcome:
        """A failure, with the codes of the definition that the error names."""
        reason = f"the code failed: {error}"
        codes = [code for code in self.error_code_mapping if re.search(_word(code), error)]
        errors = [
            {"error_code": code, "reasoning": reason, "confidence_float": 1.0} for code in codes
        ]
        output = {**self.failed_output(reason), **({"errors": errors} if errors else {})}
        return BlockOutcome(status="failed", output=output, failure_reason=reason)


def _syntax_problem(code: str) -> str:
    """Why a code is no Python; empty where it is, or where only its templates aren't."""
    try:
        compile(code, "code", "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError) as error:
        line = f"line {error.lineno} of the code: " if isinstance(error, SyntaxError) else ""
        return (
            "" if is_template(code) else f"this is no Python: {line}{getattr(error, 'msg', error)}"
        )
    except (RecursionError, MemoryError):
        return "the code is nested too deeply"
    return ""


def _word(code: str) -> str:
    return rf"(?<!\w){re.escape(code)}(?!\w)"


def _variables(context: BlockContext, keys: Sequence[str]) -> CodeVariables:
    """What the code sees: the parameters that it names, and in a loop the current item."""
    values = {name: context.names[name] for name in CURRENT_NAMES if name in context.names}
    credentials = []
    for key in keys:
        secret = context.vault.for_code(key)
        values[key] = context.names[key] if secret is None else secret
        if isinstance(secret, dict):
            credentials.append(key)
    return CodeVariables(values, tuple(credentials))
