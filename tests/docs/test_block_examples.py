"""The examples of the reference are definitions that load."""

from __future__ import annotations

import pytest
import yaml

from skyvern_dagster.blocks.block import Block, LeafBlock
from skyvern_dagster.blocks.loop import LoopBlock
from skyvern_dagster.blocks.registry import OURS
from skyvern_dagster.workflow.loader import load_text

LEAVES = [each for each in OURS if issubclass(each, LeafBlock | LoopBlock) and each.example]
NAMES = (
    "account order_id order_ids month ledger_key total orders note company sftp_password "
    "smtp_password website_url"
)


@pytest.mark.parametrize("block", LEAVES, ids=[each.type_name() for each in LEAVES])
def test_the_example_of_each_block(block: type[Block]) -> None:
    fields = yaml.safe_load(block.example)
    assert fields["block_type"] == block.type_name()
    parameters = [
        {"key": name, "parameter_type": "workflow", "workflow_parameter_type": "json"}
        for name in NAMES.split()
    ]
    parameters[0] = {"key": "account", "parameter_type": "credential"}
    body = {"parameters": parameters, "blocks": [fields]}
    text = yaml.safe_dump({"title": "Example", "workflow_definition": body})
    workflow = load_text(text, source="example", name="example")
    assert workflow.definition.blocks[0].label == fields["label"]
