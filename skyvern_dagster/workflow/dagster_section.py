"""``dagster:`` in a definition: what the workflow is in Dagster. Our extension, all optional."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from skyvern_dagster.blocks.block import RetryRule
from skyvern_dagster.workflow.cron import cron_problem
from skyvern_dagster.workflow.partition_settings import Partitions, TimePartitions, known_timezone

_KEY_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_TAG = re.compile(r"[A-Za-z0-9_.-]{1,63}(/[A-Za-z0-9_.-]{1,63})?")


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Automation(_Settings):
    """When Dagster materializes the asset by itself."""

    when: Literal["eager", "missing", "cron"]
    cron: str | None = None
    timezone: str = "UTC"

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: object) -> object:
        return {"when": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits(self) -> Automation:
        if (self.when == "cron") != (self.cron is not None):
            raise ValueError("'cron' goes with 'when: cron', and only with it")
        if self.cron is not None and (problem := cron_problem(self.cron)):
            raise ValueError(problem)
        known_timezone(self.timezone)
        return self


class Freshness(_Settings):
    """How old the asset may become before Dagster says so."""

    fail_hours: float = Field(gt=0, description="Older than this is a failure.")
    warn_hours: float | None = Field(default=None, gt=0, description="Older is a warning.")

    @model_validator(mode="after")
    def _fits(self) -> Freshness:
        if self.warn_hours is not None and self.warn_hours >= self.fail_hours:
            raise ValueError("'warn_hours' must be less than 'fail_hours'")
        return self


class AssetSettings(_Settings):
    """What one asset is called and belongs to; what is left out comes from the section."""

    key: str | list[str] | None = Field(default=None, description="`vendors/acme/invoices`.")
    description: str | None = None
    group: str | None = None
    # Arbitrary: Dagster allowed three kinds once, and allows ten today.
    kinds: list[str] | None = Field(default=None, max_length=3)
    owners: list[str] | None = None
    tags: dict[str, str] | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    automation: Automation | None = None
    freshness: Freshness | None = None

    @field_validator("key")
    @classmethod
    def _is_key(cls, key: str | list[str] | None) -> str | list[str] | None:
        for part in key.split("/") if isinstance(key, str) else key or ():
            if not _KEY_PART.fullmatch(part):
                raise ValueError(f"must be parts of letters, digits, _ . - with /: {key!r}")
        return key

    @field_validator("group")
    @classmethod
    def _is_group(cls, group: str | None) -> str | None:
        if group is not None and not re.fullmatch(r"[A-Za-z0-9_]+", group):
            raise ValueError(f"must be letters, digits and _: {group!r}")
        return group

    @field_validator("owners")
    @classmethod
    def _are_owners(cls, owners: list[str] | None) -> list[str] | None:
        for owner in owners or ():
            if not re.fullmatch(r"team:\w[\w.-]*|[^@\s]+@[^@\s]+\.[^@\s]+", owner):
                raise ValueError(f"must be an e-mail address or team:name: {owner!r}")
        return owners

    @field_validator("tags")
    @classmethod
    def _are_tags(cls, tags: dict[str, str] | None) -> dict[str, str] | None:
        for name in tags or ():
            if not _TAG.fullmatch(name):
                raise ValueError(f"no name for a tag: {name!r}")
        return tags

    @property
    def key_path(self) -> tuple[str, ...]:
        """The key's parts; empty where none is given."""
        return tuple(self.key.split("/") if isinstance(self.key, str) else self.key or ())


class ItemSettings(_Settings):
    """The items of loops: each gets a materialization of its own."""

    key: str | None = Field(
        default=None, description="Field of the item that names it; else what the body uses of it."
    )
    date: str | None = Field(
        default=None,
        description="Field with the item's day; needed where one run makes several partitions.",
    )


class RetrySettings(_Settings):
    """When a failed attempt at a block is repeated."""

    # A hundred is arbitrary: it keeps a slip of the pen from trying for ever.
    max_retries: int = Field(ge=0, le=100)
    delay_seconds: float = Field(default=1.0, ge=0)
    backoff: Literal["constant", "linear", "exponential"] = "exponential"
    jitter: bool = Field(default=False, description="Waits up to as long again, at random.")

    @property
    def rule(self) -> RetryRule:
        """The rule that blocks run by."""
        return RetryRule(self.max_retries, self.delay_seconds, self.backoff)


class Timeouts(_Settings):
    """Longest times, in seconds."""

    run: int | None = Field(default=None, gt=0, description="Needs run monitoring in the instance.")
    block: float | None = Field(default=None, gt=0, description="Of every task.")
    blocks: dict[str, float] = Field(default_factory=dict, description="Label -> of this task.")


class Pools(_Settings):
    """Which runs wait for each other; a pool's limit is set in the instance."""

    login: str | bool = Field(
        default=True,
        description="True: a pool per credential, so that two runs never use one login at the "
        "same time where the instance limits it to 1. False: none. A text: the pool's name.",
    )
    site: str | None = Field(default=None, description="Pool of tasks that use no credential.")


class Schedule(_Settings):
    """A cron schedule for the workflow; for partitioned assets it asks for the last partition."""

    cron: str | None = Field(
        default=None, description="Left out only for time partitions: when one has ended."
    )
    timezone: str = "UTC"
    running: bool = Field(
        default=False,
        description="Whether it is on from the start, or somebody switches it on in Dagster.",
    )
    parameters: dict[str, Any] = Field(default_factory=dict)
    name: str | None = Field(default=None, description="The workflow's name and _schedule.")

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: object) -> object:
        return {"cron": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits(self) -> Schedule:
        if self.cron is not None and (problem := cron_problem(self.cron)):
            raise ValueError(problem)
        known_timezone(self.timezone)
        return self


class DagsterSection(AssetSettings):
    """The whole section. Fields of an asset hold for all assets of the definition."""

    asset: bool = Field(
        default=True, description="Whether the workflow is an asset, not a job only."
    )
    blocks: dict[str, AssetSettings] = Field(
        default_factory=dict, description="Label -> settings: these blocks are assets, too."
    )
    items: ItemSettings = ItemSettings()
    deps: list[str] = Field(default_factory=list, description="Assets that it comes after.")
    partitions: Partitions | None = None
    backfill: Literal["run_per_partition", "one_run"] = "run_per_partition"
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="Values for the asset's runs instead of the defaults."
    )
    schedule: Schedule | None = None
    retries: dict[str, RetrySettings] = Field(
        default_factory=dict, description="Label -> rule; `all` for every block without its own."
    )
    timeouts: Timeouts = Timeouts()
    pools: Pools = Pools()
    # A step costs about 80 ms and a dozen rows of Dagster's event log, and its UI becomes slow at
    # some ten thousand steps of a run (dagster#4041): this leaves room for bodies of many blocks.
    loop_steps: int = Field(
        default=250,
        ge=1,
        le=5000,
        description="How many steps a loop's items become at most; of more items, several share "
        "one.",
    )
    run_tags: dict[str, str] = Field(default_factory=dict)

    def asset_settings(self, label: str | None = None) -> AssetSettings:
        """Settings of the workflow's asset, or of a block's with the section's as defaults."""
        inherited = {"group", "kinds", "owners", "tags", "automation", "freshness"}
        whole = {name: getattr(self, name) for name in AssetSettings.model_fields}
        if label is None:
            return AssetSettings.model_construct(**whole)
        own = {
            name: value
            for name in AssetSettings.model_fields
            if (value := getattr(self.blocks[label], name)) is not None
        }
        return AssetSettings.model_construct(
            **{**{name: whole[name] for name in inherited}, "metadata": {}, **own}
        )


SECTION_MODELS: dict[str, type[BaseModel]] = {
    "blocks": AssetSettings,
    "items": ItemSettings,
    "automation": Automation,
    "freshness": Freshness,
    "partitions": TimePartitions,
    "schedule": Schedule,
    "retries": RetrySettings,
    "timeouts": Timeouts,
    "pools": Pools,
}
"""Field -> the model that hints about slips look at."""
