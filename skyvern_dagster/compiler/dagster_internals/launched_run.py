"""A run as its process is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.instance.ref import InstanceRef

if TYPE_CHECKING:
    from dagster._grpc.types import ExecuteRunArgs


def launch_arguments(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """What the process of a run is told, as Dagster's own launchers tell it."""
    from dagster._core.origin import JobPythonOrigin
    from dagster._grpc.types import ExecuteRunArgs
    from dagster._serdes import serialize_value

    origin = run.job_code_origin
    assert isinstance(origin, JobPythonOrigin)
    return serialize_value(
        ExecuteRunArgs(
            job_origin=origin,
            run_id=run.run_id,
            instance_ref=instance.get_ref(),
            set_exit_code_on_failure=True,
        )
    )


@dataclass(frozen=True)
class LaunchedRun:
    """What :func:`launch_arguments` has told a run's process.

    Attributes:
        instance: What Dagster opens the instance with.
    """

    run_id: str
    job_name: str
    instance: InstanceRef

    @classmethod
    def read(cls, arguments: str) -> LaunchedRun:
        """Reads them from what the launcher has written down."""
        from dagster._grpc.types import ExecuteRunArgs
        from dagster._serdes import deserialize_value

        return cls._of(deserialize_value(arguments, ExecuteRunArgs))

    @classmethod
    def unpacked(cls, arguments: Any) -> LaunchedRun:
        """Reads them from what dagster-celery hands to its workers."""
        from dagster._grpc.types import ExecuteRunArgs
        from dagster._serdes import unpack_value

        return cls._of(unpack_value(arguments, as_type=ExecuteRunArgs))

    @classmethod
    def _of(cls, given: ExecuteRunArgs) -> LaunchedRun:
        assert given.instance_ref is not None
        return cls(given.run_id, given.job_origin.job_name, given.instance_ref)

    def execute(self, instance: dg.DagsterInstance) -> None:
        """Carries the run out in this process, as ``dagster api execute_run`` does.

        Raises:
            SystemExit: The run has failed.
        """
        from dagster._cli.api import _execute_run_command_body
        from dagster._utils.interrupts import capture_interrupts

        with capture_interrupts():
            status = _execute_run_command_body(
                self.run_id, instance, lambda _: None, set_exit_code_on_failure=True
            )
        if status:
            raise SystemExit(status)
