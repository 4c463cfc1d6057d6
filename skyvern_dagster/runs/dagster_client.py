"""A Dagster deployment, reached through the GraphQL of its webserver.

That is the one public way in that works with every run launcher, keeps a run's origin (so that
the UI can re-execute it and sensors see it) and asks the code location to check the run config.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from skyvern_dagster.compiler.dagster_internals import RESUME_TAG
from skyvern_dagster.compiler.interpreted import WORKFLOW_JOB
from skyvern_dagster.errors import DeploymentError

if TYPE_CHECKING:
    import httpx2

_REFRESH_SECONDS = 30.0
"""Arbitrary: jobs move when a deployment is started anew; our own reload asks at once."""


@dataclass(frozen=True)
class Repository:
    """Where the Skyvern jobs are."""

    name: str
    location: str
    jobs: frozenset[str]


class DagsterClient:
    """Launches and ends runs, and reloads the code location.

    Args:
        url: Of the webserver, for instance ``http://127.0.0.1:3000``.
        location: Code location with the Skyvern jobs; looked for when empty.
        headers: Sent with each request (authentication of a proxy before it, for instance).
        timeout_seconds: For one request.
    """

    def __init__(
        self,
        url: str,
        *,
        location: str = "",
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = 30.0,
    ) -> None:
        self.url = url.rstrip("/")
        self._wanted = location
        self._headers = dict(headers or {})
        self._timeout = timeout_seconds
        self._guard = threading.Lock()
        self._client: httpx2.Client | None = None
        self._latest: tuple[float, Repository] | None = None

    def launch(
        self, job: str, *, run_config: Mapping[str, Any], run_tags: Mapping[str, str]
    ) -> str:
        """Creates a run with its tags and hands it to the run coordinator, in one step.

        Returns:
            Dagster's run id.

        Raises:
            DeploymentError: It can't be reached, doesn't know the job, or refused the config.
        """
        repository = self.repository()
        answer = self._ask(
            "launch",
            params={
                "selector": {
                    "repositoryLocationName": repository.location,
                    "repositoryName": repository.name,
                    "pipelineName": job,
                },
                "runConfigData": dict(run_config),
                "executionMetadata": {
                    "tags": [{"key": key, "value": value} for key, value in run_tags.items()]
                },
            },
        )["launchRun"]
        if answer["__typename"] != "LaunchRunSuccess":
            raise DeploymentError(f"Dagster did not launch job {job!r}: {_said(answer)}")
        return str(answer["run"]["runId"])

    def resume(
        self, run_id: str, *, whole: bool = False, run_tags: Mapping[str, str] | None = None
    ) -> str:
        """Re-executes a run from its failure.

        Args:
            whole: Whether all of its steps are: what has been finished repeats nothing.
            run_tags: More tags of the new run.

        Returns:
            Dagster's id of the new run.

        Raises:
            DeploymentError: Dagster can't be reached, or refused.
        """
        answer = self._ask(
            "resume",
            runId=run_id,
            strategy="ALL_STEPS" if whole else "FROM_FAILURE",
            tags=[
                {"key": key, "value": value}
                for key, value in {**(run_tags or {}), RESUME_TAG: "true"}.items()
            ],
        )["launchRunReexecution"]
        if answer["__typename"] != "LaunchRunSuccess":
            raise DeploymentError(f"Dagster did not re-execute run {run_id}: {_said(answer)}")
        return str(answer["run"]["runId"])

    def terminate(self, run_id: str) -> str | None:
        """Ends a run; one that still waits in the queue, too.

        Returns:
            Why it could not be ended now; ``None`` when it is ending.

        Raises:
            DeploymentError: Dagster can't be reached.
        """
        answer = self._ask("terminate", runId=run_id, policy="SAFE_TERMINATE")["terminateRun"]
        return None if answer["__typename"] == "TerminateRunSuccess" else _said(answer)

    def mark_canceled(self, run_id: str) -> None:
        """Calls a run canceled whose process nobody can reach any more.

        Raises:
            DeploymentError: Dagster can't be reached, or refused.
        """
        policy = "MARK_AS_CANCELED_IMMEDIATELY"
        answer = self._ask("terminate", runId=run_id, policy=policy)["terminateRun"]
        if answer["__typename"] != "TerminateRunSuccess":
            raise DeploymentError(f"Dagster did not cancel run {run_id}: {_said(answer)}")

    def reload(self) -> None:
        """Makes the code location read the workflow store again.

        Raises:
            DeploymentError: It can't be reloaded; the message says why.
        """
        answer = self._ask("reload", location=self.repository().location)
        entry = answer["reloadRepositoryLocation"]
        self._latest = None
        failed = (entry.get("locationOrLoadError") or {}).get("__typename") == "PythonError"
        if entry["__typename"] != "WorkspaceLocationEntry" or failed:
            reason = _said(entry.get("locationOrLoadError") or entry)
            raise DeploymentError(f"the code location could not be reloaded: {reason}")

    def job_tags(self, job: str) -> dict[str, str] | None:
        """The tags of a job as it is loaded now; ``None`` when there is none of that name.

        Raises:
            DeploymentError: Dagster can't be reached.
        """
        repository = self.repository()
        selector = {
            "repositoryLocationName": repository.location,
            "repositoryName": repository.name,
            "pipelineName": job,
        }
        answer = self._ask("job_tags", selector=selector)["pipelineOrError"]
        if answer["__typename"] != "Pipeline":
            return None
        return {tag["key"]: tag["value"] for tag in answer["tags"]}

    def repository(self) -> Repository:
        """Where the Skyvern jobs are, asked anew every half minute.

        Raises:
            DeploymentError: Dagster can't be reached, or no location has them.
        """
        latest = self._latest
        if latest is not None and time.monotonic() - latest[0] < _REFRESH_SECONDS:
            return latest[1]
        repository = self._look_for_jobs()
        self._latest = (time.monotonic(), repository)
        return repository

    def close(self) -> None:
        """Closes the connections."""
        with self._guard:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _look_for_jobs(self) -> Repository:
        answer = self._ask("repositories")["repositoriesOrError"]
        nodes = answer.get("nodes", [])
        for node in nodes:
            jobs = frozenset(each["name"] for each in node["pipelines"])
            location = node["location"]["name"]
            if WORKFLOW_JOB in jobs and self._wanted in ("", location):
                return Repository(node["name"], location, jobs)
        seen = ", ".join(node["location"]["name"] for node in nodes) or "none"
        raise DeploymentError(
            f"no code location at {self.url} has the job {WORKFLOW_JOB!r} (locations: {seen}): add "
            "skyvern_dagster.deployment.code_location:defs to its workspace, or merge "
            "deployment_definitions() into your own Definitions",
            retryable=True,
        )

    def _ask(self, name: str, **variables: Any) -> dict[str, Any]:
        import httpx2

        try:
            response = self._connection().post(
                f"{self.url}/graphql", json={"query": _query(name), "variables": variables}
            )
            answer = response.json() if response.is_success else {}
        except (httpx2.HTTPError, ValueError) as error:
            raise DeploymentError(
                f"Dagster at {self.url} can't be reached ({type(error).__name__}: {error}): is its "
                "webserver running?",
                retryable=True,
            ) from error
        if not isinstance(answer, dict) or "errors" in answer or "data" not in answer:
            problem = answer.get("errors") or f"status {response.status_code}"
            raise DeploymentError(f"Dagster at {self.url} did not answer {name!r}: {problem}")
        return dict(answer["data"])

    def _connection(self) -> httpx2.Client:
        import httpx2

        with self._guard:
            if self._client is None:
                limits = httpx2.Limits(max_connections=64, max_keepalive_connections=32)
                self._client = httpx2.Client(
                    timeout=self._timeout, headers=self._headers, limits=limits
                )
            return self._client


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token; none where there is no token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


@cache
def _query(name: str) -> str:
    folder = resources.files("skyvern_dagster.runs").joinpath("graphql")
    return folder.joinpath(f"{name}.graphql").read_text(encoding="utf-8")


def _said(answer: Mapping[str, Any]) -> str:
    errors = answer.get("errors")
    if isinstance(errors, list):
        return "; ".join(str(error.get("message", error)) for error in errors)
    return str(answer.get("message") or answer["__typename"])
