"""Dagster's door to the demo, for ``dagster dev -m skyvern_dagster.demo.definitions``."""

from __future__ import annotations

import dagster as dg

from skyvern_dagster.compiler.job import build_job
from skyvern_dagster.demo.workflow import demo_workflow

defs = dg.Definitions(jobs=[build_job(demo_workflow())])
