"""Executors by name, as the component's ``executor`` says them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Literal

import dagster as dg

from skyvern_dagster.compiler.browser_executor import browser_executor
from skyvern_dagster.compiler.dagster_internals import config_errors
from skyvern_dagster.errors import DefinitionError

LOCATION: Literal["location"] = "location"
"""In place of an executor: whatever the code location's ``Definitions(executor=...)`` says."""

_OTHERS = {
    "celery": "dagster_celery.celery_executor",
    "docker": "dagster_docker.docker_executor",
    "k8s": "dagster_k8s.k8s_job_executor",
}
"""Executors of Dagster's own distributions that aren't installed with Dagster."""

NAMES = ("browser", "in_process", "multiprocess", *_OTHERS, "none")


def executor_named(name: str, config: Mapping[str, Any]) -> dg.ExecutorDefinition | None:
    """The executor of a name, or of an import path.

    Args:
        name: One of ``NAMES``, or a path such as ``my_package.executors.night_executor``.
        config: Its config; it can't be set at launch any more where this sets any.

    Returns:
        ``None`` for ``none``.

    Raises:
        DefinitionError: There is no such executor, its package isn't installed, or its config is
            wrong.
    """
    if name == "none":
        if config:
            raise DefinitionError("executor_config: executor none has no config: name an executor")
        return None
    own = {
        "browser": browser_executor,
        "in_process": dg.in_process_executor,
        "multiprocess": dg.multiprocess_executor,
    }
    found = own.get(name) or _imported(name)
    if not config:
        return found
    schema: Any = found.config_schema
    if errors := config_errors(schema.config_type, config):
        raise DefinitionError(f"executor_config of executor {name!r}: {'; '.join(errors)}")
    return found.configured(dict(config), name=found.name)


def _imported(name: str) -> dg.ExecutorDefinition:
    module, _, attribute = _OTHERS.get(name, name).rpartition(".")
    if not module:
        raise DefinitionError(
            f"executor: there is no {name!r}: give one of {', '.join(NAMES)}, or the import path "
            "of an executor (package.module.executor)"
        )
    try:
        found = getattr(import_module(module), attribute, None)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0].replace("_", "-")
        raise DefinitionError(
            f"executor {name!r}: {module} can't be imported ({error}): pip install {package}"
        ) from error
    if not isinstance(found, dg.ExecutorDefinition):
        raise DefinitionError(f"executor {name!r}: {module} has no executor {attribute!r}")
    return found
