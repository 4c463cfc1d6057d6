"""How long a code location of 200 workflows takes to load, beside Dagster alone with 200 jobs.

Run as ``python -m benchmarks.code_location``. Each side loads in a process of its own, several
times, in turns; the rival is a code location with as many jobs and assets of as many empty ops.
Printed are the medians, and the ratio of ours to the rival's, of time, peak memory and the size of
the snapshot that the code server sends. ``cpu_seconds`` are the user seconds of loading: the one
figure that other work on the machine doesn't disturb.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

WORKFLOWS = 200
ROUNDS = 3

COMMON = """
import json, resource, sys, time
def cpu():
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime
started = time.perf_counter()
import dagster as dg
"""

OURS = """
import skyvern_dagster as sd
from pathlib import Path
from skyvern_dagster.workflow.loader import load_text
imported, began = time.perf_counter(), cpu()
text = Path("workflows/monthly_invoices.yaml").read_text()
parts = [
    sd.workflow_definitions(load_text(text, source="w", name=f"portal_{n}")) for n in range(COUNT)
]
defs = dg.Definitions.merge(*parts, dg.Definitions(resources=sd.asset_resources()))
"""

RIVAL = """
imported, began = time.perf_counter(), cpu()
OPS = 8  # start, login, find_orders, orders, download, upload, send_email, finish

def chain(prefix, **options):
    @dg.op(name=f"{prefix}_first")
    def first(): ...
    ins = {"x": dg.In(dg.Nothing)}
    rest = [dg.op(name=f"{prefix}_{n}", ins=ins)(lambda: None) for n in range(1, OPS)]
    def compose():
        value = first()
        for each in rest:
            value = each(value)
        return value
    return dg.graph(name=prefix, **options)(compose)

month = dg.MonthlyPartitionsDefinition("2023-12-01")
jobs, assets = [], []
for n in range(COUNT):
    def nothing(): ...
    jobs.append(chain(f"job_{n}", out=dg.GraphOut()).to_job(name=f"portal_{n}"))
    graph = chain(f"asset_{n}", out=dg.GraphOut())
    assets.append(
        dg.AssetsDefinition.from_graph(
            graph, keys_by_output_name={"result": dg.AssetKey(f"portal_{n}")}, partitions_def=month
        )
    )
    assets.append(dg.AssetSpec([f"portal_{n}", "items"], deps=[f"portal_{n}"]))
    jobs.append(dg.define_asset_job(f"portal_{n}_asset", selection=[f"portal_{n}"]))
defs = dg.Definitions(jobs=jobs, assets=assets)
"""

END = """
repository = defs.get_repository_def()
repository.load_all_definitions()
loaded, ended = time.perf_counter(), cpu()
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster._serdes import serialize_value
snapshot = len(serialize_value(RepositorySnap.from_def(repository)))
done = time.perf_counter()
print(json.dumps({
    "import_seconds": imported - started,
    "load_seconds": loaded - imported,
    "cpu_seconds": ended - began,
    "snapshot_seconds": done - loaded,
    "snapshot_megabytes": snapshot / 1e6,
    "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def main() -> int:
    """Measures both in turns and prints what came of it."""
    results: dict[str, list[dict[str, float]]] = {"ours": [], "dagster": []}
    for _ in range(ROUNDS):
        for name, code in (("ours", OURS), ("dagster", RIVAL)):
            results[name].append(_measured(code))
    print(f"{WORKFLOWS} workflows, medians of {ROUNDS}")
    print(f"{'':20}{'ours':>10}{'dagster':>10}{'ratio':>8}")
    for key in results["ours"][0]:
        ours, rival = (statistics.median(each[key] for each in results[n]) for n in results)
        print(f"{key:20}{ours:10.2f}{rival:10.2f}{ours / rival:8.2f}")
    return 0


def _measured(code: str) -> dict[str, float]:
    program = (COMMON + code + END).replace("COUNT", str(WORKFLOWS))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
