"""The invoice workflow at real products: what it fetched, and what it said.

``python -m benchmarks.sites --scripts FOLDER`` (or ``SITES_SCRIPTS``) starts the sites that the
folder's ``NAME.sh start PORT`` installs, one after the other, runs ``workflows/
invoice_retrieval.yaml`` at each without its deliveries, and prints a table. Each script prints one
line of JSON: ``url``, ``username``, ``password``, ``start_date`` and ``truth``, a file whose
``orders`` say of each row whether it ``qualifies`` (``true``, ``false`` or ``boundary``, which
counts neither way) and the ``sha256`` of its document.

With ``--model FOLDER`` a loopback server plays the model: it answers by the rules of the folder's
``NAME.yaml`` (``benchmarks/answer_script.py``), which may name another workflow; sites without one
are left out. The table then has calls and tokens, too.

Exit status: 0 where nothing wrong was fetched and no run said that it was complete without being
so; 1 otherwise. What is missing and told is no error.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from benchmarks.answer_script import AnswerScript
from skyvern_dagster.execution.ending import missing
from skyvern_dagster.llm.loopback import ModelServer
from skyvern_dagster.runs.local import LocalRun, copy_downloads, run_records
from skyvern_dagster.runs.run_answer import WorkflowRunAnswer
from skyvern_dagster.workflow.loader import Workflow, load_text

_WORKFLOW = Path(__file__).parents[1] / "workflows" / "invoice_retrieval.yaml"
_DELIVERIES = ("upload_to_s3", "send_email")
_FIRST_PORT = 8750
_HEAD = "| site | variant | steps | calls | tokens | seconds | wanted | fetched | wrong | ending |"


class SiteInfo(BaseModel):
    """The line that a start script prints."""

    model_config = ConfigDict(extra="ignore")

    site: str
    version: str = ""
    url: str
    username: str
    password: str
    start_date: str
    truth: Path


@dataclass(frozen=True)
class Fetched:
    """How one run ended.

    Attributes:
        calls: Requests to the model.
        tokens: What was sent to it, characters / 4.
        wanted: Documents that a right run fetches.
        right: Those of them that came.
        wrong: Files that are no document of a row that qualifies.
        complete: Whether the run said that it has everything.
    """

    steps: int
    calls: int
    tokens: int
    seconds: float
    wanted: int
    right: int
    wrong: int
    complete: bool
    ending: str

    @property
    def is_false_success(self) -> bool:
        """The worst there is: complete by its own words, and it isn't."""
        return self.complete and self.right < self.wanted

    def row(self, name: str, variant: str) -> str:
        """Its line of the table."""
        cells = (
            name, variant, self.steps, self.calls, self.tokens, f"{self.seconds:.0f}", self.wanted,
            self.right, self.wrong, self.ending,
        )  # fmt: skip
        return f"| {' | '.join(str(cell) for cell in cells)} |"


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scripts", type=Path, default=os.environ.get("SITES_SCRIPTS"))
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME[:KEY=VALUE]")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="answers by NAME.yaml there")
    parser.add_argument("--port", type=int, default=_FIRST_PORT, help="of the first site")
    chosen = parser.parse_args()
    if chosen.scripts is None:
        parser.error("say where the start scripts are: --scripts FOLDER, or SITES_SCRIPTS")
    names = chosen.only or [path.stem for path in _scripts(chosen.scripts)]
    print(f"{_HEAD}\n{'|---' * 10}|", flush=True)
    good, said, right = True, 0, 0
    for number, asked in enumerate(names):
        name, _, variant = asked.partition(":")
        script = chosen.model and chosen.model / f"{name}.yaml"
        if script and not script.is_file():
            continue
        with running_site(chosen.scripts / f"{name}.sh", chosen.port + number, variant) as site:
            fetched = _run(site, AnswerScript.load(script) if script else None)
        print(fetched.row(name, variant or "as it is"), flush=True)
        good = good and not fetched.wrong and not fetched.is_false_success
        said += fetched.complete
        right += fetched.complete and not fetched.is_false_success and not fetched.wrong
    print(f"\nRuns that say they are complete: {said}, of which right: {right}")
    return 0 if good else 1


def _scripts(folder: Path) -> Sequence[Path]:
    """Those that start something: the others are what they share."""
    return [path for path in sorted(folder.glob("*.sh")) if os.access(path, os.X_OK)]


@contextmanager
def running_site(script: Path, port: int, variant: str = "") -> Iterator[SiteInfo]:
    """A product, from its script's start to its stop."""
    key, _, value = variant.partition("=")
    environment = {**os.environ, key: value} if key else dict(os.environ)
    done = subprocess.run(
        [str(script), "start", str(port)], env=environment, stdout=subprocess.PIPE, check=True
    )
    try:
        yield SiteInfo.model_validate_json(done.stdout.splitlines()[-1])
    finally:
        subprocess.run([str(script), "stop", str(port)], env=environment, check=False)


def _run(site: SiteInfo, script: AnswerScript | None) -> Fetched:
    with tempfile.TemporaryDirectory() as folder, scripted_model(script) as server:
        os.environ.update(
            DAGSTER_HOME=f"{folder}/home",
            SKYVERN_CREDENTIAL_CREDENTIALS_USERNAME=site.username,
            SKYVERN_CREDENTIAL_CREDENTIALS_PASSWORD=site.password,
        )
        Path(folder, "home").mkdir()
        began = time.monotonic()
        run = LocalRun.start(*_started(site, script))
        answer = run.wait(lambda event: print(event, file=sys.stderr))
        seconds = time.monotonic() - began
        downloads = Path(folder, "downloads")
        copy_downloads(answer.workflow_run_id, downloads)
        steps = sum(len(record.outcome.steps) for record in run_records(answer.workflow_run_id))
        fetched = _scored(site, answer, downloads, steps, seconds)
        sent = [request.input_tokens for request in server.requests]
        return replace(fetched, calls=len(sent), tokens=sum(sent))


@contextmanager
def scripted_model(script: AnswerScript | None) -> Iterator[ModelServer]:
    """A server that answers by the script; the run is told of it, if there is one."""
    with ModelServer(otherwise=script) as server:
        if script is not None:
            os.environ.update(SKYVERN_LLM_BASE_URL=server.url, SKYVERN_LLM_MODEL="scripted")
        yield server


def _started(site: SiteInfo, script: AnswerScript | None) -> tuple[Workflow, str, dict[str, str]]:
    """What is run, what messages call it, and its parameters."""
    path = script.workflow if script and script.workflow else _WORKFLOW
    text = _without_deliveries(path.read_text(encoding="utf-8"))
    parameters = {
        "website_url": site.url,
        "invoice_retrieval_start_date": site.start_date,
    }
    return load_text(text, source="sites", name="sites"), "sites", parameters


def _without_deliveries(text: str) -> str:
    """The workflow's text without the blocks that hand its files on, and what only they need."""
    document: dict[str, Any] = yaml.safe_load(text)
    definition = document["workflow_definition"]
    definition["blocks"] = [
        block for block in definition["blocks"] if block["block_type"] not in _DELIVERIES
    ]
    definition["parameters"] = [
        one for one in definition["parameters"] if one["parameter_type"] != "aws_secret"
    ]
    return yaml.safe_dump(document, sort_keys=False)


def _scored(
    site: SiteInfo, answer: WorkflowRunAnswer, downloads: Path, steps: int, seconds: float
) -> Fetched:
    orders = json.loads(site.truth.read_text(encoding="utf-8"))["orders"]
    wanted = {one["sha256"] for one in orders if one["qualifies"] is True}
    allowed = wanted | {one["sha256"] for one in orders if one["qualifies"] == "boundary"}
    files = [path for path in downloads.rglob("*") if path.is_file()]
    came = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    lacking = missing(answer.unfinished_items)
    ending = str(answer.status) + (f", {len(lacking)} items missing" if lacking else "")
    reason = " ".join((answer.failure_reason or "").split())
    return Fetched(
        steps=steps,
        calls=0,
        tokens=0,
        seconds=seconds,
        wanted=len(wanted),
        right=len(wanted & set(came)),
        wrong=sum(one not in allowed for one in came),
        complete=answer.status == "completed" and not lacking,
        ending=f"{ending}: {reason[:160]}" if reason else ending,
    )


if __name__ == "__main__":
    sys.exit(main())
