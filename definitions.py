"""Dagster's door: every workflow definition under workflows/ as a job."""

from pathlib import Path

from skyvern_dagster import build_definitions

defs = build_definitions(Path(__file__).parent / "workflows")
