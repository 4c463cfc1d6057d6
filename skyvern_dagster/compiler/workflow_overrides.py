"""What a project says about one workflow, over what its definition says."""

from __future__ import annotations

from typing import Annotated, Any

import dagster as dg
import yaml
from dagster.components.utils.translation import TranslationFn, TranslationFnResolver
from pydantic import Field

from skyvern_dagster.translator import SkyvernAssetData
from skyvern_dagster.workflow.document import parse
from skyvern_dagster.workflow.loader import Workflow, load_text

TranslatedAsset = Annotated[
    TranslationFn[SkyvernAssetData],
    TranslationFnResolver(template_vars_for_translation_fn=lambda data: {"data": data}),
]
"""Attributes of asset specs, as templates with ``data`` and ``spec``."""

_SECTION = "dagster"
_ELSEWHERE = ("parameters", "translation")


class SkyvernWorkflowOverrides(dg.Model, dg.Resolvable):
    """Fields of the definition's ``dagster`` section, each in place of the one there.

    What they can be is said in the reference of that section.
    """

    parameters: dict[str, Any] = Field(
        default_factory=dict, description="Values for the asset's runs; others stay as they are."
    )
    translation: TranslatedAsset | None = Field(
        default=None, description="Like the component's, for this workflow's assets, after it."
    )
    asset: bool | None = Field(default=None, description="False: a job only.")
    key: str | None = Field(default=None, description="`vendors/acme/invoices`.")
    description: str | None = None
    group: str | None = None
    kinds: list[str] | None = None
    owners: list[str] | None = None
    tags: dict[str, str] | None = None
    metadata: dict[str, Any] | None = None
    automation: str | dict[str, Any] | None = Field(
        default=None, description="eager, missing, or {when: cron, cron: ...}."
    )
    freshness: dict[str, Any] | None = None
    blocks: dict[str, Any] | None = Field(default=None, description="Blocks that are assets, too.")
    items: dict[str, Any] | None = None
    deps: list[str] | None = None
    partitions: dict[str, Any] | None = None
    backfill: str | None = Field(default=None, description="run_per_partition or one_run.")
    schedule: str | dict[str, Any] | None = Field(
        default=None, description="A cron expression, or {cron: ..., timezone: ...}."
    )
    retries: dict[str, Any] | None = Field(default=None, description="Label (or all) -> rule.")
    timeouts: dict[str, Any] | None = None
    pools: dict[str, Any] | None = None
    run_tags: dict[str, str] | None = None

    @property
    def section(self) -> dict[str, Any]:
        """The fields that were given."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            name: value
            for name, value in given.items()
            if name not in _ELSEWHERE and value is not None
        }


def overridden(workflow: Workflow, overrides: SkyvernWorkflowOverrides) -> Workflow:
    """The workflow with a project's section; everything is checked as if it stood in its file.

    Raises:
        DefinitionError: It has errors then.
    """
    if not overrides.section:
        return workflow
    data = parse(workflow.text, workflow.name).data
    data[_SECTION] = {**(data.get(_SECTION) or {}), **overrides.section}
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    return load_text(text, source=f"{workflow.name} with its overrides", name=workflow.name)
