"""``import``: exports, API answers and servers of Skyvern; ``new`` and ``schema``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from skyvern_dagster.cli.app import app
from skyvern_dagster.workflow.inert import instead_of
from skyvern_dagster.workflow.json_schema import definition_schema
from skyvern_dagster.workflow.loader import load_workflow
from tests.credentials.password_managers import served
from tests.office import ROOT

PROXY = "proxy_location"
ROW = {"workflow_id": "w_1", "created_at": "2026-01-01T00:00:00", "modified_at": None,
       "deleted_at": None}  # fmt: skip


def secret(key: str) -> dict[str, Any]:
    return {"parameter_type": "aws_secret", "key": key, "aws_key": key.upper(),
            "aws_secret_parameter_id": "asp_1", "description": None, **ROW}  # fmt: skip


def output(label: str) -> dict[str, Any]:
    return {"parameter_type": "output", "key": f"{label}_output", "output_parameter_id": "op_1",
            "description": "x", **ROW}  # fmt: skip


SITE = {"parameter_type": "workflow", "key": "site", "workflow_parameter_type": "string",
        "workflow_parameter_id": "wp_1", "default_value": None, **ROW}  # fmt: skip
ORDERS = {"parameter_type": "context", "key": "orders", "source": output("list_orders"),
          "value": None}  # fmt: skip

ANSWER: dict[str, Any] = {
    "workflow_id": "w_1", "organization_id": "o_1", "title": "Orders: all", "version": 7,
    "workflow_permanent_id": "wpid_1", "is_saved_task": False, "proxy_location": "RESIDENTIAL",
    "created_at": "2026-01-01T00:00:00", "modified_at": "2026-01-01T00:00:00", "deleted_at": None,
    "webhook_callback_url": None, "status": "published", "extra_http_headers": None,
    "workflow_definition": {
        "version": 1,
        "parameters": [SITE, secret("host"), secret("port"), secret("user"), secret("word"),
                       ORDERS, output("list_orders"), output("each"), output("get"),
                       output("mail")],
        "finally_block_label": None,
        "blocks": [
            {"block_type": "task", "label": "list_orders", "url": "{{ site }}",
             "output_parameter": output("list_orders"), "continue_on_failure": False,
             "navigation_goal": "Open the orders.", "parameters": [SITE], "engine": "skyvern-1.0",
             "data_schema": None, "error_code_mapping": None, "max_retries": 0,
             "task_type": "general", "next_block_label": None},
            {"block_type": "for_loop", "label": "each", "output_parameter": output("each"),
             "loop_over": ORDERS, "loop_variable_reference": None, "complete_if_empty": False,
             "loop_blocks": [
                 {"block_type": "task", "label": "get", "output_parameter": output("get"),
                  "navigation_goal": "Download it.", "parameters": [], "url": None}]},
            {"block_type": "send_email", "label": "mail", "output_parameter": output("mail"),
             "smtp_host": secret("host"), "smtp_port": secret("port"),
             "smtp_username": secret("user"), "smtp_password": secret("word"),
             "sender": "a@x.example", "recipients": ["b@x.example"], "subject": "s", "body": "b",
             "file_attachments": []},
        ],
    },
}  # fmt: skip


def run(*words: object) -> tuple[int, list[str]]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.splitlines()


def test_what_the_api_answers(tmp_path: Path) -> None:
    source = tmp_path / "answer.json"
    source.write_text(json.dumps(ANSWER))
    status, lines = run("import", source, "--to", tmp_path)

    file = tmp_path / "orders_all.yaml"
    assert status == 0
    assert lines == [
        f"{file}:3:1: warning: 'proxy_location' has no effect here ({instead_of(PROXY)})",
        f"{file}: written",
    ]
    written = yaml.safe_load(file.read_text())["workflow_definition"]
    assert written["parameters"][0] == {
        "parameter_type": "workflow", "key": "site", "workflow_parameter_type": "string",
    }  # fmt: skip
    assert [each["key"] for each in written["parameters"]] == [
        "site", "host", "port", "user", "word", "orders",
    ]  # fmt: skip
    tasks, loop, mail = written["blocks"]
    assert tasks["parameter_keys"] == ["site"]
    assert loop["loop_over_parameter_key"] == "orders"
    assert mail["smtp_password_secret_parameter_key"] == "word"
    assert load_workflow(file).definition.title == "Orders: all"


def test_a_server(tmp_path: Path) -> None:
    first = [{**ANSWER, "title": f"W {number % 60}"} for number in range(100)]
    answers = {
        "/v1/workflows?page=1&page_size=100": first,
        "/v1/workflows?page=2&page_size=100": [ANSWER],
        "/v1/workflows/wpid_1?page=1&page_size=100": ANSWER,
    }
    with served(answers, header="x-api-key", token="k") as url:
        status, _ = run("import", url, "--key", "k", "--to", tmp_path / "all")
        assert status == 0
        names = sorted(each.stem for each in (tmp_path / "all").iterdir())
        assert len(names) == 101
        assert {"w_0", "w_0_2", "orders_all"} <= set(names)
        one, _ = run("import", f"{url}/v1/workflows/wpid_1", "--key", "k", "--to", tmp_path / "one")
        assert one == 0
        assert [each.name for each in (tmp_path / "one").iterdir()] == ["orders_all.yaml"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "this is no workflow: there must be a mapping with title"),
        ("{}", "this is no workflow: it has no workflow_definition; it has: -"),
        ('{"title": "x"}', "this is no workflow: it has no workflow_definition; it has: title"),
        ("a: [", "this can't be read as YAML"),
    ],
)
def test_what_is_no_workflow(tmp_path: Path, text: str, message: str) -> None:
    source = tmp_path / "it"
    source.write_text(text)
    result = CliRunner().invoke(app, ["import", str(source), "--to", str(tmp_path)])
    assert message in str(result.exception)


def test_files_that_are_there_stay(tmp_path: Path) -> None:
    source = tmp_path / "answer.json"
    source.write_text(json.dumps({"json_definition": ANSWER}))
    file = tmp_path / "orders_all.yaml"
    file.write_text("mine")
    assert run("import", source, "--to", tmp_path) == (
        1, [f"{file}: is there already (--overwrite replaces it)"],
    )  # fmt: skip
    assert file.read_text() == "mine"
    assert run("import", source, "--to", tmp_path, "--overwrite")[0] == 0
    assert load_workflow(file).name == "orders_all"


def test_one_that_is_wrong_is_written_and_told(tmp_path: Path) -> None:
    wrong = json.loads(json.dumps(ANSWER))
    wrong["workflow_definition"]["blocks"][0]["url"] = "{{ sit }}"
    source = tmp_path / "answer.json"
    source.write_text(json.dumps([wrong]))
    status, lines = run("import", source, "--to", tmp_path)
    assert status == 1
    assert any("unknown name 'sit' (did you mean 'site'?)" in line for line in lines)
    assert lines[-1] == f"{tmp_path / 'orders_all.yaml'}: written, with 1 error"


@pytest.mark.parametrize("template", ["download", "extract", "form"])
def test_new(tmp_path: Path, template: str) -> None:
    file = tmp_path / "mine" / "first"
    status, lines = run("new", file, "--template", template)
    assert status == 0
    assert lines[0].startswith(f"{file}.yaml is written")
    assert load_workflow(file.with_suffix(".yaml")).warnings == ()
    again = CliRunner().invoke(app, ["new", str(file), "--template", template])
    assert f"{file}.yaml is there already" in str(again.exception)


def test_the_schema_of_definitions() -> None:
    status, lines = run("schema")
    assert status == 0
    schema = json.loads("\n".join(lines))
    assert schema == definition_schema()
    validator = jsonschema.Draft202012Validator(schema)
    for file in (ROOT / "workflows").rglob("*.yaml"):
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert [each.message for each in validator.iter_errors(document)] == []
        document["workflow_definition"]["blocks"][0]["navigation_gaol"] = "x"
        assert not validator.is_valid(document)
