"""The ``human_interaction`` block: the run waits until a person has said yes or no."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from email.utils import localtime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from skyvern_dagster.artifacts.interactions import Interactions, Question, Reply
from skyvern_dagster.blocks.block import LeafBlock, first_sentence
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.email_server import send
from skyvern_dagster.blocks.mail_addresses import read_addresses
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.errors import BlockError
from skyvern_dagster.process.clock import utc_now


class HumanInteractionOutput(BaseModel):
    """What the person said."""

    success: bool | None = Field(description="Whether it was yes; `null` while the run waits.")
    reason: str | None = Field(default=None, description="Who said so, or why nobody did.")


class HumanInteractionBlock(LeafBlock):
    """The run waits until a person has said yes or no.

    While it waits it has ended as *paused*: it takes no process, no browser and no place in the
    queue, and survives restarts. It goes on by ``POST /v1/workflows/runs/{id}/continue``, by the
    link in the e-mail, by ``skyvern-dagster continue``, or when it is re-executed from failure in
    Dagster's UI, which means yes.
    """

    example: ClassVar[str] = """\
block_type: human_interaction
label: approve
instructions: May the order of {{ total }} be sent?
positive_descriptor: Send it
negative_descriptor: Stop
recipients: [accounting@example.com]
timeout_seconds: 86400
"""
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
        default=7200, ge=1, description="After so long without an answer it is no."
    )
    sender: str | None = Field(
        default=None, description="Of the e-mail; the deployment's SKYVERN_SMTP_SENDER, else."
    )
    recipients: list[str] = Field(
        default_factory=list, description="Who is asked by e-mail, or parameters that say it."
    )
    subject: str = Field(default="A run waits for you", description="The run's id is added to it.")
    body: str = Field(default="A run waits for your answer.", description="The e-mail's text.")
    body_format: Literal["text", "html"] = Field(default="text", description="Sent as text.")

    def describe(self) -> str:
        """What it asks."""
        return self.instructions

    def summary(self) -> str:
        """What it asks."""
        return f"asks a person: {first_sentence(self.instructions)}"

    @classmethod
    def failed_output(cls, reason: str) -> Any:
        """That nobody could be asked, and why."""
        return HumanInteractionOutput(success=False, reason=reason).model_dump(mode="json")

    def run(self, context: BlockContext) -> BlockOutcome:
        """Takes the answer, or asks for it and lets the run pause.

        Raises:
            BlockError: A field can't be rendered, or the e-mail can't be sent.
        """
        asked = Interactions(context.services.artifacts, context.workflow_run_id)
        question = asked.question(context.block_key)
        if question is None:
            question = self._question(context)
            self._tell(context, question, asked.link(context.block_key))
            asked.ask(question)
        reply = asked.reply(context.block_key)
        if reply is None and context.approved:
            reply = Reply(approved=True, by="somebody in Dagster", at=utc_now())
            asked.answer(context.block_key, reply)
        if reply is not None:
            return self._answered(question, reply)
        if utc_now() >= question.deadline:
            return _ended("terminated", f"nobody answered within {self.timeout_seconds} seconds")
        return _paused(question, context)

    def _question(self, context: BlockContext) -> Question:
        now = utc_now()
        return Question(
            block_key=context.block_key,
            asked_at=now,
            deadline=now + timedelta(seconds=self.timeout_seconds),
            instructions=context.rendered(self.instructions, "instructions"),
            yes=context.rendered(self.positive_descriptor, "positive_descriptor"),
            no=context.rendered(self.negative_descriptor, "negative_descriptor"),
            recipients=tuple(self._recipients(context)),
        )

    def _recipients(self, context: BlockContext) -> list[str]:
        found: list[str] = []
        for each in self.recipients:
            value = context.value(each, "recipients")
            for text in value if isinstance(value, list) else [value]:
                found += [a.addr_spec for a in read_addresses(str(text), "recipients")]
        return list(dict.fromkeys(found))

    def _tell(self, context: BlockContext, question: Question, link: str | None) -> None:
        server = context.services.email
        if not question.recipients or server.mailbox is None:
            context.log(
                f"{context.block_key}: nobody was told by e-mail: "
                + ("it has no recipients" if not question.recipients else _NO_SERVER)
            )
            return
        message = EmailMessage()
        sender = context.rendered(self.sender or server.sender, "sender")
        if not sender:
            raise BlockError("there is no sender: set it, or SKYVERN_SMTP_SENDER")
        message["From"] = read_addresses(sender, "sender")[0]
        message["To"] = ", ".join(question.recipients)
        subject = " ".join(context.rendered(self.subject, "subject").split())
        message["Subject"] = f"{subject} - Workflow Run ID: {context.workflow_run_id}"
        message["Date"] = localtime()
        where = link or f"skyvern-dagster continue {context.workflow_run_id}"
        body = context.rendered(self.body, "body")
        message.set_content(
            f"{body}\n\n{question.instructions}\n\n"
            f"{question.yes} or {question.no}, until {question.deadline:%Y-%m-%d %H:%M} UTC:\n"
            f"{where}\n"
        )
        told = send(server, server.mailbox, message, list(question.recipients))
        for each, why in told.refused.items():
            context.log(f"{context.block_key}: {each} was not told: the mail server says {why}")
        if not told.reached and not told.unclear:
            raise BlockError(
                "the mail server refused everybody who was to be asked: "
                + ", ".join(f"{each} ({why})" for each, why in told.refused.items()),
                retryable=all(why.is_temporary for why in told.refused.values()),
            )
        if told.unclear:
            context.log(f"{context.block_key}: it is unclear who was told: {told.problem}")
        context.log(f"{context.block_key}: asked {len(told.reached)} by e-mail")

    def _answered(self, question: Question, reply: Reply) -> BlockOutcome:
        word = question.yes if reply.approved else question.no
        reason = f"{word}: {reply.by}, {reply.at:%Y-%m-%d %H:%M} UTC"
        return _ended("completed" if reply.approved else "terminated", reason)


_NO_SERVER = "the deployment has no mail server (SKYVERN_SMTP_HOST)"


def _ended(status: Literal["completed", "terminated"], reason: str) -> BlockOutcome:
    output = HumanInteractionOutput(success=status == "completed", reason=reason)
    return BlockOutcome(
        status=status,
        output=output.model_dump(mode="json"),
        failure_reason=None if status == "completed" else reason,
    )


def _paused(question: Question, context: BlockContext) -> BlockOutcome:
    return BlockOutcome(
        status="paused",
        output=HumanInteractionOutput(success=None).model_dump(mode="json"),
        failure_reason=(
            f"waits until {question.deadline:%Y-%m-%d %H:%M} UTC for an answer to "
            f"{question.instructions!r}: POST /v1/workflows/runs/{context.workflow_run_id}"
            f"/continue, skyvern-dagster continue {context.workflow_run_id}, or re-execute from "
            "failure"
        ),
    )
