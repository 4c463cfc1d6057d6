"""Contexts for blocks, built by hand; the browser in them is never started."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skyvern_dagster.agent.planners.scripted import ScriptedPlanner
from skyvern_dagster.agent.task_runner import TaskRunner
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.blocks.code_process import CodeSettings
from skyvern_dagster.blocks.context import BlockContext, Services
from skyvern_dagster.blocks.email_server import EmailServer
from skyvern_dagster.blocks.s3_bucket import S3Bucket
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.credentials.vault import SecretVault

RUN = "wr_123456789012345678"


def no_client() -> Any:
    raise AssertionError("nobody should ask for S3 here")


@dataclass
class Desk:
    """Makes contexts, and keeps what blocks log."""

    folder: Path
    names: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    declarations: SecretDeclarations = field(default_factory=SecretDeclarations)
    s3: S3Bucket = field(default_factory=lambda: S3Bucket(no_client, ""))
    email: EmailServer = field(default_factory=EmailServer)
    code: CodeSettings = field(default_factory=CodeSettings)
    files: tuple[StoredFile, ...] = ()
    lines: list[str] = field(default_factory=list)

    @property
    def store(self) -> ArtifactStore:
        """The artifact store of all contexts of this desk."""
        return ArtifactStore(self.folder)

    def download(
        self, filename: str, content: bytes, content_type: str = "application/pdf"
    ) -> StoredFile:
        """Puts a download into the store, as a task would have left it."""
        key = self.store.write(f"runs/{RUN}/downloads/{len(self.files)}", content)
        file = StoredFile(
            key=key,
            filename=filename,
            content_type=content_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            block="fetch",
        )
        self.files += (file,)
        return file

    def context(self, block_key: str = "block", **changes: Any) -> BlockContext:
        """One attempt at a block."""
        secrets = EnvironmentSource(self.environment)
        services = Services(
            artifacts=self.store,
            tasks=TaskRunner(BrowserRuntime(), self.store),
            planner=ScriptedPlanner([]),
            secrets=secrets,
            s3=self.s3,
            email=self.email,
            code=self.code,
        )
        return BlockContext(
            workflow_run_id=RUN,
            block_key=block_key,
            iteration="",
            names=self.names,
            vault=SecretVault(self.declarations, SecretAccess.of_operator(secrets), Redactor()),
            services=services,
            log=self.lines.append,
            files=self.files,
            **changes,
        )
