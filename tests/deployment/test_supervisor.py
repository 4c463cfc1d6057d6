"""What ends is started again, later each time; one deployment has a home folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from skyvern_dagster.deployment.home_lock import locked_home
from skyvern_dagster.deployment.service import Service
from skyvern_dagster.deployment.supervisor import Supervisor
from skyvern_dagster.errors import RunError
from skyvern_dagster.process.identity import process_start
from tests.office import wait_until

PARENT = """
import os, sys
from pathlib import Path
from skyvern_dagster.deployment.service import Service
child = "import os, time; os.fork(); print(os.getpid(), flush=True); time.sleep(600)"
service = Service.start("child", [sys.executable, "-c", child], os.environ, Path(sys.argv[1]))
print("started", flush=True)
service.process.wait()
"""


def test_each_time_in_a_row_it_waits_longer(tmp_path: Path) -> None:
    now = 0.0
    said: list[str] = []
    before: list[str] = []
    command = [sys.executable, "-c", "import sys; sys.exit(3)"]
    service = Service.start("short", command, os.environ, tmp_path)
    watched = Supervisor([service], said.append, before.append, lambda: now)
    waits: list[float] = []
    for _ in range(8):
        service.process.wait()
        watched.look()
        began = now
        while len(before) == len(waits):
            now += 0.25
            watched.look()
        waits.append(now - began)
    service.process.wait()
    now += 60
    watched.look()

    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert before == ["short"] * 8
    assert "short ended with status 3" in said[0]
    assert str(service.log) in said[0]
    assert said[-1].endswith(f"starting it again in 0.5 s; see {service.log}")


def test_a_service_and_its_children_end_with_the_starter(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "started\n"
        log = tmp_path / "child.log"
        wait_until(lambda: len(log.read_text().split()) == 2)
        parent.send_signal(signal.SIGKILL)

    pids = [int(each) for each in log.read_text().split()]
    wait_until(lambda: not any(process_start(each) for each in pids), seconds=20, every=0.05)


def test_one_deployment_a_home(tmp_path: Path) -> None:
    with locked_home(tmp_path, "serve") as lock:
        lock.tell(command="serve", api="http://127.0.0.1:8000")
        with (
            pytest.raises(RunError, match=rf"pid {os.getpid()}.*:8000.*DAGSTER_HOME"),
            locked_home(tmp_path, "serve"),
        ):
            pass
        with locked_home(tmp_path / "another", "serve"):
            pass
    with locked_home(tmp_path, "serve"):
        pass


def test_the_next_one_waits_for_what_a_killed_one_has_left(tmp_path: Path) -> None:
    code = "import os, sys; os.read(0, 1)"
    with locked_home(tmp_path, "serve") as lock:
        left = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, pass_fds=[lock.descriptor]
        )
        (tmp_path / "deployment.lock").write_text("{}")  # as one that was killed while it wrote
    with left, pytest.MonkeyPatch.context() as patch:
        patch.setattr("skyvern_dagster.deployment.home_lock._PATIENCE_SECONDS", 0.3)
        with pytest.raises(RunError, match="still ending"), locked_home(tmp_path, "serve"):
            pass
    with locked_home(tmp_path, "serve"):
        pass
