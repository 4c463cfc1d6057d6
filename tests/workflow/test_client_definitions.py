"""Every definition that the official client's own schema accepts loads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from skyvern_dagster.blocks.registry import block_types
from skyvern_dagster.workflow.findings import InvalidDefinitionError
from skyvern_dagster.workflow.loader import load_text
from tests.workflow.generated import Generated, generated_definitions


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generated_definitions(tmp_path_factory.mktemp("client"))


def test_each_field_has_a_value_that_the_client_takes(generated: Generated) -> None:
    assert [each for each in generated if "refused" in each] == []
    assert len(generated) > 1000


def test_all_block_types_are_known(generated: Generated) -> None:
    used = set(_used(generated))
    assert len(used) == 33
    assert used - block_types().keys() == set()


def test_all_load(generated: Generated) -> None:
    """What has no effect is a warning."""
    refused = {each["name"]: found for each in generated if (found := _errors(each["definition"]))}
    assert refused == {}


def _errors(definition: dict[str, Any]) -> list[str]:
    try:
        load_text(json.dumps(definition), source="client", name="client")
    except InvalidDefinitionError as error:
        return [str(each) for each in error.findings if each.severity == "error"]
    return []


def _used(generated: Generated) -> Iterator[str]:
    for each in generated:
        for block in each["definition"]["workflow_definition"]["blocks"]:
            yield block["block_type"]
