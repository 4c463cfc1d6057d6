"""What tests of whole runs share: servers, a home folder of their own, an instance in it."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from skyvern_dagster.demo.services import DemoServices, demo_services
from skyvern_dagster.runs.instance_home import prepare_home
from tests.compiler.postman import Postman
from tests.office import ROOT, Office

FROM_OUTSIDE = ("SKYVERN_", "AWS_", "SMTP_", "DAGSTER_")


FURTHER = {
    "tests/agent/heuristic/test_portals.py::test_a_wrong_password_is_tried_once": 1,
    "tests/agent/heuristic/test_portals.py::test_logs_in_lists_and_downloads": 3,
    "tests/agent/test_attacks.py::test_it_is_an_attack": 12,
    "tests/agent/test_attacks.py::test_nothing_comes_of_it": 16,
    "tests/agent/test_injection.py::test_a_model_that_obeys_the_page_is_held_back": 6,
    "tests/agent/test_injection.py::test_a_planner_without_a_model_goes_its_way": 3,
    "tests/agent/test_known_files.py::test_an_iteration_goes_to_the_page_at_the_first_doubt": 2,
    "tests/agent/test_known_files.py::test_it_can_be_switched_off": 0,
    "tests/agent/test_known_files.py::test_what_the_task_knows_besides": 1,
    "tests/agent/test_one_of_several.py::test_a_number_of_any_form": 6,
    "tests/agent/test_pictures.py::test_a_picture_is_the_same_whatever_the_secret": 1,
    "tests/agent/test_replay.py::test_recordings_can_be_pinned_and_disabled": 0,
    "tests/agent/test_replay_patterns.py::test_fifty_invoices": 1,
    "tests/agent/test_replay_reading.py::test_a_list_of_several_pages_is_read_to_its_end": 0,
    "tests/agent/test_replay_reading.py::test_where_a_page_differs": 0,
    "tests/api/test_any_request.py::test_no_secret_that_a_text_tells_is_kept": 0,
    "tests/api/test_canceling.py::test_waiting_ones_never_start": 0,
    "tests/api/test_clients.py::test_a_tour_with_the_official_client": 1,
    "tests/api/test_every_ending.py::test_it_is_the_same": 12,
    "tests/api/test_launching.py::test_a_killed_fork_server_is_started_anew": 0,
    "tests/api/test_limits.py::test_a_strict_server": 0,
    "tests/api/test_retries_and_profiles.py::test_a_run_that_fails": 0,
    "tests/api/test_s3_artifacts.py": 0,
    "tests/api/test_secret_references.py::test_objects_of_other_runs_in_the_bucket": 0,
    "tests/api/test_secret_references.py::test_the_folders_workflow_doesnt_log_in_elsewhere": 0,
    "tests/api/test_workflows.py::test_a_restarted_api": 0,
    "tests/api/test_workflows.py::test_the_schedule_has_asked_for_runs": 0,
    "tests/browser/test_closed_places.py::test_no_way_leads_there": 3,
    "tests/browser/test_closed_places.py::test_nor_to_the_metadata_service": 2,
    "tests/browser/test_download_limits.py::test_files_without_number": 0,
    "tests/browser/test_downloads.py::test_every_form_lands": 8,
    "tests/cli/test_keys.py::test_another_organization": 0,
    "tests/cli/test_warm.py::test_a_command_that_is_killed": 0,
    "tests/deployment/test_serve.py::test_a_second_one_on_the_same_home": 0,
    "tests/difficulties/test_executor.py::test_it_can_be_done": 18,
    "tests/difficulties/test_head.py::test_it_finds_out_by_itself": 8,
    "tests/distributed/test_engines.py::test_the_run_goes_on_in_the_other_worker": 0,
    "tests/e2e/test_backfill.py": 0,
    "tests/e2e/test_cancel.py::test_a_command_line_that_is_killed_takes_the_run_along": 0,
    "tests/e2e/test_cancel.py::test_a_second_signal_ends_it_at_once": 0,
    "tests/e2e/test_cancel.py::test_a_signal_cancels_the_run": 1,
    "tests/e2e/test_crash.py::test_killed_around_the_loop": 0,
    "tests/e2e/test_crash.py::test_killed_in_an_iteration": 1,
    "tests/e2e/test_crash.py::test_killed_once_at_every_later_point": 0,
    "tests/e2e/test_endings.py::test_a_host_that_does_not_exist": 0,
    "tests/e2e/test_endings.py::test_a_planner_that_is_not_there": 0,
    "tests/e2e/test_executors.py::test_in_threads": 0,
    "tests/e2e/test_infrastructure.py::test_a_disk_that_fills_up": 0,
    "tests/e2e/test_infrastructure.py::test_a_run_that_lacks_items": 0,
    "tests/e2e/test_infrastructure.py::test_what_is_killed": 1,
    "tests/e2e/test_infrastructure.py::test_what_people_look_at": 0,
    "tests/e2e/test_one_time_codes.py": 2,
    "tests/e2e/test_rewound.py": 0,
    "tests/e2e/test_stored_credentials.py::test_logged_in": 1,
    "tests/llm/test_server_quirks.py::test_what_a_server_refuses_is_left_out": 24,
    "tests/sensors/test_daemon.py": 0,
    "tests/shops/test_portals_by_hand.py::test_a_person_gets_an_old_invoice": 6,
    "tests/tutorial/test_tutorial.py": 0,
    "tests/workflow/test_size_limits.py::test_what_is_there_to_keep": 8,
}
"""Tests that take a minute together, or a process each, and how many of them `make test` runs.

The others are further cases of the same kinds: `make test-all` has them, too.
"""


LONGEST = (
    "tests/api/test_secret_references.py",
    "tests/api/test_any_request.py",
    "tests/api/test_clients.py",
    "tests/api/test_workflows.py",
    "tests/api/test_overload.py",
    "tests/api/test_secret_parameters.py",
    "tests/distributed/test_engines.py",
    "tests/e2e/test_backfill.py",
    "tests/e2e/test_infrastructure.py",
    "tests/agent/test_attacks.py",
    "tests/agent/test_injection.py",
    "tests/agent/test_replay.py",
    "tests/cli/test_demo.py",
    "tests/e2e/test_rewound.py",
    "tests/agent/test_llm_planner.py",
    "tests/execution/test_one_semantics.py",
    "tests/e2e/test_cancel.py",
    "tests/e2e/test_endings.py",
    "tests/e2e/test_executors.py",
    "tests/e2e/test_crash.py",
    "tests/agent/heuristic/test_portals.py",
    "tests/tutorial/test_tutorial.py",
    "tests/sensors/test_daemon.py",
)
"""Files that take longest begin first, so that no worker is left alone with one at the end.

In the order of the processor's seconds that they were measured to take, their processes included.
"""


# On a busy machine the time of one example says nothing: 0.4 s and 0.00001 s were seen of the same.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


class OneDeployment(LoadFileScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """A worker a file, and one for all files of the API, which share what is served.

    A deployment costs half a minute of a processor to come up, and more as long as it is up.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "tests/api" if nodeid.startswith("tests/api/") else nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneDeployment:
    """Asked by pytest-xdist, whichever ``--dist`` it was started with."""
    return OneDeployment(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks further cases as long, and brings the longest files to the front.

    Those of the API come first, one after the other: what they have served together costs as long
    as it is up.
    """
    seen: Counter[str] = Counter()
    for item in items:
        kind = next((kind for kind in FURTHER if item.nodeid.startswith(kind)), None)
        if kind is not None:
            seen[kind] += 1
            if seen[kind] > FURTHER[kind]:
                item.add_marker(pytest.mark.long)
    places = {ROOT / name: place for place, name in enumerate(LONGEST)}

    def place(item: pytest.Item) -> tuple[bool, int]:
        return item.path.parent != ROOT / "tests" / "api", places.get(item.path, len(places))

    items.sort(key=place)


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoServices]:
    """Servers that tests share; whoever stops, fills or clears something starts its own."""
    with demo_services() as services:
        services.s3.client().put_bucket_versioning(
            Bucket=services.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        yield services


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder as runs find it at first; making its databases takes a second."""
    folder = tmp_path_factory.mktemp("new") / "home"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DAGSTER_HOME", str(folder))
        environment.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
        return prepare_home()


@pytest.fixture
def home(tmp_path: Path, new_home: Path, clean_environment: pytest.MonkeyPatch) -> Path:
    """A home folder with an instance, that this process and its children use."""
    shutil.copytree(new_home, tmp_path / "home")
    clean_environment.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    return prepare_home()


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No settings from outside, no AWS, and a planner that knows the demo shop."""
    for name in [name for name in os.environ if name.startswith(FROM_OUTSIDE)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # Videos cost a third of a second a task; tests/agent/test_task_video.py makes them.
    monkeypatch.setenv("SKYVERN_VIDEO", "0")
    # A process and a browser more; tests/runs/test_next_process.py has them.
    monkeypatch.setenv("SKYVERN_READY_SECONDS", "0")
    monkeypatch.setenv("SKYVERN_PLANNER", "tests.planners.clerk:Clerk")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), str(ROOT / "api"))))
    return monkeypatch


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """The instance of the home folder."""
    with dg.DagsterInstance.get() as opened:
        yield opened


@pytest.fixture
def office(
    demo: DemoServices,
    home: Path,
    instance: dg.DagsterInstance,
    clean_environment: pytest.MonkeyPatch,
) -> Office:
    """The demo's servers and a home folder, ready for a run of the invoice workflow."""
    for name, value in demo.environment().items():
        clean_environment.setenv(name, value)
    return Office(demo, home, instance)


@pytest.fixture
def postman(home: Path, clean_environment: pytest.MonkeyPatch) -> Iterator[Postman]:
    """A mail server, and the secrets that a workflow needs to use it."""
    postman = Postman()
    settings = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(postman.start()),
        "SMTP_USERNAME": "",
        "SMTP_PASSWORD": "",
        "SKYVERN_UPLOAD_BUCKET": "unused",
    }
    for name, value in settings.items():
        clean_environment.setenv(name, value)
    yield postman
    postman.stop()
