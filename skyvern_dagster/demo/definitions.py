"""Dagster's door to the demo, for ``dagster dev -m skyvern_dagster.demo.definitions``.

The headline job, the same errand as a monthly asset, and the tables downstream of it. The shop's
address comes from ``DEMO_SHOP_URL``, which the demo sets.
"""

from __future__ import annotations

import os

import dagster as dg

from skyvern_dagster.compiler.browser_executor import browser_executor
from skyvern_dagster.compiler.definitions import workflow_definitions
from skyvern_dagster.compiler.job import asset_resources
from skyvern_dagster.demo.workflow import MONTHLY, demo_workflow
from skyvern_dagster.tables.invoice_assets import build_invoice_assets

_MONTHLY = demo_workflow(MONTHLY)
_WHERE = {"website_url": os.environ.get("DEMO_SHOP_URL", "http://127.0.0.1:8000")}

defs = dg.Definitions.merge(
    workflow_definitions(demo_workflow(), parameters=_WHERE),
    workflow_definitions(_MONTHLY, parameters=_WHERE),
    build_invoice_assets([_MONTHLY], group_name="invoices"),
    dg.Definitions(resources=asset_resources(), executor=browser_executor),
)
