"""Chromium through Playwright: sessions, what a page shows, actions on it, downloads, recordings.

The only package that imports Playwright. A :class:`~skyvern_dagster.browser.session.BrowserSession`
is one context with its tabs; :mod:`~skyvern_dagster.browser.runtime` runs all sessions of a process
on one event-loop thread; :mod:`~skyvern_dagster.browser.observing` turns a page into an
:class:`~skyvern_dagster.browser.observation.Observation`, whose refs
:mod:`~skyvern_dagster.browser.actions` takes. Pages may open only what
:mod:`~skyvern_dagster.browser.network` allows.
"""
