"""Takes the pictures of docs/pictures: a demo run in Dagster's UI, through Chromium.

Run as ``python scripts/pictures.py``; it needs what ``make setup`` makes.
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
from skyvern_dagster.runs.home import prepare_home
from skyvern_dagster.runs.local import LocalRun, find_run

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
STEP = "get_order_history_page_url_and_qualifying_order_ids"


def main() -> int:
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
        with _ui(Path(home)) as url, _page() as page:
            _graph(page, url)
            _run(page, url, run_id)
    return 0


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
def _ui(home: Path) -> Iterator[str]:
    ui = DagsterUI(home, "skyvern_dagster.demo.definitions")
    with ui.running(Console(stderr=True)):
        yield ui.url


@contextmanager
def _page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        source = find_chromium(bundled=Path(playwright.chromium.executable_path))
        assert isinstance(source, LocalChromium)
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=source.path, args=args)
        yield browser.new_page(viewport={"width": 1440, "height": 900})
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
