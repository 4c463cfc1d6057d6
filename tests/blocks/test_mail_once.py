"""A message of a partition goes out once, however many runs make the partition, and when."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from skyvern_dagster.artifacts.claim import LONGEST_SECONDS, claimed
from skyvern_dagster.artifacts.files import StoredFile
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.demo.smtp_sink import SmtpSink
from skyvern_dagster.errors import ClaimedError
from skyvern_dagster.process.clock import utc_now
from tests.blocks.desk import Desk
from tests.blocks.post import block

APRIL, MAY = "invoices/2024-04", "invoices/2024-05"
PLACE = f"deliveries/{APRIL}/email/report/message"


def made(
    desk: Desk, files: Sequence[StoredFile], delivery: str = APRIL, **context: Any
) -> BlockOutcome:
    """A run of the block over these downloads."""
    desk.files = tuple(files)
    report = block(file_attachments=["SKYVERN_DOWNLOAD_DIRECTORY"])
    return report.run(desk.context("report", delivery=delivery, **context))


def download(desk: Desk, name: str, delivery: str = APRIL) -> StoredFile:
    return desk.download(name, name.encode()).model_copy(update={"delivery": delivery})


@pytest.mark.parametrize("names", [[], ["a.pdf", "b.pdf"]])
def test_the_same_is_not_sent_again(desk: Desk, sink: SmtpSink, names: list[str]) -> None:
    files = [download(desk, name) for name in names]

    assert made(desk, files).details["sent_now"] == 1
    assert made(desk, files).details["sent_now"] == 0
    assert made(desk, files[:1]).details["sent_now"] == 0
    assert made(desk, files, MAY).details["sent_now"] == 1
    assert len(sink.messages) == 2


def test_something_new_is_sent_with_the_rest(desk: Desk, sink: SmtpSink) -> None:
    first, second = download(desk, "a.pdf"), download(desk, "b.pdf")
    made(desk, [first])

    assert made(desk, [first, second]).details["sent_now"] == 1
    assert list(sink.messages[-1].attachments) == ["a.pdf", "b.pdf"]
    assert len({str(each.message["Message-ID"]) for each in sink.messages}) == 2


def test_a_run_over_two_partitions_and_runs_per_partition_know_of_each_other(
    desk: Desk, sink: SmtpSink
) -> None:
    april, may = download(desk, "a.pdf"), download(desk, "b.pdf", MAY)
    whole: dict[str, Any] = {"delivery": "invoices/2024-04...2024-05", "covers": (APRIL, MAY)}

    assert made(desk, [april, may], **whole).details["sent_now"] == 1
    assert made(desk, [april]).details["sent_now"] == 0
    assert made(desk, [may], MAY).details["sent_now"] == 0
    later = download(desk, "c.pdf", MAY)
    assert made(desk, [may, later], MAY).details["sent_now"] == 1
    assert made(desk, [april, may, later], **whole).details["sent_now"] == 0


def test_an_empty_partition_of_a_run_over_several_counts_as_sent(
    desk: Desk, sink: SmtpSink
) -> None:
    whole: dict[str, Any] = {"delivery": "invoices/2024-04...2024-05", "covers": (APRIL, MAY)}
    made(desk, [download(desk, "a.pdf")], **whole)

    assert made(desk, [], MAY).details["sent_now"] == 0
    assert len(sink.messages) == 1


def test_of_runs_at_the_same_moment_one_sends(desk: Desk, sink: SmtpSink) -> None:
    desk.files = (download(desk, "a.pdf"),)
    report = block(file_attachments=["SKYVERN_DOWNLOAD_DIRECTORY"])
    start = threading.Barrier(6)

    def run() -> None:
        context = desk.context("report", delivery=APRIL)
        start.wait()
        report.run(context)

    runs = [threading.Thread(target=run) for _ in range(6)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()

    assert len(sink.messages) == 1


def test_who_waits_too_long_says_for_whom(desk: Desk) -> None:
    with (
        claimed(desk.store, [PLACE]),
        pytest.raises(ClaimedError, match="another run is doing the same"),
        claimed(desk.store, [PLACE], wait_seconds=0),
    ):
        pass
    with claimed(desk.store, [PLACE], wait_seconds=0):
        pass


HOLDER = """
import sys
from skyvern_dagster.artifacts.claim import claimed
from skyvern_dagster.artifacts.store import ArtifactStore
with claimed(ArtifactStore(sys.argv[1]), [sys.argv[2]]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_claim_of_a_killed_process_is_over(desk: Desk, sink: SmtpSink) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(desk.folder), PLACE],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(ClaimedError), claimed(desk.store, [PLACE], wait_seconds=0):
        pass
    holder.kill()
    holder.communicate()

    assert made(desk, []).details["sent_now"] == 1


def claim_of_another(desk: Desk, *, age: float, clock: float, **fields: str) -> None:
    """Puts a claim of another machine into the store.

    Args:
        age: Seconds since it was written.
        clock: How many seconds that machine's clock is ahead.
    """
    at = utc_now() + timedelta(seconds=clock - age)
    claim = {"process": "elsewhere:1:2", "machine": "elsewhere", "at": at.isoformat(), **fields}
    desk.store.write_json(f"{PLACE}/claims/1.json", claim)
    written = time.time() - age
    os.utime(desk.folder / PLACE / "claims" / "1.json", (written, written))


@pytest.mark.parametrize("clock", [0, -7200, 7200])
@pytest.mark.parametrize(("age", "is_over"), [(LONGEST_SECONDS + 5, True), (5, False)])
def test_a_claim_of_another_machine_lasts_a_while(
    desk: Desk, age: float, is_over: bool, clock: float
) -> None:
    """Whatever the clock of that machine shows: else two would send at once."""
    claim_of_another(desk, age=age, clock=clock)
    if is_over:
        with claimed(desk.store, [PLACE], wait_seconds=0):
            pass
    else:
        with (
            pytest.raises(ClaimedError, match=r"if that one is gone, .* in 59[0-9] s; resume"),
            claimed(desk.store, [PLACE], wait_seconds=0),
        ):
            pass
    assert [key for key in desk.store.keys(f"{PLACE}/claims") if ".json." in key] == []


def test_two_machines_of_one_name_are_two(desk: Desk) -> None:
    """Containers with a fixed name, say: what no process here is may well go on there."""
    claim_of_another(desk, age=5, clock=0, process=f"{os.uname().nodename}:1:2")
    with pytest.raises(ClaimedError), claimed(desk.store, [PLACE], wait_seconds=0):
        pass
