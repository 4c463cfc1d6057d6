"""The image and the compose file."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from importlib import resources
from importlib.util import find_spec
from typing import Any

import jsonschema
import pytest
import yaml

from skyvern_dagster.runs.instance_home import instance_configuration
from tests.office import ROOT

DOCKER = ROOT / "deploy" / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_TEXT = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, each in SERVICES.items() if "build" in each]


def test_the_compose_file_follows_the_specification() -> None:
    schemas = resources.files("check_jsonschema.builtin_schemas.vendor")
    schema = json.loads(schemas.joinpath("compose-spec.json").read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator(schema).validate(COMPOSE)

    with pytest.raises(jsonschema.ValidationError):  # the check can fail
        jsonschema.Draft202012Validator(schema).validate({"services": {"a": {"imag": "x"}}})


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_says_when_it_is_healthy(name: str) -> None:
    check = SERVICES[name]["healthcheck"]

    assert check["test"][0] in ("CMD", "CMD-SHELL")
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        assert how == {"condition": "service_healthy"}
        assert needed in SERVICES


def test_every_variable_is_in_the_example() -> None:
    example = (DOCKER / "env.example").read_text(encoding="utf-8")
    known = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))

    assert set(re.findall(r"(?<!\$)\$\{(\w+)", COMPOSE_TEXT)) <= known
    configuration = (DOCKER / "dagster.yaml").read_text(encoding="utf-8")
    wanted = set(re.findall(r"env: (\w+)", configuration))
    assert len(wanted) > 5
    for name in OURS:
        assert wanted <= known | set(SERVICES[name]["environment"]), name


def test_what_is_mounted_is_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            place = volume.partition(":")[0]
            assert place in COMPOSE["volumes"] or (DOCKER / place).exists(), volume


def test_hosts_are_services() -> None:
    workspace = yaml.safe_load((DOCKER / "workspace.yaml").read_text(encoding="utf-8"))
    (location,) = (each["grpc_server"] for each in workspace["load_from"])

    assert location["host"] in SERVICES
    assert str(location["port"]) in SERVICES[location["host"]]["command"]
    assert SERVICES["api"]["environment"]["SKYVERN_API_CODE_LOCATION"] == location["location_name"]
    assert SERVICES["api"]["environment"]["SKYVERN_API_DAGSTER_URL"] == "http://webserver:3000"
    assert SERVICES["webserver"]["environment"]["SKYVERN_DAGSTER_HOSTS"] == "webserver"


@pytest.mark.parametrize("name", OURS)
def test_each_process_is_one_that_there_is(name: str) -> None:
    command = SERVICES[name]["command"]
    given = [each for each in command if re.fullmatch(r"skyvern_dagster[\w.]+", each)]

    for module in given:
        assert find_spec(module) is not None
    assert given or command[0] == "dagster-daemon"


def test_nothing_of_a_deployment_is_reached_from_outside_by_accident() -> None:
    published = [port for each in SERVICES.values() for port in each.get("ports", ())]

    assert sorted(published) == ["127.0.0.1:3000:3000", "127.0.0.1:8000:8000"]
    assert "privileged" not in COMPOSE_TEXT
    assert "docker.sock" not in COMPOSE_TEXT


def test_the_instance_is_the_one_that_init_writes() -> None:
    text = (DOCKER / "dagster.yaml").read_text(encoding="utf-8")

    assert text == instance_configuration("postgres", "celery"), (
        'write it anew: python -c "from skyvern_dagster.runs.instance_home import '
        "instance_configuration as c; print(c('postgres', 'celery'), end='')\" "
        "> deploy/docker/dagster.yaml"
    )


def test_the_image_installs_what_there_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (extras,) = re.findall(r'INSTALL="/app\[(.*?)\]"', DOCKERFILE)

    assert set(extras.split(",")) <= set(project["optional-dependencies"])
    assert {"api", "celery", "k8s", "postgres", "s3"} <= set(extras.split(","))


def test_the_image_has_an_init_process_and_no_root() -> None:
    steps = re.findall(r"^([A-Z]+) (.*)$", DOCKERFILE, re.MULTILINE)

    users = [what for step, what in steps if step == "USER"]
    assert users == ["10001:10001"]
    assert ("ENTRYPOINT", '["/usr/bin/tini", "--"]') in steps
    runs = [what for step, what in steps if step == "RUN"]
    assert runs[0] == "sh /usr/local/share/skyvern-dagster/install.sh"
    assert (ROOT / re.findall(r"^COPY (\S+/install\.sh)", DOCKERFILE, re.MULTILINE)[0]).exists()
    assert "--no-sandbox" not in DOCKERFILE


@pytest.mark.parametrize(
    "script", [*ROOT.glob("deploy/*/*.sh")], ids=lambda each: f"{each.parent.name}-{each.name}"
)
def test_scripts_are_shell(script: Any) -> None:
    subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.long
def test_debian_has_every_package_of_the_image() -> None:
    if shutil.which("apt-get") is None:
        pytest.skip("there is no apt-get: the image's steps are Debian's")
    done = subprocess.run(
        ["sh", DOCKER / "install.sh", "--dry-run"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
