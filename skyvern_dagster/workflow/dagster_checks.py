"""What is wrong with a definition's ``dagster`` section beyond its own fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from skyvern_dagster.errors import ParameterError
from skyvern_dagster.workflow.dagster_section import DagsterSection
from skyvern_dagster.workflow.declarations import Outline
from skyvern_dagster.workflow.document import Document
from skyvern_dagster.workflow.findings import Finding, Path, did_you_mean
from skyvern_dagster.workflow.parameters import ValueType, coerce
from skyvern_dagster.workflow.partition_settings import (
    MultiPartitions,
    StaticPartitions,
    TimePartitions,
    partition_parameters,
)

SECTION: Path = ("dagster",)


def dagster_findings(
    section: DagsterSection, outline: Outline, document: Document
) -> Iterator[Finding]:
    """Labels and parameters that aren't there, values that don't fit, fields that contradict."""
    yield from _labels(section, outline, document)
    yield from _partitions(section, outline, document)
    declared = _workflow_keys(outline)
    for path, values in _given(section):
        yield from _values(path, values, declared, document)
    yield from _schedule(section, outline, document)
    yield from _backfill(section, document)


def _labels(section: DagsterSection, outline: Outline, document: Document) -> Iterator[Finding]:
    top = {block.label for block in outline.blocks if block.label}
    tasks = {block.label for block in outline.walk() if block.model.is_task}
    named: tuple[tuple[Path, Mapping[str, Any], frozenset[str] | set[str], str], ...] = (
        ((*SECTION, "blocks"), section.blocks, top, "block at the top level"),
        ((*SECTION, "retries"), section.retries, outline.labels | {"all"}, "block"),
        ((*SECTION, "timeouts", "blocks"), section.timeouts.blocks, tasks, "task"),
    )
    for path, entries, known, what in named:
        for label in entries:
            if label not in known:
                yield document.finding(
                    (*path, label), f"there is no {what} {label!r}", did_you_mean(label, known)
                )


def _partitions(section: DagsterSection, outline: Outline, document: Document) -> Iterator[Finding]:
    if section.partitions is None:
        return
    keys = _workflow_keys(outline)
    for parameter, field in partition_parameters(section.partitions):
        path = (*SECTION, "partitions", *field.split("."))
        if parameter not in keys:
            yield document.finding(
                path,
                f"there is no workflow parameter {parameter!r}",
                did_you_mean(parameter, keys) or "a partition gives values to workflow parameters",
            )
        elif parameter in section.parameters:
            yield document.finding(
                (*SECTION, "parameters", parameter),
                f"{parameter!r} is given by the partition",
                "remove it here or there",
            )


def _given(section: DagsterSection) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    yield (*SECTION, "parameters"), section.parameters
    if section.schedule is not None:
        yield (*SECTION, "schedule", "parameters"), section.schedule.parameters
    if isinstance(section.partitions, StaticPartitions) and isinstance(
        section.partitions.keys, dict
    ):
        for key, values in section.partitions.keys.items():
            yield (*SECTION, "partitions", "keys", key), values


def _values(
    path: Path, values: Mapping[str, Any], declared: Mapping[str, str], document: Document
) -> Iterator[Finding]:
    for key, value in values.items():
        place = (*path, key)
        if key not in declared:
            if path[:2] != (*SECTION, "partitions"):  # said once, there
                yield document.finding(
                    place, f"there is no workflow parameter {key!r}", did_you_mean(key, declared)
                )
            continue
        given = declared[key]
        kind: ValueType | None = next((one for one in get_args(ValueType) if one == given), None)
        if kind is None:
            continue
        try:
            coerce(key, kind, value)
        except ParameterError as error:
            yield document.finding(place, str(error))


def _schedule(section: DagsterSection, outline: Outline, document: Document) -> Iterator[Finding]:
    if section.schedule is None:
        return
    place = (*SECTION, "schedule")
    is_timed = isinstance(section.partitions, TimePartitions)
    if section.schedule.cron is None and not is_timed:
        yield document.finding(
            place, "the schedule has no 'cron'", "only time partitions say by themselves when"
        )
    if section.schedule.parameters and section.partitions is not None:
        yield document.finding(
            (*place, "parameters"),
            "a partition's runs take their values from 'dagster.parameters'",
            "move them there",
        )
    if isinstance(section.partitions, MultiPartitions) and section.schedule.cron is not None:
        yield document.finding(
            (*place, "cron"), "two dimensions are scheduled when a time partition has ended",
            "remove 'cron'", severity="warning",
        )  # fmt: skip
    partitioned = set(section.partitions.parameters) if section.partitions else set()
    given = {*section.parameters, *section.schedule.parameters, *partitioned}
    missing = [key for key in _required_keys(outline) if key not in given]
    if missing:
        yield document.finding(
            place,
            f"scheduled runs lack values for {', '.join(missing)}",
            "give them in 'dagster.parameters', in the component, or the parameters defaults",
            severity="warning",
        )


def _backfill(section: DagsterSection, document: Document) -> Iterator[Finding]:
    if section.backfill != "one_run":
        return
    place = (*SECTION, "backfill")
    if not isinstance(section.partitions, TimePartitions):
        yield document.finding(place, "one run can make several time partitions, and no others")
    elif section.items.date is None:
        yield document.finding(
            place,
            "one run of several partitions must tell their items apart",
            "say in 'dagster.items.date' which field of an item is its day",
        )


def _workflow_keys(outline: Outline) -> dict[str, str]:
    """Workflow parameters -> their types as they stand."""
    return {
        each.key: str(each.fields.get("workflow_parameter_type") or "string")
        for each in outline.parameters
        if each.kind == "workflow" and each.key
    }


def _required_keys(outline: Outline) -> list[str]:
    return [
        each.key
        for each in outline.parameters
        if each.kind == "workflow" and each.fields.get("default_value") is None
    ]
