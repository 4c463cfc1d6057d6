"""Readers: words, dates, amounts, identifiers, tables and records off a page or a file.

What a planner decides with, what a recording is replayed with and what makes tables out of
documents reads with the same code, and none of it knows a planner, a decision or a task: in go
texts, or a page's :class:`~skyvern_dagster.browser.observation.Observation`, and out come values.
"""
