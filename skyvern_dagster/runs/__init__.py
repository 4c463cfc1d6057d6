"""Skyvern runs on Dagster: starting them, following them, and the answer that clients see."""
