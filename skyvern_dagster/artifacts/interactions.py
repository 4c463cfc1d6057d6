"""What people have been asked in a run, and what they said: kept with the run's records.

A question and its answer are two files: the first answer counts, whoever gives it and from where.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore

INTERACTIONS_PATH = "/interactions"
"""Where the API shows a question to who has its link."""


class Question(BaseModel):
    """What a ``human_interaction`` block asks.

    Attributes:
        block_key: The block, and the iteration.
        asked_at: Naive UTC timestamp.
        deadline: Naive UTC timestamp; after it the answer is no.
        yes: The word for yes.
        no: The word for no.
        recipients: Who was asked by e-mail.
    """

    model_config = ConfigDict(frozen=True)

    block_key: str
    asked_at: datetime
    deadline: datetime
    instructions: str
    yes: str
    no: str
    recipients: tuple[str, ...] = ()


class Reply(BaseModel):
    """What a person said.

    Attributes:
        by: Who, or from where, in words.
        at: Naive UTC timestamp.
    """

    model_config = ConfigDict(frozen=True)

    approved: bool
    by: str
    at: datetime


class Interactions:
    """The questions of one run.

    Args:
        store: Where the run's records lie.
        run_id: ``wr_...``.
    """

    def __init__(self, store: ArtifactStore, run_id: str) -> None:
        self._store = store
        self._keys = RunKeys(run_id)

    def ask(self, question: Question) -> None:
        """Writes a question down."""
        key = self._keys.question(question.block_key)
        self._store.write(key, question.model_dump_json(indent=2).encode())

    def question(self, block_key: str) -> Question | None:
        """What a block has asked, if it has."""
        key = self._keys.question(block_key)
        if not self._store.exists(key):
            return None
        return Question.model_validate_json(self._store.read(key))

    def reply(self, block_key: str) -> Reply | None:
        """What a person said to that, if one did."""
        key = self._keys.reply(block_key)
        if not self._store.exists(key):
            return None
        return Reply.model_validate_json(self._store.read(key))

    def answer(self, block_key: str, reply: Reply) -> bool:
        """Writes an answer down, unless there is one.

        Returns:
            Whether this one counts.
        """
        content = reply.model_dump_json(indent=2).encode()
        return self._store.create(self._keys.reply(block_key), content)

    def open(self) -> Iterator[Question]:
        """The questions that nobody has answered."""
        for key in self._store.keys(self._keys.questions):
            question = Question.model_validate_json(self._store.read(key))
            if self.reply(question.block_key) is None:
                yield question

    def link(self, block_key: str) -> str | None:
        """Where a person answers, where the API's address is known."""
        path = f"{INTERACTIONS_PATH}/{self._keys.run_id}/{block_key}"
        return self._store.signed_link(self._keys.question(block_key), path)
