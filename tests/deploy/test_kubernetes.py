"""Values of Dagster's Helm chart: what the chart makes of them is loaded by Dagster itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from tests.office import ROOT

VALUES: dict[str, Any] = yaml.safe_load(
    (ROOT / "deploy" / "kubernetes" / "values.yaml").read_text(encoding="utf-8")
)


def snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def snaked(values: dict[str, Any]) -> dict[str, Any]:
    return {snake(name): value for name, value in values.items()}


def instance_of(values: dict[str, Any]) -> dict[str, Any]:
    """``dagster.yaml`` as the chart's ``configmap-instance.yaml`` writes it.

    Fields are the chart's in camel case, the instance's in snake case.
    """
    daemon = values["dagsterDaemon"]
    queue = daemon["runCoordinator"]["config"]["queuedRunCoordinator"]
    launcher = values["runLauncher"]["config"]["k8sRunLauncher"]
    postgres = values["postgresql"]
    runs = snaked(launcher)
    runs["env_secrets"] = [each["name"] for each in launcher["envSecrets"]]
    runs["run_k8s_config"] = snaked(launcher["runK8sConfig"])
    config = {
        "service_account_name": "dagster",
        "instance_config_map": "dagster-instance",
        "postgres_password_secret": "dagster-postgresql-secret",
        "dagster_home": "/opt/dagster/dagster_home",
        "job_namespace": "portals",
        "load_incluster_config": True,
    }
    return {
        "storage": {
            "postgres": {
                "postgres_db": {
                    "username": postgres["postgresqlUsername"],
                    "password": {"env": "DAGSTER_PG_PASSWORD"},
                    "hostname": "postgres.invalid",
                    "db_name": postgres["postgresqlDatabase"],
                    "port": 5432,
                    "scheme": postgres["postgresqlScheme"],
                }
            }
        },
        "run_coordinator": {
            "module": "dagster.core.run_coordinator",
            "class": daemon["runCoordinator"]["type"],
            "config": snaked(queue),
        },
        "run_launcher": {
            "module": "dagster_k8s",
            "class": values["runLauncher"]["type"],
            "config": {**config, **runs},
        },
        "run_monitoring": snaked(daemon["runMonitoring"]),
        "run_retries": snaked(daemon["runRetries"]),
        **values["additionalInstanceConfig"],
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("dagster_k8s", reason="the extra k8s isn't installed")
    monkeypatch.setenv("DAGSTER_PG_PASSWORD", "none")
    return tmp_path


def loaded(folder: Path, values: dict[str, Any]) -> Any:
    from dagster._core.instance.ref import InstanceRef

    (folder / "dagster.yaml").write_text(yaml.safe_dump(instance_of(values)), encoding="utf-8")
    return InstanceRef.from_dir(str(folder))


def test_dagster_takes_what_the_chart_makes_of_them(folder: Path) -> None:
    reference = loaded(folder, VALUES)

    launcher = reference.run_launcher_data
    assert launcher.class_name == "K8sRunLauncher"
    assert reference.settings["concurrency"]["pools"] == {"granularity": "run", "default_limit": 1}
    assert reference.settings["run_retries"]["retry_on_asset_or_op_failure"] is False
    assert reference.settings["telemetry"] == {"enabled": False}


def test_limits_of_runs_said_twice_are_refused(folder: Path) -> None:
    """Why the chart's own fields for it stay out."""
    twice = yaml.safe_load(yaml.safe_dump(VALUES))
    queue = twice["dagsterDaemon"]["runCoordinator"]["config"]["queuedRunCoordinator"]
    queue["maxConcurrentRuns"] = 20

    with pytest.raises(dg.DagsterInvalidConfigError, match="incompatible"):
        loaded(folder, twice)


def test_the_launchers_config_is_what_dagster_k8s_knows(folder: Path) -> None:
    from dagster_k8s import K8sRunLauncher

    from skyvern_dagster.compiler.dagster_internals import config_errors

    del folder
    config = instance_of(VALUES)["run_launcher"]["config"]
    shape: Any = dg.Shape(K8sRunLauncher.config_type())  # type: ignore[no-untyped-call]

    assert config_errors(shape, config) == []
    wrong = config_errors(shape, {**config, "labelz": {}})
    assert "labelz" in " ".join(wrong)


def test_runs_are_given_what_a_browser_needs() -> None:
    runs = VALUES["runLauncher"]["config"]["k8sRunLauncher"]
    mounts = {each["mountPath"]: each["name"] for each in runs["volumeMounts"]}

    assert {each["name"] for each in runs["volumes"]} == set(mounts.values())
    assert "/dev/shm" in mounts
    assert runs["securityContext"]["runAsNonRoot"] is True
    assert runs["securityContext"]["runAsUser"] == 10001


def test_secrets_are_kubernetes_secrets() -> None:
    text = (ROOT / "deploy" / "kubernetes" / "values.yaml").read_text(encoding="utf-8")

    (deployment,) = VALUES["dagster-user-deployments"]["deployments"]
    assert deployment["envSecrets"] == [{"name": "skyvern"}]
    assert "PASSWORD:" not in text.upper().replace("POSTGRESQLPASSWORD", "")
