"""The tutorial's own commands, in a project made with ``create-dagster``, with our built wheel."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from skyvern_dagster.demo.orders import all_orders
from tests.office import ROOT

TUTORIAL = ROOT / "docs" / "tutorial.md"
SCRIPTS = {
    "dg": "from dagster_dg_cli.cli import main; main()",
    "create-dagster": "from create_dagster.cli import main; main()",
    "skyvern-dagster": "from skyvern_dagster.cli.app import main; main()",
    "dagster": "from dagster._cli import main; main()",
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A virtual environment with our wheel, that finds everything else where this process does."""
    folder = tmp_path_factory.mktemp("tutorial")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q",
         "-w", folder / "dist", ROOT],
        check=True,
    )  # fmt: skip
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    packages = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    (wheel,) = (folder / "dist").glob("*.whl")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "-q", "--target", packages, wheel],
        check=True,
    )
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    for name, code in SCRIPTS.items():
        script = folder / "venv" / "bin" / name
        script.write_text(f"#!{python}\nimport sys\nsys.argv[0] = {name!r}\n{code}\n")
        script.chmod(0o755)
    kept = {"LANG": "C.UTF-8", "TERM": "dumb", "HOME": str(folder)}
    return {
        **kept,
        "PATH": f"{folder / 'venv' / 'bin'}:/usr/bin:/bin",
        "WORK": str(folder),
        "VIRTUAL_ENV": str(folder / "venv"),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DG_CLI_SUPPRESS_WARNINGS": "create_dagster_outdated",
    }


@pytest.fixture(scope="module")
def done(environment: dict[str, str]) -> Iterator[tuple[Path, str]]:
    """The project after all commands, and what they printed."""
    work = Path(environment["WORK"])
    script = "set -e\n" + "\n".join(f"echo '## {n}'\n{code}" for n, code in enumerate(commands()))
    try:
        ran = subprocess.run(
            ["/bin/bash", "-c", script],
            cwd=work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False, timeout=540,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout[-6000:]
        yield work / "shop_data", ran.stdout
    finally:
        for pid in work.glob("*/demo.pid"):
            stop(int(pid.read_text()))


def test_our_wheel_is_what_was_used(environment: dict[str, str]) -> None:
    code = "import skyvern_dagster; print(skyvern_dagster.__file__)"
    where = subprocess.run(
        [f"{environment['VIRTUAL_ENV']}/bin/python", "-c", code],
        cwd=environment["WORK"], env=environment, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert where.startswith(environment["VIRTUAL_ENV"])


def test_everything_is_listed(done: tuple[Path, str]) -> None:
    _, printed = done

    assert "skyvern_dagster.SkyvernWorkflowsComponent" in printed
    for name in ("invoices", "invoices/orders", "invoices_asset", "invoices_schedule"):
        assert name in printed


def test_the_month_is_there(done: tuple[Path, str]) -> None:
    project, _ = done
    home = project / ".dagster_home"
    value = json.loads((home / "storage" / "invoices" / "2024-04-01.json").read_text())
    april = [order for order in all_orders() if order.order_date.isoformat()[:7] == "2024-04"]

    assert [item["key"] for item in value["items"]] == [order.order_id for order in april]
    downloads = {path.name: path.read_bytes() for path in home.rglob("downloads/*/*/*.pdf")}
    assert downloads == {
        f"{order.invoice_number}.pdf": order.invoice_pdf() for order in april if order.has_invoice
    }


def test_the_definition_is_a_file_of_its_own(done: tuple[Path, str]) -> None:
    project, _ = done
    component = (project / "src" / "shop_data" / "defs" / "portals" / "defs.yaml").read_text()

    assert "type: skyvern_dagster.SkyvernWorkflowsComponent" in component
    assert "navigation_goal" not in component


def commands() -> list[str]:
    """The tutorial's ``bash`` blocks; those without a language are for a person to do."""
    return re.findall(r"^```bash\n(.*?)^```", TUTORIAL.read_text(), re.MULTILINE | re.DOTALL)


def stop(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
