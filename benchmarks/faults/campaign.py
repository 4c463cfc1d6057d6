"""The runs of a campaign, and what is found of each."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.faults.kinds import KINDS, Fault, Place
from benchmarks.faults.served import Served, wait_for
from skyvern_dagster.demo.orders import Order
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.ids import stable_id

FINAL = ("completed", "failed", "terminated", "canceled", "timed_out")
WORKFLOW = stable_id("wpid", "invoice_retrieval")
_RUN_SECONDS = 400.0
"""Arbitrary: ten times what a run takes on a busy machine, a restart included."""

_RESUMES = 3
"""Arbitrary: one that needs more isn't resumable."""

_AFTERWARDS_SECONDS = 3.0
"""How long a final status is watched before the run is resumed."""


@dataclass
class Finding:
    """What came of one run.

    Attributes:
        fault: Which one.
        struck: Whether it struck before the run had ended.
        statuses: The final status of each attempt.
        invoices: How many there had to be.
        lost: Of these, not in the bucket or in no e-mail, although the run said completed.
        uploaded_twice: In the bucket in two versions.
        mailed_twice: In two e-mails.
        wrong: What was wrong with a status.
        seconds: From the first request until all was there.
    """

    fault: str
    struck: bool = False
    statuses: list[str] = field(default_factory=list)
    invoices: int = 0
    lost: int = 0
    uploaded_twice: int = 0
    mailed_twice: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether nothing is lost, doubled or told wrongly."""
        return not (self.lost or self.uploaded_twice or self.mailed_twice or self.wrong)


@dataclass
class Campaign:
    """Runs one after the other, each with one fault.

    Attributes:
        orders: How many orders each run looks after.
        random: Decides when a fault strikes, and for how long.
        usual: Seconds that the quickest run took.
    """

    served: Served
    demo: DemoServices
    orders: int
    random: random.Random
    usual: float = 60.0

    def measure(self) -> Finding:
        """A run without a fault, for the time that one takes."""
        return self.run("none")

    def run(self, fault: str, act: Fault | None = None) -> Finding:
        """One run and what came of it.

        Args:
            fault: Its name.
            act: What strikes; the fault of that name when left out.
        """
        act = act or KINDS.get(fault)
        finding = Finding(fault, invoices=len(self._invoices()))
        began = time.monotonic()
        run_id = self._asked()
        after, seconds = self.random.uniform(0, 0.7 * self.usual), self.random.uniform(4, 15)
        place = Place(self.served, self.demo, run_id, seconds)
        ended = threading.Event()

        def strike() -> None:
            time.sleep(after)
            while act is not None and not ended.is_set() and not finding.struck:
                finding.struck = act(place)
                time.sleep(0.1)

        striker = threading.Thread(target=strike, name=fault)
        striker.start()
        self._followed(run_id, finding)
        ended.set()
        striker.join()
        for _ in range(_RESUMES):
            if finding.statuses[-1] == "completed":
                break
            self._resumed(run_id, finding)
        finding.seconds = time.monotonic() - began
        self.usual = min(self.usual, finding.seconds)
        self._judge(run_id, finding)
        return finding

    def _asked(self) -> str:
        """The id of a new run; asked again until the API answers."""
        since = self._orders()[-1].order_date.isoformat()
        given = {"website_url": self.demo.shop_url, "invoice_retrieval_start_date": since}
        body = {"workflow_id": WORKFLOW, "parameters": given}
        found: list[str] = []

        def asked() -> bool:
            answer = self.served.ask("POST", "/v1/run/workflows", json=body)
            found.extend([answer["run_id"]] if answer else [])
            return bool(found)

        assert wait_for(asked, _RUN_SECONDS), "the API doesn't take runs"
        return found[0]

    def _followed(self, run_id: str, finding: Finding) -> None:
        """Watches an attempt to its end, and a moment longer: what is final stays."""
        status = self._final(run_id, finding)
        finding.statuses.append(status)
        if status not in FINAL:
            finding.wrong.append(f"{run_id} never ended: {status}")
            return
        time.sleep(_AFTERWARDS_SECONDS)
        later = self._final(run_id, finding)
        if later != status:
            finding.wrong.append(f"{run_id} was {status}, then {later}")

    def _final(self, run_id: str, finding: Finding) -> str:
        seen: list[str] = [""]

        def final() -> bool:
            answer = self.served.ask("GET", f"/v1/runs/{run_id}")
            if answer is not None:
                if seen[-1] in FINAL and answer["status"] != seen[-1]:
                    finding.wrong.append(f"{run_id} was {seen[-1]}, then {answer['status']}")
                seen.append(answer["status"])
            return seen[-1] in FINAL

        wait_for(final, _RUN_SECONDS)
        return seen[-1]

    def _resumed(self, run_id: str, finding: Finding) -> None:
        done = self.served.run_command("resume", run_id, "--json")
        try:
            status = str(json.loads(done.stdout)["status"])
        except (ValueError, KeyError):
            status = f"not resumed: {done.stderr.strip()[-300:]}"
        finding.statuses.append(status)
        told = self._final(run_id, finding)
        if status in FINAL and told != status:
            finding.wrong.append(f"{run_id}: the command said {status}, the API {told}")

    def _judge(self, run_id: str, finding: Finding) -> None:
        client = self.demo.s3.client()
        versions = client.list_object_versions(Bucket=self.demo.bucket).get("Versions", [])
        keys = Counter(each["Key"] for each in versions if run_id in each["Key"])
        uploaded = Counter[str]()
        for key, times in keys.items():
            uploaded[key.rpartition("/")[2].partition("_")[2]] += times
        mailed = Counter[str]()
        for message in self.demo.messages:
            if run_id in str(message.message["Subject"]):
                mailed.update(list(message.attachments))
        wanted = self._invoices()
        finding.uploaded_twice = sum(times > 1 for times in uploaded.values())
        finding.mailed_twice = sum(times > 1 for times in mailed.values())
        missing = [name for name in wanted if not (uploaded[name] and mailed[name])]
        if finding.statuses[-1] != "completed":
            finding.lost = len(missing)
            finding.wrong.append(f"{run_id} can't be brought to its end: {finding.statuses}")
        elif missing:
            finding.lost = len(missing)
            finding.wrong.append(f"{run_id} says completed and lacks {missing}")

    def _orders(self) -> tuple[Order, ...]:
        return self.demo.orders[: self.orders]

    def _invoices(self) -> list[str]:
        return [f"{each.invoice_number}.pdf" for each in self._orders() if each.has_invoice]


def shuffled(runs: int, chosen: random.Random, kinds: list[str]) -> list[str]:
    """As many faults as runs, each kind as often as the others, in a random order."""
    faults = [kinds[number % len(kinds)] for number in range(runs)]
    chosen.shuffle(faults)
    return faults
