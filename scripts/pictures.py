"""Takes the pictures of docs/pictures: Dagster's UI, through Chromium.

Run as ``python scripts/pictures.py [demo|control]``; it needs what ``make setup`` makes. ``demo``
is a demo run, ``control`` the graphs of workflows with loops, branches and questions.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from playwright.sync_api import Page, sync_playwright
from rich.console import Console

from skyvern_dagster.browser.chromium import LocalChromium, find_chromium
from skyvern_dagster.cli.dagster_ui import DagsterUI
from skyvern_dagster.demo.services import demo_services
from skyvern_dagster.demo.workflow import demo_workflow
from skyvern_dagster.runs.instance_home import prepare_home
from skyvern_dagster.runs.local import LocalRun, find_run

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MONTHS = ("2024-08-01", "2024-09-01", "2024-11-01")
EXAMPLES = PICTURES.parents[1] / "workflows" / "examples"
CONTROL = ("nested_loops", "conditional_on_extraction", "load_more", "human_approval")
"""Examples with a control block each."""
STEP = "get_order_history_page_url_and_qualifying_order_ids"


def main() -> int:
    """Takes those that are asked for; all of them, where nothing is said."""
    asked = sys.argv[1:] or ["demo", "control"]
    status = _demo() if "demo" in asked else 0
    if "control" in asked:
        _control()
    return status


def _control() -> None:
    """The graphs of control blocks."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["DAGSTER_HOME"] = home
        os.environ["PYTHONPATH"] = os.pathsep.join([home, os.environ.get("PYTHONPATH", "")])
        module = Path(home) / "control_examples.py"
        module.write_text(
            "from skyvern_dagster import build_definitions\n\n"
            f"defs = build_definitions({str(EXAMPLES)!r})\n"
        )
        prepare_home()
        with _ui(Path(home), module.stem) as url, _page() as page:
            for name in CONTROL:
                page.goto(f"{url}/locations/{module.stem}/jobs/{name}")
                page.get_by_text("finish").first.wait_for()
                _shoot(page, name)


def _demo() -> int:
    """Runs the demo, starts the UI, takes the pictures."""
    with demo_services() as demo, tempfile.TemporaryDirectory() as home:
        os.environ.update(demo.environment(), DAGSTER_HOME=home)
        prepare_home()
        local = LocalRun.start(
            demo_workflow(),
            "invoice_retrieval.yaml",
            {
                "website_url": demo.shop_url,
                "invoice_retrieval_start_date": demo.orders[5].order_date.isoformat(),
            },
        )
        answer = local.wait(lambda _: None)
        if answer.status != "completed":
            sys.stderr.write(f"the run {answer.status}: {answer.failure_reason}\n")
            return 1
        with dg.DagsterInstance.get() as instance:
            run_id = find_run(instance, local.workflow_run_id).run_id
            _materialize(instance)
        with _ui(Path(home), "skyvern_dagster.demo.definitions") as url, _page() as page:
            _graph(page, url)
            _run(page, url, run_id)
            _assets(page, url)
    return 0


def _materialize(instance: dg.DagsterInstance) -> None:
    """Some months of the asset, then the tables."""
    from skyvern_dagster.demo.definitions import defs

    quiet = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
    monthly = defs.resolve_job_def("monthly_invoices_asset")
    for month in MONTHS:
        monthly.execute_in_process(instance=instance, partition_key=month, run_config=quiet)
    tables = [dg.AssetKey("invoices"), dg.AssetKey("spend_by_vendor_month")]
    defs.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance, asset_selection=tables, run_config=quiet
    )


def _assets(page: Page, url: str) -> None:
    group = f"{url}/locations/skyvern_dagster.demo.definitions/asset-groups/invoices/lineage"
    page.goto(group)
    page.get_by_text("spend_by_vendor_month").first.wait_for()
    _shoot(page, "lineage")
    page.goto(f"{url}/assets/monthly_invoices?view=partitions&partition={MONTHS[-1]}")
    page.get_by_text("download_count").first.wait_for()
    _shoot(page, "asset")
    page.goto(f"{url}/assets/spend_by_vendor_month?view=overview")
    page.get_by_text("[Show Markdown]").first.wait_for()
    page.get_by_text("[Show Markdown]").first.click()
    page.locator("img[src^='data:image']").first.wait_for()
    _shoot(page, "spend")
    page.goto(f"{url}/assets/invoices?view=checks")
    page.get_by_text("every_file_is_its_invoice").first.wait_for()
    _shoot(page, "checks")


def _graph(page: Page, url: str) -> None:
    page.goto(f"{url}/locations/skyvern_dagster.demo.definitions/jobs/invoice_retrieval")
    page.get_by_text("send_email").first.wait_for()
    _shoot(page, "graph")


def _run(page: Page, url: str, run_id: str) -> None:
    page.goto(f"{url}/runs/{run_id}")
    page.get_by_text("RUN_SUCCESS").first.wait_for()
    _shoot(page, "run")
    box = page.get_by_placeholder(re.compile("filter", re.IGNORECASE)).last
    box.fill(f"step:{STEP}")
    box.press("Enter")
    page.get_by_text("[Show Markdown]").first.wait_for()
    page.get_by_text("View full message").first.click()
    _shoot(page, "step")
    page.get_by_text("[Show Markdown]").last.click()
    page.locator("img[src^='data:image']").first.wait_for()
    _shoot(page, "screenshot")


def _shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(2000)
    page.screenshot(path=PICTURES / f"{name}.png")


@contextmanager
def _ui(home: Path, module: str) -> Iterator[str]:
    ui = DagsterUI(home, module)
    with ui.running(Console(stderr=True)):
        yield ui.url


@contextmanager
def _page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        source = find_chromium(bundled=Path(playwright.chromium.executable_path))
        assert isinstance(source, LocalChromium)
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=source.path, args=args)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        yield page
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
