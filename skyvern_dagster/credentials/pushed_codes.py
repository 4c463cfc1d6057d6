"""One-time codes that are pushed to this server: ``POST /api/v1/totp``.

What a client pushes: docs/contract.md#pushed-codes.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.credentials.code_in_text import code_in
from skyvern_dagster.ids import new_id
from skyvern_dagster.organizations.organization import folder_of
from skyvern_dagster.organizations.sealed import SealedRecords
from skyvern_dagster.organizations.server_secret import ServerSecret
from skyvern_dagster.process.clock import utc_now

LIFETIME = timedelta(minutes=10)
"""How long a code counts that came without a time of its own."""

_KEPT = timedelta(days=1)
"""What the list of pushed codes promises (``PushedCodes.list``)."""


class PushedCode(BaseModel):
    """A code as it was pushed; never printed.

    Attributes:
        code: Empty where the content holds none.
        task_id: The only task that it is for, where one is named; likewise the ids below.
        expired_at: Naive UTC, as all times here.
        used_by: Tasks (run and block) that have typed it.
    """

    model_config = ConfigDict(frozen=True)

    totp_code_id: str
    organization_id: str
    totp_identifier: str
    content: str = Field(repr=False)
    code: str = Field(repr=False)
    created_at: datetime
    modified_at: datetime
    expired_at: datetime
    task_id: str | None = None
    workflow_id: str | None = None
    workflow_run_id: str | None = None
    source: str | None = None
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeReader:
    """The task that wants a code.

    Attributes:
        name: Run and block: the same when the task is tried again.
    """

    name: str
    task_id: str
    workflow_id: str
    workflow_run_id: str

    def may_use(self, code: PushedCode) -> bool:
        """Whether a code is meant for this task, as far as it says so."""
        pairs = (
            (code.task_id, self.task_id),
            (code.workflow_id, self.workflow_id),
            (code.workflow_run_id, self.workflow_run_id),
        )
        return self.name not in code.used_by and all(
            meant is None or meant == own for meant, own in pairs
        )


class PushedCodes:
    """The codes of all organizations, encrypted at rest.

    Args:
        store: Where they lie, under ``organizations/<o_...>/totp/``.
        secret: Encrypts them.
    """

    def __init__(self, store: ArtifactStore, secret: ServerSecret) -> None:
        self._records = SealedRecords(store, secret, "one-time-codes")

    def push(
        self,
        organization_id: str,
        totp_identifier: str,
        content: str,
        *,
        task_id: str | None = None,
        workflow_id: str | None = None,
        workflow_run_id: str | None = None,
        source: str | None = None,
        expired_at: datetime | None = None,
    ) -> PushedCode:
        """Takes a code, or a message that holds one.

        Args:
            organization_id: Who pushes it.
            totp_identifier: The e-mail address or phone number that got it; case doesn't matter.
            content: As :func:`code_in` takes it.
            task_id: The only task that may use it; likewise the next two.
            workflow_id: A workflow's permanent id.
            workflow_run_id: A run.
            source: For people: where it came from.
            expired_at: Naive UTC; ten minutes from now by default.

        Raises:
            OrganizationError: There is no such organization.
        """
        now = utc_now()
        code = PushedCode(
            totp_code_id=new_id("totp"),
            organization_id=organization_id,
            totp_identifier=totp_identifier.strip(),
            content=content,
            code=code_in(content),
            created_at=now,
            modified_at=now,
            expired_at=expired_at or now + LIFETIME,
            task_id=task_id,
            workflow_id=workflow_id,
            workflow_run_id=workflow_run_id,
            source=source,
        )
        self._sweep(organization_id, totp_identifier, now)
        self._records.write(self._key(code), code)
        return code

    def list(self, organization_id: str, totp_identifier: str) -> tuple[PushedCode, ...]:
        """All codes that came for an address or number within a day, newest first."""
        codes = self._all(_folder(organization_id, totp_identifier))
        return tuple(sorted(codes, key=lambda code: code.totp_code_id, reverse=True))

    def newest(
        self,
        organization_id: str,
        totp_identifier: str,
        reader: CodeReader,
        typed: frozenset[str] = frozenset(),
    ) -> PushedCode | None:
        """The newest code that a task may use and hasn't used."""
        now = utc_now()
        for code in self.list(organization_id, totp_identifier):
            is_fresh = code.code and code.expired_at > now and code.code not in typed
            if is_fresh and reader.may_use(code):
                return code
        return None

    def take(self, code: PushedCode, reader: CodeReader) -> None:
        """Notes that a task types the code."""
        used_by = (*code.used_by, reader.name)
        self._records.write(
            self._key(code), code.model_copy(update={"used_by": used_by, "modified_at": utc_now()})
        )

    def _sweep(self, organization_id: str, totp_identifier: str, now: datetime) -> None:
        """Codes are of no use for long; what is left of them need not stay."""
        for code in self._all(_folder(organization_id, totp_identifier)):
            if code.expired_at + _KEPT < now:
                self._records.delete(self._key(code))

    def _all(self, folder: str) -> Iterator[PushedCode]:
        for key in list(self._records.keys(folder)):
            code = self._records.read(key, PushedCode)
            if code is not None:
                yield code

    def _key(self, code: PushedCode) -> str:
        return f"{_folder(code.organization_id, code.totp_identifier)}/{code.totp_code_id}"


@dataclass(frozen=True)
class PushedCodeSource:
    """Pushed codes as a source for one task; see :class:`CodeSource`."""

    codes: PushedCodes
    organization_id: str
    totp_identifier: str
    reader: CodeReader
    every: float = 1.0
    first_wait: float = 0.0

    async def code(self, typed: frozenset[str]) -> str | None:
        """See :class:`CodeSource`."""
        return await asyncio.to_thread(self._take, typed)

    def describe(self) -> str:
        """See :class:`CodeSource`."""
        return (
            f"push the code for totp_identifier {self.totp_identifier!r} with POST /api/v1/totp "
            "while the task runs"
        )

    def _take(self, typed: frozenset[str]) -> str | None:
        code = self.codes.newest(self.organization_id, self.totp_identifier, self.reader, typed)
        if code is None:
            return None
        self.codes.take(code, self.reader)
        return code.code


def _folder(organization_id: str, totp_identifier: str) -> str:
    name = totp_identifier.strip().casefold().encode(errors="replace")
    return f"{folder_of(organization_id)}/totp/{hashlib.sha256(name).hexdigest()[:32]}"
