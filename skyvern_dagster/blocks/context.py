"""What a block is given to run with: names, secrets, artifacts and the services of the process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from skyvern_dagster.agent.choice import PlannerName
from skyvern_dagster.agent.planner import Planner
from skyvern_dagster.agent.task import HandOn
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.run_request import RunRequest
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.child_runs import ChildRuns
from skyvern_dagster.blocks.code_process import CodeSettings
from skyvern_dagster.blocks.email_server import EmailServer
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.browser.environment import KeptTraces
from skyvern_dagster.credentials.access import SecretAccess, Trust
from skyvern_dagster.credentials.granted_source import GrantedSource
from skyvern_dagster.credentials.one_time_codes import CodeOrigin, OneTimeCodes
from skyvern_dagster.credentials.organization_source import OrganizationSource
from skyvern_dagster.credentials.sources import SecretSource
from skyvern_dagster.credentials.vault import SecretVault
from skyvern_dagster.errors import BlockError, OrganizationError, SecretError, TemplateError
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID
from skyvern_dagster.organizations.browser_profiles import BrowserProfiles
from skyvern_dagster.organizations.credential_store import CredentialStore
from skyvern_dagster.organizations.grants import GrantStore
from skyvern_dagster.organizations.run_secrets import RunSecrets, run_secrets_exist
from skyvern_dagster.templating.absent import noting_absent
from skyvern_dagster.templating.rendering import evaluate, evaluate_for_text, is_template

if TYPE_CHECKING:
    from skyvern_dagster.agent.task_runner import TaskRunner  # all of an agent: for runs only

Log = Callable[[str], None]


CURRENT_NAMES = frozenset({"current_item", "current_value", "current_index"})
"""What blocks in a loop see of the iteration (docs/contract.md#names-in-texts)."""


@dataclass(frozen=True)
class AgentSettings:
    """Budgets of a task where the definition sets none.

    Attributes:
        max_steps_per_run: Steps of one task.
        max_retries_per_step: Failed steps in a row before the task fails.
        max_seconds: Wall-clock budget of one task.
        trace: Of which tasks Playwright's trace is kept.
        video: Whether a video is kept.
        fetches_known_files: See :class:`~skyvern_dagster.agent.task.TaskRequest`.
    """

    # Ours (docs/contract.md#limits). Arbitrary: two and a half times what Skyvern documents.
    max_steps_per_run: int = 25
    # Arbitrary: what three tries don't do (a click, a page that loads slowly) the next
    # doesn't, either.
    max_retries_per_step: int = 3
    # Arbitrary: 24 s for each of 25 steps, where a slow page takes ten.
    max_seconds: float = 600.0
    trace: KeptTraces = "on"
    video: bool = False
    fetches_known_files: bool = True


@dataclass(frozen=True)
class Services:
    """What a process offers to blocks, built from Dagster's resources or by hand."""

    artifacts: ArtifactStore
    tasks: TaskRunner
    planner: Planner
    secrets: SecretSource
    s3: S3Bucket
    email: EmailServer
    agent: AgentSettings = AgentSettings()
    code: CodeSettings = CodeSettings()  # noqa: RUF009 - frozen
    codes: OneTimeCodes | None = None
    credentials: Callable[[], CredentialStore] | None = None
    run_secrets: Callable[[], RunSecrets] | None = None
    grants: Callable[[], GrantStore] | None = None
    children: ChildRuns | None = None
    profiles: Callable[[], BrowserProfiles] | None = None

    def access(self, organization_id: str, run_id: str, trust: Trust) -> SecretAccess:
        """Where the secrets of a run come from.

        Raises:
            SecretError: The run's own secrets can't be read.
        """
        everything = self._with_own(organization_id, self.secrets)
        granted = self._with_own(
            organization_id, GrantedSource(self.grants, organization_id, self.secrets)
        )
        return SecretAccess(
            defined=granted if trust == "nothing" else everything,
            given=everything if trust == "operator" else granted,
            run=self.run_values(organization_id, run_id),
            trusted=trust == "operator",
            defined_by_operator=trust != "nothing",
        )

    def _with_own(self, organization_id: str, behind: SecretSource) -> SecretSource:
        if self.credentials is None:
            return behind
        return OrganizationSource(self.credentials, organization_id, behind)

    def run_values(self, organization_id: str, run_id: str) -> dict[str, str]:
        """The secrets that came with a run, by the key of their reference.

        Raises:
            SecretError: They are another organization's, or can't be read.
        """
        # Asked of the store first: a run that has none needs no secret of the server.
        if self.run_secrets is None or not run_secrets_exist(self.artifacts, run_id):
            return {}
        try:
            return self.run_secrets().values(organization_id, run_id)
        except OrganizationError as error:
            raise SecretError(str(error)) from error


@dataclass(frozen=True)
class LaterNames:
    """The iterations after a block's own, of a loop that goes side by side.

    Attributes:
        width: How many may be under way at a time.
        names: What texts may refer to in each of them, in their order; made as it is asked for.
    """

    width: int
    names: Callable[[], Iterator[Mapping[str, Any]]] = field(repr=False)


@dataclass(frozen=True)
class BlockContext:
    """One attempt at one block.

    Attributes:
        block_key: ``label``, or ``label/<iteration>`` in a loop: unique in the run, and the same
            when the run is resumed.
        names: Everything that texts may refer to, secrets as references.
        state: Artifact key of the browser state handed on by the previous browser block.
        has_page: Whether that is the state of a browser that is on a page, rather than a profile's.
        fork: Whether the block begins a loop iteration: a context of its own.
        hand_on: What later blocks need of the browser.
        files: What the run has downloaded so far.
        request: What the run was asked for over REST.
        item: Digest of the loop's item; empty outside loops.
        delivery: What uploads and e-mails belong to: the run, or a partition of an asset.
        covers: The deliveries that a block stands for where a run makes several partitions at once.
        organization_id: Whose run it is.
        trust: Who made the definition, and who gave the parameters.
        code_origin: Where one-time codes come from, as the definition says for all blocks.
        code_identifiers: Key of a credential -> whom its pushed one-time codes are for.
        workflow: Permanent id of the workflow.
        planner: Who plans in this workflow, where it says so.
        file_parameters: Keys of the parameters whose type is ``file_url``.
        lacking: Gives what the run lacks so far, a line for each item that failed or terminated
            and that the definition puts up with.
        error_codes: Error code -> the situation that it stands for, as the definition says for
            all blocks.
        triggered_by: The permanent ids of the workflows whose runs have led to this one, outermost
            first.
        approved: Whether a person has made a paused run go on, in Dagster.
        headers: What the browser sends to the site of a task beside its own headers; values may be
            templates.
        time_zone: IANA name of the time zone that pages see; empty for the machine's.
        system_prompt: What the definition tells a model with whatever it is asked; may be a
            template.
        later: Of a block that begins an iteration: what texts may refer to in those after it.
    """

    workflow_run_id: str
    block_key: str
    iteration: str
    names: Mapping[str, Any]
    vault: SecretVault
    services: Services
    log: Log
    state: str | None = None
    has_page: bool = True
    fork: bool = False
    hand_on: HandOn = "nothing"
    files: tuple[StoredFile, ...] = ()
    request: RunRequest | None = None
    organization_id: str = DEFAULT_ORGANIZATION_ID
    trust: Trust = "nothing"
    code_origin: CodeOrigin = field(default_factory=CodeOrigin)
    delivery: str = ""
    covers: tuple[str, ...] = ()
    item: str = ""
    workflow: str = ""
    planner: PlannerName | None = None
    file_parameters: frozenset[str] = frozenset()
    lacking: Callable[[], list[str]] = list
    error_codes: Mapping[str, str] = field(default_factory=dict)
    triggered_by: tuple[str, ...] = ()
    approved: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    code_identifiers: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = ""
    system_prompt: str = ""
    later: LaterNames | None = None

    @property
    def is_on_page(self) -> bool:
        """Whether a block before this one has left the browser on a page."""
        return self.state is not None and self.has_page

    @property
    def delivers_again(self) -> bool:
        """Whether other runs deliver the same: of what is there already, nothing is repeated."""
        return self.delivery not in ("", self.workflow_run_id)

    def value(self, text: str, field: str) -> Any:
        """What a text field means: a parameter's value, a rendered template, or the text itself.

        Raises:
            BlockError: The template can't be rendered.
        """
        return self._value(text, field, evaluate)

    def _value(
        self, text: str, field: str, of_template: Callable[[str, Mapping[str, Any]], Any]
    ) -> Any:
        if text in self.names:
            return self.names[text]
        if not is_template(text):
            return text
        try:
            with noting_absent() as absent:
                value = of_template(text, self.names)
        except TemplateError as error:
            raise BlockError(f"{field}: {error}") from error
        for line in absent:
            self.log(f"warning: {field}: {line}, so it is left empty (in {text[:80]!r})")
        return value

    def text(self, text: str, field: str) -> str:
        """Like :meth:`value`, as text: a list or an object is written as JSON.

        Raises:
            BlockError: The template can't be rendered.
        """
        value = self._value(text, field, evaluate_for_text)
        if isinstance(value, dict | list):
            return json.dumps(value, ensure_ascii=False, default=str)
        return "" if value is None else str(value)

    def single(self, text: str, field: str) -> str:
        """Like :meth:`text`, for what a list can't stand for: an address, a name.

        Raises:
            BlockError: The template can't be rendered, or the value is a list or an object.
        """
        value = self._value(text, field, evaluate_for_text)
        if isinstance(value, dict | list):
            raise BlockError(f"{field}: {text!r} gives a {type(value).__name__}, not a text")
        return "" if value is None else str(value)

    def readable(self, text: str, field: str) -> str:
        """Like :meth:`text`; a list or an object as JSON, for people: a loop's output in a mail.

        Raises:
            BlockError: The template can't be rendered.
        """
        value = self._value(text, field, evaluate_for_text)
        if isinstance(value, dict | list):
            return json.dumps(value, indent=2, ensure_ascii=False, default=str)
        return "" if value is None else str(value)

    def rendered_headers(self) -> dict[str, str]:
        """The headers for the site of a task, secrets as references.

        Raises:
            BlockError: A value can't be rendered.
        """
        return {
            name: self.rendered(text, f"extra_http_headers.{name}")
            for name, text in self.headers.items()
        }

    def instructions(self) -> str:
        """What the definition tells a model with whatever it is asked, without its secrets.

        Raises:
            BlockError: It can't be rendered.
        """
        return self.vault.conceal(self.rendered(self.system_prompt, "workflow_system_prompt"))

    def rendered(self, text: str, field: str) -> str:
        """Renders a field whose plain text is just text.

        Raises:
            BlockError: The template can't be rendered.
        """
        return self.text(text, field) if is_template(text) else text
