"""Block types of other packages: known everywhere by one class and one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, RootModel

from skyvern_dagster.blocks.block import LeafBlock
from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.blocks.registry import add_blocks, block_types, blocks_for_a_while
from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.workflow.definition import WorkflowDefinition
from skyvern_dagster.workflow.loader import load_workflow
from tests.office import ROOT

PACKAGES = ROOT / "tests" / "packages"
WITH_CHECKSUM = """\
title: With a block type of another package
workflow_definition:
  parameters:
  - {parameter_type: workflow, key: mark, workflow_parameter_type: string, default_value: 'x:'}
  blocks:
  - {block_type: checksum, label: digests, prefix: mark}
  - block_type: for_loop
    label: twice
    loop_variable_reference: "{{ [1, 2] }}"
    loop_blocks:
    - {block_type: checksum, label: again, algorithm: md5}
"""


class Said(RootModel[str]):
    """What was said."""


class SayBlock(LeafBlock):
    """Says something."""

    output_type: ClassVar[type[BaseModel]] = Said

    block_type: Literal["say"]
    words: str

    def run(self, context: BlockContext) -> BlockOutcome:
        return BlockOutcome(status="completed", output=self.words)


class OtherSayBlock(SayBlock):
    """Says something else."""

    block_type: Literal["say"]


@pytest.fixture
def workflow_file(tmp_path: Path) -> Path:
    file = tmp_path / "with_checksum.yaml"
    file.write_text(WITH_CHECKSUM)
    return file


def command(*arguments: str, packages: bool = True) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT), str(ROOT / "api"), *([str(PACKAGES)] if packages else [])]
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_a_package_s_block_type_is_validated(workflow_file: Path) -> None:
    cli = ("-m", "skyvern_dagster.cli.app", "validate")
    assert command(*cli, str(workflow_file)).returncode == 0

    without = command(*cli, str(workflow_file), packages=False)
    assert without.returncode == 1
    assert "block_type 'checksum' is not supported" in without.stdout + without.stderr

    workflow_file.write_text(WITH_CHECKSUM.replace("algorithm: md5", "algorithm: crc"))
    wrong = command(*cli, str(workflow_file))
    assert wrong.returncode == 1
    assert f"{workflow_file.name}:11:" in wrong.stdout + wrong.stderr


def test_it_stands_in_the_json_schema_and_the_reference() -> None:
    code = (
        "import json; from skyvern_dagster.workflow.definition import WorkflowDefinition as W;"
        "from skyvern_dagster.runs.typed_outputs import TypedOutputs as T;"
        "from scripts.reference import definition_page;"
        "print(json.dumps([W.model_json_schema(), T.model_json_schema(), definition_page()]))"
    )
    done = command("-c", code)
    assert done.returncode == 0, done.stderr
    definition, outputs, page = json.loads(done.stdout)
    assert "Which digest." in json.dumps(definition["$defs"]["ChecksumBlock"])
    assert "ChecksumEntry" in outputs["$defs"]
    assert "[`checksum`]" in page


def test_it_runs_by_the_command_line(workflow_file: Path, home: Path) -> None:
    arguments = ("run", str(workflow_file), "--json")
    done = command("-m", "skyvern_dagster.cli.app", *arguments)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == "completed"
    assert list(answer["outputs"]) == ["digests_output", "twice_output", "again_output"]


@pytest.fixture
def for_a_while() -> Iterator[None]:
    """What a test adds is gone after it."""
    with blocks_for_a_while():
        yield


@pytest.mark.usefixtures("for_a_while")
def test_a_project_gives_its_own_types_to_load_workflow(tmp_path: Path) -> None:
    file = tmp_path / "says.yaml"
    block = "{block_type: say, label: hello, words: Hello}"
    file.write_text(f"title: Says\nworkflow_definition:\n  blocks:\n  - {block}\n")

    (made,) = load_workflow(file, blocks=[SayBlock]).definition.blocks

    assert isinstance(made, SayBlock)
    assert made.entry_type.__name__ == "SayEntry"
    assert "SayBlock" in WorkflowDefinition.model_json_schema()["$defs"]
    assert block_types()["say"] is SayBlock
    with pytest.raises(DefinitionError, match=r"block type 'say' is .*SayBlock already"):
        add_blocks([OtherSayBlock])


def test_what_was_added_for_a_while_is_gone() -> None:
    with blocks_for_a_while():
        add_blocks([SayBlock])
        assert "SayBlock" in WorkflowDefinition.model_json_schema()["$defs"]

    assert "say" not in block_types()
    assert "SayBlock" not in WorkflowDefinition.model_json_schema()["$defs"]


@pytest.mark.parametrize("given", [BaseModel, LeafBlock, "SayBlock"])
def test_what_is_no_block_type_is_refused(given: Any) -> None:
    with pytest.raises(DefinitionError, match="is no block type"):
        add_blocks([given])
