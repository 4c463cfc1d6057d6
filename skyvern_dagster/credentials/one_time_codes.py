"""One-time codes for the tasks of this process: from an address, or pushed to the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.credentials.code_source import CodeSource, CodeTiming, CodeWaiter
from skyvern_dagster.credentials.pushed_codes import CodeReader, PushedCodes, PushedCodeSource
from skyvern_dagster.credentials.verification_url import VerificationUrlSource
from skyvern_dagster.organizations.api_keys import ApiKeys
from skyvern_dagster.organizations.server_secret import ServerSecret
from skyvern_dagster.organizations.signing import signing_key
from skyvern_dagster.webhooks.settings import WebhookSettings


@dataclass(frozen=True)
class CodeOrigin:
    """Where codes are to come from, as a request, a block or a definition says; false for nowhere.

    Attributes:
        verification_url: ``totp_verification_url``; asked rather than waiting for pushed codes.
        identifier: ``totp_identifier``.
    """

    verification_url: str | None = None
    identifier: str | None = None

    def __bool__(self) -> bool:
        return bool(self.verification_url or self.identifier)

    def other_than(self, usual: CodeOrigin) -> CodeOrigin:
        """Without what is as usual."""
        url, identifier = self.verification_url, self.identifier
        return CodeOrigin(
            None if url == usual.verification_url else url,
            None if identifier == usual.identifier else identifier,
        )


@dataclass(frozen=True)
class CodeRequest:
    """What a task says about its codes.

    Attributes:
        reader: The task.
        organization_id: Whose run it is.
        api_key_id: The key that the run was asked for with.
    """

    reader: CodeReader
    organization_id: str
    origin: CodeOrigin
    api_key_id: str | None = None


@dataclass(frozen=True)
class OneTimeCodes:
    """Makes the waiter of a task.

    Attributes:
        secret: Gives the server's secret; called when a code is wanted.
    """

    store: ArtifactStore
    secret: Callable[[], ServerSecret]
    settings: WebhookSettings = field(default_factory=WebhookSettings)
    timing: CodeTiming = field(default_factory=CodeTiming)

    def waiter(self, request: CodeRequest) -> CodeWaiter | None:
        """Waits for the task's codes; ``None`` where it names no source of any.

        Raises:
            OrganizationError: The server's secret can't be used.
        """
        source = self._source(request)
        return None if source is None else CodeWaiter(source, self.timing.patience)

    def _source(self, request: CodeRequest) -> CodeSource | None:
        reader, origin = request.reader, request.origin
        if origin.verification_url:
            question = {
                "task_id": reader.task_id,
                "workflow_run_id": reader.workflow_run_id,
                "workflow_permanent_id": reader.workflow_id,
            }
            return VerificationUrlSource(
                url=origin.verification_url,
                question={name: value for name, value in question.items() if value},
                key=lambda: self._key(request),
                policy=self.settings.policy,
                scheme=self.settings.scheme,
                first_wait=self.timing.first_wait,
                every=self.timing.every,
            )
        if origin.identifier:
            return PushedCodeSource(
                codes=PushedCodes(self.store, self.secret()),
                organization_id=request.organization_id,
                totp_identifier=origin.identifier,
                reader=reader,
                every=self.timing.pushed_every,
            )
        return None

    def _key(self, request: CodeRequest) -> str:
        keys = ApiKeys(self.store, self.secret())
        return signing_key(keys, request.organization_id, request.api_key_id)
