"""Python of definitions, in processes of its own."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from skyvern_dagster.blocks.code_block import CodeBlock
from skyvern_dagster.blocks.code_names import names_from_elsewhere
from skyvern_dagster.blocks.code_process import CodeSettings, code_settings
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.sources import EnvironmentSource
from skyvern_dagster.credentials.vault import SecretVault
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
        (
            "x = json.loads('[1]')\ny = re.findall('a', 'aba')\nawait sleep(0)",
            {"x": [1], "y": ["a", "a"]},
        ),
        ("d = datetime.date(2026, 1, 2)\nh = html.escape('<')", {"d": "2026-01-02", "h": "&lt;"}),
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
    outcome = ran(coding, "while True: pass")
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


ATTACKS = {
    "a process": "os.fork()",
    "a program": "subprocess.Popen(['sleep', '99'], start_new_session=True)",
    "another's environment": "open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "another's memory": "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "another's open files": "os.readlink(f'/proc/{os.getppid()}/exe')",
    "a signal to the worker": "os.kill(os.getppid(), 0)",
}
OF_STRANGERS = {
    "a file of the worker": "open('/etc/passwd').read()",
    "a file of this project": f"open({str(Path(__file__))!r}).read()",
    "a file elsewhere": f"open({str(Path(gettempdir()) / 'made-by-code')!r}, 'w')",
    "a folder elsewhere": f"os.listdir({gettempdir()!r})",
    "the network": "socket.create_connection(('127.0.0.1', 1))",
    "a socket of this machine": "socket.socket(socket.AF_UNIX).connect('/var/run/docker.sock')",
}


def attacking(attacks: dict[str, str]) -> str:
    """Code that tries each, and returns which the system has refused."""
    lines = ["import os, socket, subprocess", "refused = []"]
    for name, attack in attacks.items():
        lines += [f"try:\n    {attack}", f"except PermissionError:\n    refused.append({name!r})",
                  "except OSError:\n    pass"]  # fmt: skip
    return "\n".join([*lines, "return {'refused': refused}"])


def confines() -> bool:
    """Whether this machine's kernel has Landlock (its version is asked for) and seccomp."""
    seccomp = Path("/proc/sys/kernel/seccomp/actions_avail").exists()
    return seccomp and ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


needs_confinement = pytest.mark.skipif(not confines(), reason="Linux 5.13 with Landlock confines")


@needs_confinement
def test_code_reaches_no_other_process(coding: Desk) -> None:
    assert ran(coding, attacking(ATTACKS)).output == {"refused": list(ATTACKS)}


@needs_confinement
def test_code_over_rest_has_no_files_and_no_network(coding: Desk) -> None:
    coding.code = replace(ON, use="all")
    from_rest = replace(coding.context("c"), trust="nothing")
    code = attacking({**ATTACKS, **OF_STRANGERS})
    assert carried_out(block(code), from_rest).output == {"refused": [*ATTACKS, *OF_STRANGERS]}
    works = (
        "import json, threading, zoneinfo, asyncio\nopen('own', 'w').write('2')\n"
        "seen = []\nt = threading.Thread(target=lambda: seen.append(open('own').read()))\n"
        "t.start(); t.join()\nzone = str(zoneinfo.ZoneInfo('Europe/Berlin'))\n"
        "await asyncio.sleep(0)\nreturn {'seen': seen, 'zone': zone}"
    )
    assert carried_out(block(works), from_rest).output == {"seen": ["2"], "zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    "code",
    [
        "for n in range(10_001):\n    open(str(n), 'w').close()\n",
        pytest.param(
            "for n in range(3):\n    open(str(n), 'wb').write(b'0' * 90_000_000)\n",
            marks=pytest.mark.long,
        ),
    ],
)
def test_code_that_fills_the_disk(coding: Desk, code: str) -> None:
    outcome = ran(coding, f"{code}import time\ntime.sleep(30)")
    assert outcome.failure_reason == (
        "the code failed: it wrote more than 200,000,000 bytes, or 10,000 files"
    )


@pytest.mark.parametrize("said", ["[" * 100_000, '{"do": "end", "value": 5}', "5", "x"])
def test_code_that_answers_by_itself(coding: Desk, said: str) -> None:
    outcome = ran(
        coding, f"import os, sys\nos.write(int(sys.argv[1]), {said + chr(10)!r}.encode())"
    )
    assert "the code failed: it said something that can't be read" in str(outcome.failure_reason)


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
    code = "same = account.username == username and account.password == password"
    assert ran(coding, code, parameter_keys=["account"]).output == {"same": True}
    outcome = ran(coding, "x = account.pin", parameter_keys=["account"])
    assert "no field 'pin': it has username, password" in str(outcome.failure_reason)


def test_in_a_loop_it_sees_the_item(coding: Desk) -> None:
    coding.names = {"current_value": {"id": "A"}, "current_index": 3}
    outcome = ran(coding, "x = (current_value['id'], current_index)")
    assert outcome.output == {"x": ["A", 3]}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("total = sum(orders)", ["orders"]),
        ("orders = [1]\ntotal = sum(orders)", []),
        ("def f(x):\n    return [y * rate for y in x]\nreturn f(orders)", ["orders", "rate"]),
        ("import math\nx = math.pi + json.loads('1')\nawait page.goto(current_value)", []),
        ("for i, row in enumerate(rows):\n    last = row\nprint(last, i)", ["rows"]),
        ("try:\n    x = 1\nexcept Exception as error:\n    print(error)", []),
        ("text = '''\nno indent'''\nx = text + known", []),
        ("this is no Python", []),
    ],
)
def test_names_that_nothing_gives(code: str, names: list[str]) -> None:
    assert names_from_elsewhere(code, ["known"]) == names


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
