"""``skyvern-dagster init``: the project that it writes is one."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from skyvern_dagster.cli.init import write_project
from skyvern_dagster.errors import DefinitionError
from tests.office import ROOT


def written(folder: Path, **options: Any) -> Path:
    given: dict[str, Any] = {
        "workflow": "invoices",
        "url": "https://shop.example",
        "database": None,
        "engine": "local",
    }
    assert write_project(folder, **(given | options)) == 0
    return folder


def instance(project: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((project / "home" / "dagster.yaml").read_text()))


@pytest.mark.parametrize("engine", ["local", pytest.param("celery", marks=pytest.mark.long)])
def test_dagster_loads_it(tmp_path: Path, engine: str) -> None:
    project = written(tmp_path / "portals", engine=engine)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(project / "src"), str(ROOT), str(ROOT / "api"))),
    }
    environment.pop("DAGSTER_HOME", None)

    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "--load-with-grpc"],
        cwd=project, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    assert "Validation successful for code location portals" in done.stdout + done.stderr


def test_what_a_team_expects_of_the_instance(tmp_path: Path) -> None:
    found = instance(written(tmp_path / "portals"))

    assert found["telemetry"] == {"enabled": False}
    assert found["concurrency"]["pools"] == {"granularity": "run", "default_limit": 1}
    assert found["run_monitoring"]["enabled"] is True
    assert "storage" not in found


def test_celery_needs_postgres_and_the_scheme_that_works(tmp_path: Path) -> None:
    found = instance(written(tmp_path / "portals", engine="celery"))

    assert found["storage"]["postgres"]["postgres_db"] == {
        "scheme": "postgresql+psycopg2",
        "hostname": {"env": "DAGSTER_PG_HOST"},
        "port": {"env": "DAGSTER_PG_PORT"},
        "username": {"env": "DAGSTER_PG_USER"},
        "password": {"env": "DAGSTER_PG_PASSWORD"},
        "db_name": {"env": "DAGSTER_PG_DB"},
    }
    assert found["run_launcher"]["class"] == "SkyvernCeleryRunLauncher"
    assert found["run_retries"]["retry_on_asset_or_op_failure"] is False


@pytest.mark.parametrize(("database", "engine"), [("postgres", "local"), (None, "celery")])
def test_dagster_takes_the_configuration(
    tmp_path: Path, database: str | None, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its schema, and that every class can be imported and made; nobody answers there."""
    pytest.importorskip("dagster_celery", reason="the extra celery isn't installed")
    project = written(tmp_path / "portals", database=database, engine=engine)
    for name in ("HOST", "PORT", "USER", "PASSWORD", "DB"):
        monkeypatch.setenv(f"DAGSTER_PG_{name}", "5" if name == "PORT" else "none.invalid")
    for name in ("BROKER", "BACKEND"):
        monkeypatch.setenv(f"DAGSTER_CELERY_{name}", "redis://none.invalid:5/0")
    from dagster._core.instance.ref import InstanceRef

    reference = InstanceRef.from_dir(str(project / "home"))

    assert type(reference.run_launcher).__module__.startswith("skyvern_dagster.launching.")
    assert type(reference.run_coordinator).__name__ == "QueuedRunCoordinator"


def test_its_package_is_what_it_needs(tmp_path: Path) -> None:
    project = written(tmp_path / "My Portals", engine="celery")
    described = tomllib.loads((project / "pyproject.toml").read_text())

    assert described["project"]["name"] == "my_portals"
    assert described["project"]["dependencies"] == ["skyvern-dagster[aws,postgres,celery,s3]"]
    own = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {"aws", "postgres", "celery", "s3"} <= set(own)


def test_no_secret_and_nothing_that_is_committed_by_mistake(tmp_path: Path) -> None:
    project = written(tmp_path / "portals", engine="celery")

    ignored = (project / ".gitignore").read_text().splitlines()
    assert ".env" in ignored
    assert not (project / ".env").exists()
    assert "SKYVERN_CREDENTIAL_CREDENTIALS_PASSWORD=\n" in (project / ".env.example").read_text()


@pytest.mark.parametrize(
    ("folder", "options", "message"),
    [
        ("1st", {}, "begins with a letter"),
        ("portals", {"workflow": "no-name"}, "letters, digits and underscores"),
        ("portals", {"engine": "celery", "database": "sqlite"}, "files of one machine"),
    ],
)
def test_what_can_not_be(
    tmp_path: Path, folder: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DefinitionError, match=message):
        written(tmp_path / folder, **options)

    assert list(tmp_path.iterdir()) == []


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")

    with pytest.raises(DefinitionError, match=r"README\.md is there already"):
        written(tmp_path)

    assert [each.name for each in tmp_path.iterdir()] == ["README.md"]
