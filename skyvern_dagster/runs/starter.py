"""Starting a run that somebody asks for: checked, its records begun, launched with its tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skyvern_dagster.artifacts.run_request import RunOptions, RunRequest, read_request
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.compiler.config import run_config
from skyvern_dagster.compiler.dagster_internals import MAX_RUNTIME_TAGS
from skyvern_dagster.compiler.interpreted import TASK_JOB, WORKFLOW_JOB
from skyvern_dagster.compiler.limits import login_pools, sequential_tags
from skyvern_dagster.compiler.limits import run_tags as run_tags_of
from skyvern_dagster.credentials.payload_secrets import numbered, without_secrets
from skyvern_dagster.credentials.reference import SecretReference
from skyvern_dagster.credentials.text_secrets import TextSecrets
from skyvern_dagster.errors import DeploymentError, ParameterError
from skyvern_dagster.execution import tags
from skyvern_dagster.execution.parameter_secrets import checked_without_secrets
from skyvern_dagster.ids import new_id
from skyvern_dagster.organizations.run_secrets import RunSecrets
from skyvern_dagster.runs.dagster_client import DagsterClient
from skyvern_dagster.runs.request import begin, make_request
from skyvern_dagster.runs.single_block import SingleBlock
from skyvern_dagster.runs.task_definition import task_workflow
from skyvern_dagster.stores.workflows import StoredWorkflow

_PARAMETERS = ("parameters", "data")
"""Where the bodies of the two generations have a run's parameters."""


@dataclass(frozen=True)
class RunStarter:
    """Starts runs in a Dagster deployment.

    Attributes:
        secrets: Keeps what is taken out of payloads, goals and parameters.
        make_pools: Makes the pools of logins, so that the queue knows them before their first run.
        has_run: Whether a run of an id has been launched before.
    """

    deployment: DagsterClient
    store: ArtifactStore
    secrets: Callable[[], RunSecrets]
    make_pools: Callable[[Iterable[str]], object] = lambda _: None
    has_run: Callable[[str], bool] = lambda _: False

    def start_task(self, block: dict[str, Any], options: RunOptions) -> RunRequest:
        """Starts a task by itself.

        Args:
            block: Fields of the task block.

        Raises:
            DefinitionError: A field doesn't fit.
            DeploymentError: Dagster can't be reached, or refused.
        """
        task_id = new_id("tsk")
        if (before := self._launched_before(task_id)) is not None:
            return before
        secrets: dict[str, str] = {}
        named = without_secrets(options.body.get("navigation_payload"), secrets)
        told = TextSecrets(secrets)
        block = told.without(block)
        options = without_header_values(options, secrets, {})
        clean = _without_texts(told, options, navigation_payload=told.without(named))
        workflow, values = task_workflow(block)
        request = make_request("task", task_id, clean, workflow, None)
        if secrets:
            self.secrets().keep(options.organization_id, task_id, secrets)
        run_tags = begin(self.store, request, workflow, values) | _limits(options) | _site(block)
        self._launch(task_id, TASK_JOB, {}, run_tags)
        return request

    def start_block(self, made: SingleBlock, title: str, options: RunOptions) -> RunRequest:
        """Starts a workflow of one block, which is made for this run and kept nowhere else.

        Raises:
            DefinitionError: A field doesn't fit.
            DeploymentError: Dagster can't be reached, or refused.
        """
        secrets: dict[str, str] = {}
        told = TextSecrets(secrets)
        clean = SingleBlock(
            told.without(made.block), told.without(made.parameters), told.without(made.values)
        )
        stored = clean.stored(options.organization_id, told.without(title))
        return self.start_workflow(stored, clean.values, options, secrets)

    def start_workflow(
        self,
        stored: StoredWorkflow,
        given: dict[str, Any],
        options: RunOptions,
        told_before: Mapping[str, str] | None = None,
    ) -> RunRequest:
        """Starts a stored workflow, as its compiled job where this version of it is loaded.

        Args:
            told_before: Secrets that the definition refers to, since its texts told them.

        Raises:
            ParameterError: The parameters don't fit the definition.
            DefinitionError: The stored definition has errors in this version of the package.
            DeploymentError: Dagster can't be reached, or refused.
        """
        refuse_environment(given)
        workflow = stored.load()
        run_id = new_id("wr")
        if (before := self._launched_before(run_id)) is not None:
            return before
        kept = {**self._kept_before(options), **(told_before or {})}
        parameters, secrets = checked_without_secrets(workflow.definition, given, kept)
        secrets = {**(told_before or {}), **secrets}
        options = without_header_values(options, secrets, kept)
        shown = {
            name: {**value, **{key: parameters[key] for key in value if key in parameters}}
            for name in _PARAMETERS
            if isinstance(value := options.body.get(name), dict)
        }
        keys = frozenset(parameter.key for parameter in workflow.definition.parameters)
        options = _without_texts(TextSecrets(secrets, {**kept, **secrets}, keys), options, **shown)
        request = make_request("workflow_run", run_id, options, workflow, stored)
        if secrets:
            self.secrets().keep(options.organization_id, run_id, secrets)
        job, config = WORKFLOW_JOB, {}
        if self._is_loaded(stored):
            job, config = stored.name, run_config(parameters)
        begun = begin(self.store, request, workflow, parameters)
        # Also where the interpreting job carries it out, which has no tags of the workflow's own.
        own = run_tags_of(workflow) | sequential_tags(workflow, parameters)
        run_tags = own | begun | _limits(options) | _site(parameters)
        self.make_pools(login_pools(workflow))
        self._launch(run_id, job, config, run_tags)
        return request

    def _launched_before(self, run_id: str) -> RunRequest | None:
        """The run that a repeated request has asked for the first time."""
        request = read_request(self.store, run_id)
        return request if request is not None and self.has_run(run_id) else None

    def _launch(
        self, run_id: str, job: str, config: Mapping[str, Any], run_tags: Mapping[str, str]
    ) -> None:
        try:
            self.deployment.launch(job, run_config=config, run_tags=run_tags)
        except DeploymentError:
            # An answer that was lost: the run may be there all the same.
            if not self.has_run(run_id):
                raise

    def _kept_before(self, options: RunOptions) -> dict[str, str]:
        """The secrets of the run that this one repeats."""
        if options.retried_from is None:
            return {}
        return self.secrets().values(options.organization_id, options.retried_from)

    def _is_loaded(self, stored: StoredWorkflow) -> bool:
        loaded = self.deployment.job_tags(stored.name) or {}
        return (
            loaded.get(tags.WORKFLOW_PERMANENT_ID) == stored.workflow_permanent_id
            and loaded.get(tags.WORKFLOW_VERSION) == str(stored.version)
            and loaded.get(tags.ORGANIZATION_ID) == stored.organization_id
        )


def _without_texts(told: TextSecrets, options: RunOptions, **known: Any) -> RunOptions:
    """What was asked for without the secrets that its texts tell.

    Args:
        known: Fields of the body that have been looked at.
    """
    body = {**told.without({**options.body, **known}), **known}
    title = told.without(options.title)
    proxy = told.without(options.proxy_location)
    return options.model_copy(
        update={
            "body": {**told.replaced(body), **known},
            "title": told.replaced(title),
            "proxy_location": proxy,
        }
    )


def refuse_environment(value: Any, place: str = "parameters") -> None:
    """Dagster replaces ``{"env": NAME}`` in run config by the worker's environment variable.

    Raises:
        ParameterError: There is such a value, at any depth.
    """
    if isinstance(value, dict):
        if set(value) == {"env"}:
            raise ParameterError(
                f'{place} holds {{"env": ...}}, which Dagster would replace by an environment '
                "variable of the worker: give the value itself"
            )
        for key, each in value.items():
            refuse_environment(each, f"{place}.{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            refuse_environment(each, f"{place}[{index}]")


def without_header_values(
    options: RunOptions, secrets: dict[str, str], kept: Mapping[str, str]
) -> RunOptions:
    """Options with references in the places of headers' values: any of them may be a secret.

    Args:
        secrets: Gets the values, by the key of their reference.
        kept: The secrets of the run that this one repeats.
    """
    if not options.extra_http_headers:
        return options
    new = numbered("header_", secrets)
    known = {str(SecretReference(key)): key for key in kept}
    told = {}
    for name, value in options.extra_http_headers.items():
        key = known.get(value) or new()
        secrets[key] = kept.get(key, value)
        told[name] = str(SecretReference(key))
    body = {**options.body, "extra_http_headers": told}
    return options.model_copy(update={"extra_http_headers": told, "body": body})


def _limits(options: RunOptions) -> dict[str, str]:
    return {} if options.max_seconds is None else {MAX_RUNTIME_TAGS[0]: str(options.max_seconds)}


def _site(values: Mapping[str, Any]) -> dict[str, str]:
    site = tags.site_of(values)
    return {tags.SITE: site} if site else {}
