"""A run's files, as answers list them."""

from __future__ import annotations

from skyvern_dagster.artifacts.run_keys import RunKeys, StepKeys
from skyvern_dagster.runs.facts import RunFacts
from skyvern_dagster.runs.links import Links
from skyvern_dagster.runs.run_artifacts import list_artifacts
from skyvern_dagster_api.schemas.answers import ArtifactAnswer
from skyvern_dagster_api.shim import Shim


def artifact_answers(
    parts: Shim, facts: RunFacts, links: Links, types: tuple[str, ...] = ()
) -> list[ArtifactAnswer]:
    """All files of a run that people may open.

    Args:
        types: Only these; all when empty.
    """
    step_ids = _step_ids(parts, facts)
    answers = []
    for artifact in list_artifacts(parts.store, facts.run_id, types):
        made = artifact.key.rpartition("/")[0]
        answers.append(
            ArtifactAnswer(
                artifact_id=artifact.artifact_id,
                artifact_type=artifact.artifact_type,
                uri=parts.store.url(artifact.key),
                organization_id=facts.organization_id,
                run_id=facts.run_id,
                task_id=artifact.task_id,
                step_id=step_ids.get(made),
                workflow_run_id=facts.run_id if facts.kind == "workflow_run" else None,
                filename=artifact.filename,
                content_type=artifact.content_type,
                signed_url=links.artifact(artifact.key, artifact.filename),
                created_at=facts.created_at,
                modified_at=facts.modified_at,
            )
        )
    return answers


def _step_ids(parts: Shim, facts: RunFacts) -> dict[str, str]:
    """Folder of a step -> its id."""
    keys = parts.store.keys(RunKeys(facts.run_id).shown("tasks"))
    steps = [(StepKeys.beside(key), key) for key in keys]
    return {
        step.folder: parts.store.read_json(key)["step_id"]
        for step, key in steps
        if key == step.summary
    }
