"""Dagster resources: the browser, the planner, the artifact store, S3, mail, secrets."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import dagster as dg
from pydantic import Field, PrivateAttr

from skyvern_dagster.agent.choice import PlannerChoice, PlannerName, Replaying
from skyvern_dagster.agent.planner import Planner
from skyvern_dagster.agent.sessions import SessionDesk
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.context import AgentSettings, Services
from skyvern_dagster.blocks.email_server import EmailServer
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.browser.network import NetworkPolicy
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.video import find_ffmpeg
from skyvern_dagster.credentials.code_source import CodeTiming
from skyvern_dagster.credentials.one_time_codes import OneTimeCodes
from skyvern_dagster.credentials.sources import (
    AwsSecretsManagerSource,
    ChainSource,
    EnvironmentSource,
    SecretSource,
)
from skyvern_dagster.errors import BlockError, PlannerError
from skyvern_dagster.llm.settings import ModelSettings, settings_from
from skyvern_dagster.organizations.credential_store import CredentialStore
from skyvern_dagster.organizations.run_secrets import RunSecrets
from skyvern_dagster.organizations.server_secret import SECRET_FILE, ServerSecret
from skyvern_dagster.webhooks.settings import WebhookSettings


def home_folder() -> Path:
    """Where instance, artifacts and downloads live: ``$DAGSTER_HOME``, else ``.skyvern``."""
    return Path(os.environ.get("DAGSTER_HOME") or ".skyvern").resolve()


def artifact_location() -> str:
    """Where artifacts lie unless a resource says otherwise.

    ``$SKYVERN_ARTIFACT_STORE`` (a folder or a universal-pathlib URL), else ``artifacts/`` of the
    home folder.
    """
    return os.environ.get("SKYVERN_ARTIFACT_STORE") or str(home_folder() / "artifacts")


class ArtifactStoreResource(dg.ConfigurableResource[ArtifactStore]):
    """Where screenshots, observations, downloads and records go."""

    base_path: str = Field(
        default="",
        description="Folder or universal-pathlib URL; empty for SKYVERN_ARTIFACT_STORE, else "
        "artifacts/ under DAGSTER_HOME, else under .skyvern.",
    )

    def store(self) -> ArtifactStore:
        """The store."""
        return ArtifactStore(self.base_path or artifact_location())


class BrowserResource(dg.ConfigurableResource["BrowserResource"]):
    """One Chromium per process, started at the first use and closed with the run."""

    browser: str = Field(
        default="",
        description="Path of a Chromium, or CDP URL of a running one; empty to look for one.",
    )
    headless: bool = True
    trace: bool = Field(default=True, description="Keep Playwright's trace of every task.")
    video: bool | None = Field(
        default=None,
        description="Keep a video of every task; left out: SKYVERN_VIDEO (1 or 0), else where an "
        "ffmpeg is there.",
    )
    allow_private_addresses: bool | None = Field(
        default=None,
        description="Whether pages may open hosts in private, loopback and link-local networks; "
        "left out: SKYVERN_BROWSER_ALLOW_PRIVATE (1 or 0), else yes.",
    )
    private_hosts: list[str] = Field(
        default_factory=list,
        description="Hosts that may be opened there all the same; empty: "
        "SKYVERN_BROWSER_PRIVATE_HOSTS, separated by commas.",
    )
    max_steps_per_run: int = Field(default=25, description="Where the definition sets none.")
    max_seconds_per_task: float = 600.0

    _runtime: BrowserRuntime | None = PrivateAttr(default=None)
    _desks: dict[str, SessionDesk] = PrivateAttr(default_factory=dict)
    _guard: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[BrowserResource]:
        """Closes the browser at the end of the process's part of the run."""
        del context
        try:
            yield self
        finally:
            self.close()

    def desk(self, store: ArtifactStore) -> SessionDesk:
        """The session desk of this process."""
        key = str(store.base)
        with self._guard:
            if key not in self._desks:
                self._desks[key] = SessionDesk(self._browser(), store, self.policy())
            return self._desks[key]

    def close(self) -> None:
        """Closes the browser, if it was started."""
        for desk in self._desks.values():
            desk.close()
        self._desks.clear()
        if self._runtime is not None:
            self._runtime.close()
            self._runtime = None

    def settings(self) -> AgentSettings:
        """The agent's budgets."""
        return AgentSettings(
            max_steps_per_run=self.max_steps_per_run,
            max_seconds=self.max_seconds_per_task,
            trace=self.trace,
            video=self._films(),
        )

    def policy(self) -> NetworkPolicy:
        """Which addresses pages may open."""
        allowed = _switch("SKYVERN_BROWSER_ALLOW_PRIVATE", self.allow_private_addresses)
        listed = os.environ.get("SKYVERN_BROWSER_PRIVATE_HOSTS", "").split(",")
        hosts = self.private_hosts or [host.strip() for host in listed if host.strip()]
        return NetworkPolicy(allow_private=allowed is not False, private_hosts=tuple(hosts))

    def _films(self) -> bool:
        asked = _switch("SKYVERN_VIDEO", self.video)
        return find_ffmpeg() is not None if asked is None else asked

    def _browser(self) -> BrowserRuntime:
        if self._runtime is None:
            self._runtime = BrowserRuntime(self.browser, headless=self.headless)
        return self._runtime


def _switch(variable: str, given: bool | None) -> bool | None:
    """What a field says, else an environment variable; ``None`` where neither does."""
    asked = os.environ.get(variable, "").strip().lower()
    if given is not None or not asked:
        return given
    return asked in ("1", "true", "yes", "on")


class PlannerResource(dg.ConfigurableResource["PlannerResource"]):
    """Who decides: ``auto`` chains all that are there, cheapest first.

    The model's settings fall back to SKYVERN_LLM_BASE_URL, _API_KEY, _MODEL, and so on; give the
    key as ``dg.EnvVar("...")``, so that it stays out of run config.
    """

    planner: str = Field(
        default="",
        description="auto, heuristic, llm, or module:Class of a planner of your own; empty: "
        "SKYVERN_PLANNER, else auto.",
    )
    base_url: str = Field(default="", description="OpenAI-compatible server, up to /v1.")
    api_key: str = Field(default="", description='Its key, as dg.EnvVar("NAME").')
    model: str = Field(default="", description="The model's name on the server.")
    vision: str = Field(default="", description="Screenshots to the model: off, auto or on.")
    timeout_seconds: float = Field(default=0, description="For one request; 0: 60.")
    max_page_tokens: int = Field(default=0, description="Of a page in one request; 0: 4,000.")
    max_task_tokens: int = Field(default=0, description="Budget of one task; 0: 200,000.")
    replay: str = Field(
        default="",
        description="Record and replay: model (tasks in which a model had a part), all, or off; "
        "empty: SKYVERN_REPLAY, else model.",
    )
    recordings: str = Field(
        default="",
        description="Folder of reviewed recordings, used first and never changed; empty: "
        "SKYVERN_RECORDINGS.",
    )

    def policy(self) -> Planner:
        """The planners.

        Raises:
            PlannerError: There is no planner of that name, or a setting is malformed.
        """
        name = self.planner or os.environ.get("SKYVERN_PLANNER") or "auto"
        if name not in ("auto", "heuristic", "llm"):
            return _imported_planner(name)
        folder = self.recordings or os.environ.get("SKYVERN_RECORDINGS")
        return PlannerChoice(
            default=cast(PlannerName, name),
            model=self._model(),
            replaying=self._replaying(),
            folder=Path(folder) if folder else None,
        )

    def _model(self) -> ModelSettings:
        return settings_from(
            base_url=self.base_url,
            api_key=self.api_key,
            model=self.model,
            vision=self.vision,
            timeout_seconds=self.timeout_seconds,
            max_page_tokens=self.max_page_tokens,
            max_task_tokens=self.max_task_tokens,
        )

    def _replaying(self) -> Replaying:
        value = self.replay or os.environ.get("SKYVERN_REPLAY") or "model"
        if value not in ("model", "all", "off"):
            raise PlannerError(f"SKYVERN_REPLAY must be model, all or off, not {value!r}")
        return cast(Replaying, value)


def _imported_planner(name: str) -> Planner:
    module, _, attribute = name.partition(":")
    try:
        planner = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise PlannerError(
            f"no planner {name!r}: use auto, heuristic, llm, or module:Class of your own ({error})"
        ) from error
    if not isinstance(planner, Planner):
        raise PlannerError(f"{name!r} is no planner: it needs a name and an async method plan")
    return planner


class EmailResource(dg.ConfigurableResource["EmailResource"]):
    """How mail is sent; where to, the workflow says."""

    security: str = Field(
        default="",
        description="auto, starttls, tls or plain; empty: SKYVERN_SMTP_SECURITY, else auto.",
    )
    timeout_seconds: float = 30.0
    max_bytes: int = Field(default=0, description="0: SKYVERN_SMTP_MAX_BYTES, else 25,000,000.")

    def server(self) -> EmailServer:
        """The settings for blocks.

        Raises:
            BlockError: A setting in the environment is malformed.
        """
        security = self.security or os.environ.get("SKYVERN_SMTP_SECURITY") or "auto"
        limit = str(self.max_bytes or os.environ.get("SKYVERN_SMTP_MAX_BYTES") or 25_000_000)
        if not limit.isdecimal():
            raise BlockError(f"SKYVERN_SMTP_MAX_BYTES must be a number, not {limit!r}")
        match security:
            case "auto" | "starttls" | "tls" | "plain":
                return EmailServer(security, self.timeout_seconds, int(limit))
            case _:
                raise BlockError(
                    f"SKYVERN_SMTP_SECURITY must be auto, starttls, tls or plain, not {security!r}"
                )


class S3BucketResource(dg.ConfigurableResource["S3BucketResource"]):
    """The bucket that ``upload_to_s3`` writes to, reached through dagster-aws's ``S3Resource``.

    The endpoint follows boto3's own variables (``AWS_ENDPOINT_URL_S3``, ...) unless it is set.
    """

    bucket: str = Field(default="", description="Empty: SKYVERN_UPLOAD_BUCKET.")
    environment: str = Field(
        default="", description="First part of keys; empty: SKYVERN_ENV, else local."
    )
    endpoint_url: str = ""
    region_name: str = ""

    _client: Any = PrivateAttr(default=None)

    def s3(self) -> S3Bucket:
        """The bucket for blocks."""
        return S3Bucket(
            client=self._made,
            bucket=self.bucket or os.environ.get("SKYVERN_UPLOAD_BUCKET", ""),
            environment=self.environment or os.environ.get("SKYVERN_ENV") or "local",
        )

    def _made(self) -> Any:
        if self._client is None:
            try:
                from dagster_aws.s3 import S3Resource
            except ModuleNotFoundError as error:
                raise BlockError(
                    "upload_to_s3 needs: pip install 'skyvern-dagster[aws]'"
                ) from error
            self._client = S3Resource(
                endpoint_url=self.endpoint_url or None, region_name=self.region_name or None
            ).get_client()
        return self._client


class SecretsResource(dg.ConfigurableResource["SecretsResource"]):
    """Where secrets come from: the environment, then AWS Secrets Manager where it is installed."""

    aws_secrets_manager: bool = True

    def source(self) -> SecretSource:
        """The chain of sources."""
        environment = EnvironmentSource()
        if not self.aws_secrets_manager:
            return environment
        try:
            from dagster_aws.secretsmanager import SecretsManagerResource
        except ModuleNotFoundError:
            return environment
        return ChainSource(
            environment, AwsSecretsManagerSource(lambda: SecretsManagerResource().get_client())
        )


RESOURCE_KEYS = frozenset({"artifacts", "browser", "planner", "email", "s3", "secrets"})
"""The resources that every block op requires."""


def default_resources() -> dict[str, Any]:
    """What jobs use unless told otherwise; nothing is opened before it is used."""
    return {
        "artifacts": ArtifactStoreResource(),
        "browser": BrowserResource(),
        "planner": PlannerResource(),
        "email": EmailResource(),
        "s3": S3BucketResource(),
        "secrets": SecretsResource(),
    }


def services(resources: Any) -> Services:
    """The services that blocks see, from an op's ``context.resources``."""
    store = resources.artifacts.store()
    planner = resources.planner.policy()
    if isinstance(planner, PlannerChoice):
        planner = planner.with_store(store)
    return Services(
        artifacts=store,
        desk=resources.browser.desk(store),
        planner=planner,
        secrets=_secret_source(resources.secrets),
        s3=_bucket(resources.s3),
        email=resources.email.server(),
        agent=resources.browser.settings(),
        codes=one_time_codes(store),
        credentials=lambda: CredentialStore(store, server_secret()),
        run_secrets=lambda: RunSecrets(store, server_secret()),
    )


def _bucket(resource: Any) -> S3Bucket:
    """Ours, or dagster-aws's ``S3Resource``."""
    if hasattr(resource, "s3"):
        bucket: S3Bucket = resource.s3()
        return bucket
    return replace(S3BucketResource().s3(), client=lambda: _boto3_client(resource))


def _secret_source(resource: Any) -> SecretSource:
    """Ours, or dagster-aws's ``SecretsManagerResource``, after the environment."""
    if hasattr(resource, "source"):
        source: SecretSource = resource.source()
        return source
    manager = AwsSecretsManagerSource(lambda: _boto3_client(resource))
    return ChainSource(EnvironmentSource(), manager)


def _boto3_client(resource: Any) -> Any:
    """The client of a resource of dagster-aws; of some, an op sees the client itself."""
    return resource.get_client() if hasattr(resource, "get_client") else resource


def one_time_codes(store: ArtifactStore) -> OneTimeCodes:
    """One-time codes from outside, as the environment says.

    Raises:
        SecretError, OutgoingError: A setting in the environment is malformed.
    """
    return OneTimeCodes(
        store, server_secret, WebhookSettings.from_environment(), CodeTiming.from_environment()
    )


def server_secret() -> ServerSecret:
    """The secret of this deployment: ``SKYVERN_SECRET_KEY``, else a file in the home folder.

    Raises:
        OrganizationError: It can't be used.
    """
    return ServerSecret.load(home_folder() / SECRET_FILE)
