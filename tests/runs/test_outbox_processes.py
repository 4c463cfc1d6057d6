"""Several processes, and processes that die: nothing is lost, and nothing sent twice in turn."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import dagster as dg
import pytest

from skyvern_dagster.artifacts.default_store import default_store
from skyvern_dagster.execution import tags
from skyvern_dagster.runs.answer import answer_body
from skyvern_dagster.runs.links import PlainLinks
from skyvern_dagster.runs.local import LocalRun
from skyvern_dagster.runs.reconcile import reconcile
from skyvern_dagster.sensors.webhooks import build_webhook_sensor
from skyvern_dagster.webhooks.signature import IDEMPOTENCY_HEADER, verify
from skyvern_dagster.workflow.loader import load_text
from tests.office import ROOT, wait_until
from tests.runs.mailroom import SETTINGS, Mailroom
from tests.webhooks.receiver import Receiver, slow

WORKFLOW = """
title: Reports how it ended
webhook_callback_url: {url}
workflow_definition:
  parameters:
    - {{parameter_type: aws_secret, key: smtp_host, aws_key: SMTP_HOST}}
    - {{parameter_type: aws_secret, key: smtp_port, aws_key: SMTP_PORT}}
    - {{parameter_type: aws_secret, key: smtp_username, aws_key: SMTP_USERNAME}}
    - {{parameter_type: aws_secret, key: smtp_password, aws_key: SMTP_PASSWORD}}
  blocks:
    - block_type: send_email
      label: send
      smtp_host_secret_parameter_key: smtp_host
      smtp_port_secret_parameter_key: smtp_port
      smtp_username_secret_parameter_key: smtp_username
      smtp_password_secret_parameter_key: smtp_password
      sender: a@example.com
      recipients: [b@example.com]
      subject: Hello
      body: Hello
"""


def sender(passes: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.runs.sending", str(passes)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.long
def test_two_processes_send_nothing_twice(mailroom: Mailroom, hook: Receiver) -> None:
    runs = [mailroom.run(hook.url()) for _ in range(8)]
    hook.then = slow(0.05)
    senders = [sender(5), sender(5)]
    for each in senders:
        go(each)
    for each in senders:
        with each:
            assert each.wait(60) == 0
    sent = Counter(got.headers[IDEMPOTENCY_HEADER] for got in hook.received)
    assert sent == Counter(mailroom.message(run).message_id for run in runs)
    assert {mailroom.tag(run) for run in runs} == {"delivered"}


def test_killed_while_it_sends(mailroom: Mailroom, hook: Receiver) -> None:
    """The receiver may have it or not: it is sent again, and can be told to be the same."""
    run = mailroom.run(hook.url())
    hook.script.append(slow(30))
    with sender(1) as process:
        go(process)
        wait_until(lambda: len(hook.received) == 1)
        process.kill()
    assert mailroom.tag(run) == "pending"

    mailroom.outbox().deliver_due()

    assert mailroom.tag(run) == "delivered"
    assert len(hook.received) == 2
    assert len({got.headers[IDEMPOTENCY_HEADER] for got in hook.received}) == 1


def test_a_killed_run_is_reported_as_failed(
    mailroom: Mailroom,
    hook: Receiver,
    instance: dg.DagsterInstance,
    clean_environment: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        run_id = run_into(deaf, hook.url(), clean_environment, signal.SIGKILL)
    (run,) = instance.get_runs(filters=dg.RunsFilter(tags={tags.WORKFLOW_RUN_ID: run_id}))
    assert (run.status, run.tags[tags.STATUS]) == (dg.DagsterRunStatus.STARTED, "running")

    settled = reconcile(instance)

    assert settled.lost == settled.corrected == (run.run_id,)
    assert mailroom.again(run).tags[tags.STATUS] == "failed"
    store = default_store()
    outbox = mailroom.outbox(
        SETTINGS, lambda run: answer_body(instance, store, PlainLinks(store), run)
    )
    assert outbox.deliver_due().delivered == 1
    (got,) = hook.received
    told = json.loads(got.body)
    assert (told["status"], told["workflow_run_id"]) == ("failed", run_id)
    assert "process is gone" in told["failure_reason"]
    assert verify(mailroom.token, got.body, got.headers)
    assert reconcile(instance).lost == ()


def test_the_sensor_does_it_all(
    home: Path,
    hook: Receiver,
    instance: dg.DagsterInstance,
    clean_environment: pytest.MonkeyPatch,
) -> None:
    """In a deployment without the shim: settings and key from the home folder."""
    clean_environment.setenv("SKYVERN_WEBHOOK_ALLOW_PRIVATE", "true")
    made = subprocess.run(
        [sys.executable, "-m", "skyvern_dagster.cli.app", "keys", "create", "--json"],
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        run_into(deaf, hook.url(), clean_environment, signal.SIGKILL)
    sensor = build_webhook_sensor()

    with dg.build_sensor_context(instance=instance) as context:
        told = sensor.evaluate_tick(context).skip_message

    assert told == "1 pending: 1 attempts, 1 delivered, 0 given up"
    (got,) = hook.received
    assert verify(json.loads(made.stdout)["token"], got.body, got.headers)


def run_into(
    deaf: socket.socket, url: str, environment: pytest.MonkeyPatch, end: signal.Signals
) -> str:
    """Starts a run, ends its process while it waits for a mail server; gives its id."""
    deaf.settimeout(60)
    for name, value in {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(deaf.getsockname()[1]),
        "SMTP_USERNAME": "",
        "SMTP_PASSWORD": "",
    }.items():
        environment.setenv(name, value)
    workflow = load_text(WORKFLOW.format(url=url), source="test", name="reports")
    local = LocalRun.start(workflow, "test", {})
    connection, _ = deaf.accept()
    os.kill(local.process.process.pid, end)
    local.process.close()
    connection.close()
    return local.workflow_run_id
