"""Tasks of people at real products, with a model whose answers are kept as rules.

``python -m benchmarks.site_tasks --scripts FOLDER`` (or ``SITES_SCRIPTS``) starts the products as
``benchmarks.sites`` does and runs the tasks of ``benchmarks/site_tasks`` at them: each is a YAML
file with

``site``
    The product's name; the rules of ``benchmarks/site_scripts`` for its login hold, too.
``parameters``
    What the workflow is given beside ``website_url``.
``files``
    Parameters that are files to upload: a name and a text, which a loopback server holds.
``blocks``
    Those of the workflow. The last ones open what was changed anew, and read it.
``rules``
    The model's answers, as ``benchmarks/answer_script.py`` has them.
``wants``
    By block, the information that it has to give: what the product says afterwards.

``{run}`` stands for a number of this run, so that nothing of an earlier one is taken for it.

Exit status: 0 where each task that says that it is complete is right, 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from benchmarks.answer_script import AnswerScript
from benchmarks.sites import SiteInfo, running_site, scripted_model
from skyvern_dagster.runs.local import LocalRun, run_records
from skyvern_dagster.workflow.loader import load_text

_HERE = Path(__file__).parent
_FIRST_PORT = 8760
_HEAD = "| task | site | steps | calls | pictures | tokens | seconds | right | ending |"


class SiteTask(BaseModel):
    """One task at one product; see the module."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    site: str
    parameters: dict[str, str] = {}
    files: dict[str, dict[str, str]] = {}
    blocks: list[dict[str, Any]]
    script: AnswerScript
    wants: dict[str, Any]

    @classmethod
    def load(cls, path: Path) -> SiteTask:
        """A task off its file, with texts that no earlier run has left behind."""
        text = path.read_text(encoding="utf-8").replace("{run}", f"{time.time():.0f}")
        document = yaml.safe_load(text)
        own = AnswerScript.of(document.pop("rules"))
        login = AnswerScript.load(_HERE / "site_scripts" / f"{document['site']}.yaml")
        script = AnswerScript(rules=[*own.rules, *login.rules])
        return cls(name=path.stem.replace("_", " "), script=script, **document)

    def definition(self) -> str:
        """The workflow that is run."""
        kinds = {
            **dict.fromkeys(("website_url", *self.parameters), "string"),
            **dict.fromkeys(self.files, "file_url"),
        }
        parameters = [
            {"key": key, "parameter_type": "workflow", "workflow_parameter_type": kind}
            for key, kind in kinds.items()
        ]
        parameters.append({"key": "credentials", "parameter_type": "credential"})
        definition = {"parameters": parameters, "blocks": self.blocks}
        return yaml.safe_dump({"title": self.name, "workflow_definition": definition})


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scripts", type=Path, default=os.environ.get("SITES_SCRIPTS"))
    parser.add_argument("--only", nargs="+", default=[], metavar="TASK", help="names of files")
    parser.add_argument("--port", type=int, default=_FIRST_PORT, help="of the first site")
    chosen = parser.parse_args()
    if chosen.scripts is None:
        parser.error("say where the start scripts are: --scripts FOLDER, or SITES_SCRIPTS")
    paths = sorted((_HERE / "site_tasks").glob("*.yaml"))
    tasks = [SiteTask.load(path) for path in paths if path.stem in (chosen.only or [path.stem])]
    print(f"{_HEAD}\n{'|---' * 9}|", flush=True)
    good = True
    for place, site in enumerate(dict.fromkeys(task.site for task in tasks)):
        with running_site(chosen.scripts / f"{site}.sh", chosen.port + place) as running:
            for task in tasks:
                if task.site == site:
                    good = _run(task, running) and good
    return 0 if good else 1


def _run(task: SiteTask, site: SiteInfo) -> bool:
    """Runs a task and prints its line; whether it is right, or doesn't say so."""
    with (
        tempfile.TemporaryDirectory() as home,
        scripted_model(task.script) as server,
        _served(task) as files,
    ):
        os.environ.update(
            DAGSTER_HOME=home,
            SKYVERN_CREDENTIAL_CREDENTIALS_USERNAME=site.username,
            SKYVERN_CREDENTIAL_CREDENTIALS_PASSWORD=site.password,
        )
        workflow = load_text(task.definition(), source=task.name, name="site_task")
        given = {"website_url": site.url, **task.parameters, **files}
        began = time.monotonic()
        answer = LocalRun.start(workflow, task.name, given).wait(
            lambda event: print(event, file=sys.stderr)
        )
        seconds = time.monotonic() - began
        records = list(run_records(answer.workflow_run_id))
    told = {one.label: (one.task_output or {}).get("extracted_information") for one in records}
    complete = answer.status == "completed"
    right = complete and all(told.get(label) == wanted for label, wanted in task.wants.items())
    cells = (
        task.name, task.site, sum(len(one.outcome.steps) for one in records), server.calls,
        sum(one.images > 0 for one in server.requests),
        f"{sum(one.input_tokens for one in server.requests):,}", f"{seconds:.0f}",
        "yes" if right else "no",
        f"{answer.status} {' '.join((answer.failure_reason or '').split())[:120]}".strip(),
    )  # fmt: skip
    print(f"| {' | '.join(map(str, cells))} |", flush=True)
    if complete and not right:
        print(f"{task.name} gave {told}", file=sys.stderr)
    return right or not complete


@contextmanager
def _served(task: SiteTask) -> Iterator[dict[str, str]]:
    """The addresses of a task's files, by their parameters."""
    with tempfile.TemporaryDirectory() as folder:
        for named in task.files.values():
            for name, text in named.items():
                Path(folder, name).write_text(text, encoding="utf-8")
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=folder)) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            base = f"http://127.0.0.1:{server.server_port}"
            yield {key: f"{base}/{next(iter(named))}" for key, named in task.files.items()}
            server.shutdown()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Not a word."""


if __name__ == "__main__":
    sys.exit(main())
