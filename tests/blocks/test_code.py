"""Python of definitions, in processes of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skyvern_dagster.blocks.code_block import CodeBlock
from skyvern_dagster.blocks.code_process import CodeSettings, code_settings
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.credentials.vault import SecretDeclarations, SecretVault
from skyvern_dagster.errors import BlockError
from skyvern_dagster.execution.attempt import carried_out
from tests.blocks.desk import Desk

ON = CodeSettings("operator", seconds=20, memory_bytes=2_000_000_000)


@pytest.fixture
def coding(desk: Desk) -> Desk:
    desk.code = ON
    desk.names = {"orders": [{"id": "A", "total": 2.5}, {"id": "B", "total": 4}], "rate": 2}
    return desk


def block(code: str, **fields: Any) -> CodeBlock:
    return CodeBlock.model_validate({"block_type": "code", "label": "c", "code": code, **fields})


def ran(desk: Desk, code: str, **fields: Any) -> BlockOutcome:
    context = replace(desk.context("c"), trust="operator")
    return carried_out(block(code, **fields), context)


def test_variables_are_the_output(coding: Desk) -> None:
    code = (
        "import json, re\nfrom datetime import date\n"
        "def double(x):\n    return x * rate\n"
        "_hidden = 1\ntotal = sum(double(o['total']) for o in orders)\n"
        "day = date(2026, 5, 1)\nnames = {o['id'] for o in orders}\npattern = re.compile('x')\n"
        "print('two', 'words')\n"
    )
    outcome = ran(coding, code, parameter_keys=["orders", "rate"])
    assert outcome.failure_reason is None
    assert outcome.output == {"total": 13.0, "day": "2026-05-01", "names": ["A", "B"]}
    assert coding.lines == ["> two words", "not in the output: pattern (a Pattern)"]


@pytest.mark.parametrize(
    ("code", "output"),
    [
        ("return {'n': len(orders)}", {"n": 2}),
        ("if orders:\n    return 5\nx = 1", {"result": 5}),
        ("import asyncio\nawait asyncio.sleep(0)\nx = 1", {"x": 1}),
        ("async def f():\n    return 3\nx = await f()", {"x": 3}),
        ("try:\n    return {'a': 1}\nexcept Exception:\n    pass", {"a": 1}),
        ("", {}),
        ("orders = [1]", {"orders": [1]}),
    ],
)
def test_forms_of_code(coding: Desk, code: str, output: dict[str, Any]) -> None:
    assert ran(coding, code, parameter_keys=["orders"]).output == output


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("x = 1\ny = x / 0", "line 2: ZeroDivisionError: division by zero"),
        ("x = (", "line 1: SyntaxError: '(' was never closed"),
        ("x = nobody", "line 1: NameError: name 'nobody' is not defined"),
        ("raise SystemExit(0)", "line 1: SystemExit: 0"),
        ("import os\nos._exit(0)", "it used more memory or time"),
        ("x = 'a' * 10**10", "MemoryError"),
        ("open('big', 'wb').write(b'0' * 200_000_000)", "OSError: [Errno 27] File too large"),
    ],
)
def test_code_that_fails(coding: Desk, code: str, reason: str) -> None:
    outcome = ran(coding, code)
    assert outcome.status == "failed"
    assert reason in str(outcome.failure_reason)
    assert outcome.output == {"error": outcome.failure_reason}


def test_code_that_never_ends(coding: Desk) -> None:
    coding.code = replace(ON, seconds=1.5)
    child = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)'])\n"
    )
    outcome = ran(coding, child + "while True: pass")
    assert outcome.failure_reason == (
        "the code failed: it took more than 1.5 s (SKYVERN_CODE_SECONDS)"
    )


def test_nothing_is_inherited(coding: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the worker")
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    code = (
        "import os, sys\nnames = sorted(os.environ)\nplace = os.getcwd()\n"
        "found = [n for n in os.listdir('/proc/self/fd')]\npath = [p for p in sys.path if p == '']"
    )
    output = ran(coding, code).output
    assert output["names"] == ["HOME", "LANG", "LC_CTYPE", "PATH"] or output["names"] == [
        "HOME", "LANG", "PATH",
    ]  # fmt: skip
    assert "skyvern-code-" in output["place"]
    assert not Path(output["place"]).exists()
    assert output["path"] == []
    assert len(output["found"]) <= 5


def test_it_gets_the_secrets_that_it_names_and_no_others(coding: Desk) -> None:
    coding.environment = {"KEY": "s3cr3t-of-api", "OTHER": "an0ther-secret",
                          "SKYVERN_CREDENTIAL_ACCOUNT_USERNAME": "ada@x.example",
                          "SKYVERN_CREDENTIAL_ACCOUNT_PASSWORD": "pa55word-of-ada"}  # fmt: skip
    coding.declarations = SecretDeclarations(
        values={"key": "KEY", "other": "OTHER"}, credentials={"account": ()}
    )
    coding.names = {"key": "secret://key", "account": {"username": "secret://account/username"}}
    code = "n = [len(key), len(account['password']), account['username']]\nleak = key"
    outcome = ran(coding, code, parameter_keys=["key", "account"])
    assert outcome.output["n"] == [13, 15, "ada@x.example"]
    assert "s3cr3t-of-api" not in outcome.model_dump_json()


def test_whose_code_is_run(coding: Desk) -> None:
    off = replace(
        coding.context(), services=replace(coding.context().services, code=CodeSettings())
    )
    with pytest.raises(BlockError, match=r"code blocks are switched off: .* SKYVERN_CODE_BLOCKS="):
        block("x = 1").run(off)
    with pytest.raises(BlockError, match="switched off"):
        block("x = 1").run(replace(coding.context(), trust="nothing"))
    coding.code = replace(ON, use="all")
    from_rest = replace(coding.context(), trust="nothing")
    assert block("x = 1").run(from_rest).output == {"x": 1}
    # Even then, what is the server's stays there.
    source = EnvironmentSource({"KEY": "s3cr3t-of-api"})
    vault = SecretVault(
        SecretDeclarations(values={"key": "KEY"}), SecretAccess(source, source), Redactor()
    )
    outcome = carried_out(block("x = key", parameter_keys=["key"]), replace(from_rest, vault=vault))
    assert "code that came over REST isn't given it" in str(outcome.failure_reason)


def test_errors_by_the_codes_of_the_definition(coding: Desk) -> None:
    codes = {"NO_ORDERS": "There are none.", "NO": "x"}
    outcome = ran(coding, "raise ValueError('NO_ORDERS since May')", error_code_mapping=codes)
    assert [each["error_code"] for each in outcome.output["errors"]] == ["NO_ORDERS"]


def test_the_form_of_the_output_is_held(coding: Desk) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    assert ran(coding, "return {'n': 1}", data_schema=schema).completed
    outcome = ran(coding, "return {'n': 'x'}", data_schema=schema)
    assert "the output doesn't fit data_schema: $.n" in str(outcome.failure_reason)


def test_settings() -> None:
    assert code_settings({}) == CodeSettings("off")
    given = {"SKYVERN_CODE_BLOCKS": "operator", "SKYVERN_CODE_SECONDS": "5",
             "SKYVERN_CODE_MEMORY_MB": "300"}  # fmt: skip
    assert code_settings(given) == CodeSettings("operator", 5.0, 300_000_000)
    for name in given:
        with pytest.raises(BlockError, match=name):
            code_settings({name: "sure"})
