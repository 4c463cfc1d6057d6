"""What a workflow's assets are called and say about themselves; subclass it to say otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, assert_never

import dagster as dg

from skyvern_dagster.blocks.block import Block
from skyvern_dagster.workflow.dagster_section import AssetSettings, Automation, Freshness
from skyvern_dagster.workflow.loader import Workflow
from skyvern_dagster.workflow.picture import picture

KINDS = {"browser", "skyvern"}


@dataclass(frozen=True)
class SkyvernAssetData:
    """What an asset stands for.

    Attributes:
        workflow: The definition.
        block: The block, where the asset is one block's output or the items of a loop; ``None``
            for the workflow's own.
        is_items: Whether the asset is the items of the loop ``block``, one partition each.
    """

    workflow: Workflow
    block: Block | None = None
    is_items: bool = False

    @property
    def settings(self) -> AssetSettings:
        """The definition's ``dagster`` section for this asset."""
        section = self.workflow.definition.dagster
        if self.block is None:
            return section.asset_settings()
        if self.is_items:
            return AssetSettings.model_construct(
                **{**dict(section.asset_settings()), "key": None, "description": None,
                   "automation": None, "freshness": None, "metadata": {}}
            )  # fmt: skip
        return section.asset_settings(self.block.label)


class DagsterSkyvernTranslator:
    """Turns workflows and blocks into asset specs.

    Keys, groups, owners and the rest come from the definition's ``dagster`` section; what it leaves
    out has a default. Override :meth:`get_asset_spec` to change any of it.

    Example:
        .. code-block:: python

            class Ours(DagsterSkyvernTranslator):
                def get_asset_spec(self, data):
                    spec = super().get_asset_spec(data)
                    return spec.replace_attributes(
                        key=spec.key.with_prefix("portals"), owners=["team:finance"]
                    )
    """

    def get_asset_spec(self, data: SkyvernAssetData) -> dg.AssetSpec:
        """The spec of one asset.

        Partitions and dependencies inside the workflow are not the translator's: they follow from
        the definition.
        """
        settings = data.settings
        return dg.AssetSpec(
            key=dg.AssetKey(self._key(data)),
            description=settings.description or self._description(data),
            group_name=settings.group,
            kinds=set(settings.kinds) if settings.kinds is not None else KINDS,
            owners=settings.owners or [],
            tags=settings.tags or {},
            metadata={"workflow": data.workflow.name, **settings.metadata},
            automation_condition=_condition(settings.automation),
            freshness_policy=_freshness(settings.freshness),
        )

    def _key(self, data: SkyvernAssetData) -> list[str]:
        own = list(data.workflow.definition.dagster.asset_settings().key_path)
        whole = own or [data.workflow.name]
        if data.block is None:
            return whole
        given = list(data.settings.key_path)
        return given or [*whole, data.block.label]

    def _description(self, data: SkyvernAssetData) -> str:
        if data.block is None:
            return picture(data.workflow)
        if data.is_items:
            return f"Each item of {data.block.label}, with what was downloaded for it."
        return f"What the block {data.block.label} gives."


def _condition(automation: Automation | None) -> dg.AutomationCondition[Any] | None:
    if automation is None:
        return None
    match automation.when:
        case "eager":
            return dg.AutomationCondition.eager()
        case "missing":
            return dg.AutomationCondition.on_missing()
        case "cron":
            return dg.AutomationCondition.on_cron(str(automation.cron), automation.timezone)
        case _:
            assert_never(automation.when)


def _freshness(freshness: Freshness | None) -> dg.FreshnessPolicy | None:
    if freshness is None:
        return None
    warn = freshness.warn_hours
    return dg.FreshnessPolicy.time_window(
        fail_window=timedelta(hours=freshness.fail_hours),
        warn_window=None if warn is None else timedelta(hours=warn),
    )
