"""Whole definitions: in the old format, in the newer one, as files, large ones, any."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given

from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.workflow.definition import walk
from skyvern_dagster.workflow.findings import InvalidDefinitionError
from skyvern_dagster.workflow.loader import load_text, load_workflow
from tests.laws import SLOW_LAW
from tests.office import ROOT
from tests.workflow.documents import TASK, document, findings, found_at_marks, load
from tests.workflow.strategies import definitions

HERE = Path(__file__).parent


@pytest.mark.parametrize("file", ["plain_keys.yaml", "jinja.yaml"])
def test_a_definition_in_the_old_format(file: str) -> None:
    workflow = load_workflow(HERE / file)
    assert workflow.warnings == ()
    assert workflow.name == file.removesuffix(".yaml")
    labels = [block.label for block in walk(workflow.definition.blocks)]
    assert labels == ["log_in", "list_bills", "each_bill", "fetch_bill", "keep_bills", "report"]
    assert [each.key for each in workflow.definition.workflow_parameters] == [
        "portal_url", "first_day", "most_bills", "rate", "with_credits", "filters", "letterhead",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["invoice_retrieval", "monthly_invoices"])
def test_the_workflows_that_come_along(name: str) -> None:
    workflow = load_workflow(ROOT / "workflows" / f"{name}.yaml")

    assert workflow.warnings == ()
    assert workflow.name == name


EXAMPLES = sorted((ROOT / "workflows" / "examples").glob("*.yaml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_examples_validate_without_findings(
    file: Path, clean_environment: pytest.MonkeyPatch
) -> None:
    clean_environment.setenv("SKYVERN_LLM_BASE_URL", "http://127.0.0.1:1")
    assert load_workflow(file).warnings == ()


def test_no_workflow_comes_along_untried() -> None:
    assert {file.stem for file in (ROOT / "workflows").rglob("*.yaml")} == {
        "invoice_retrieval",
        "monthly_invoices",
        *(file.stem for file in EXAMPLES),
    }


def test_fields_of_the_newer_format_without_effect_are_warnings() -> None:
    text = """\
    title: Test
    §proxy_location: RESIDENTIAL
    persist_browser_session: true
    webhook_callback_url: https://hook.example
    run_with: agent
    ai_fallback: true
    status: published
    §max_screenshot_scrolls: 3
    extra_http_headers: {a: b}
    §mask_secrets: false
    workflow_definition:
      version: 2
      §completion_contract: {outcome: a file}
      parameters:
        - {key: c, parameter_type: credential, credential_ids: [a, b], fallback_trigger: '',
           §selection_strategy: random}
      blocks:
        - block_type: task
          label: a
          url: https://shop.example
          next_block_label: b
          engine: skyvern-1.0
          §model: {name: large}
          disable_cache: false
          §complete_verification: false
          include_action_history_in_verification: false
          totp_identifier: me@example.com
        - block_type: task
          label: b
          next_block_label: null
          §engine: skyvern-2.0
    """
    found = found_at_marks(text)
    assert {each.severity for each in found} == {"warning"}
    assert {each.message.partition("' ")[2] for each in found} == {"has no effect here"}
    assert [each.block for each in found][-2:] == ["a", "b"]
    assert load(text.replace("§", "")).warnings == tuple(found)


def test_warnings_are_told_along_with_errors() -> None:
    text = document(TASK.replace("url", "§engine: x, §navigation_gaol: y, url"))
    assert [each.severity for each in found_at_marks(text)] == ["warning", "error"]


def test_a_thousand_blocks_load_quickly() -> None:
    blocks = ["- {block_type: task, label: b0, url: 'https://x.example'}\n"]
    blocks += [
        f"- block_type: task\n  label: b{number}\n  parameter_keys: [b{number - 1}_output]\n"
        f"  navigation_goal: Go on from {{{{ b{number - 1}.task_id }}}}.\n"
        for number in range(1, 1000)
    ]
    before = time.process_time()
    workflow = load(document("".join(blocks)))
    assert time.process_time() - before < 10
    assert len(workflow.definition.blocks) == 1000


def test_many_mistakes_are_all_told() -> None:
    blocks = [
        TASK,
        *(f"- {{block_type: task, label: b{n}, url: '{{{{ x{n} }}}}'}}\n" for n in range(300)),
    ]
    assert len(findings(document("".join(blocks)))) == 300


@SLOW_LAW
@given(definitions())
def test_a_definition_survives_being_written_and_read(data: dict[str, Any]) -> None:
    """What comes out of the model is what went in, from YAML as from JSON."""
    texts = [
        yaml.safe_dump(data, sort_keys=False),
        yaml.safe_dump(data, allow_unicode=True, default_flow_style=True, width=40),
        json.dumps(data),
    ]
    for text in texts:
        workflow = load(text)
        assert workflow.definition.model_dump(mode="json", exclude_unset=True) == data
        assert workflow.text == text


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(DefinitionError, match=r"^nowhere/x.yaml: no such file$"):
        load_workflow("nowhere/x.yaml")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"can't be read: .*Is a directory"):
        load_workflow(tmp_path)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes("title: Füße".encode("latin-1"))
    with pytest.raises(DefinitionError, match=r"x.yaml: can't be read: .*utf-8"):
        load_workflow(tmp_path / "x.yaml")


def test_a_file_from_windows(tmp_path: Path) -> None:
    path = tmp_path / "my invoices (2).yaml"
    path.write_bytes(b"\xef\xbb\xbf" + document().replace("\n", "\r\n").encode())
    workflow = load_workflow(path)
    assert workflow.name == "my_invoices_2"
    assert workflow.definition == load(document()).definition


def test_the_id_of_a_file_follows_its_name() -> None:
    one, same = (load_text(text, source="x", name="n") for text in (document(), document() + "\n"))
    other = load_text(document(), source="x", name="m")
    assert one.workflow_permanent_id == same.workflow_permanent_id
    assert one.workflow_permanent_id.startswith("wpid_")
    assert one.workflow_permanent_id != other.workflow_permanent_id


def test_the_error_travels_between_processes() -> None:
    import pickle

    with pytest.raises(InvalidDefinitionError) as caught:
        load("title: x\n")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.findings == caught.value.findings
    assert str(copy) == str(caught.value)
