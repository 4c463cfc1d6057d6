"""The fixtures of the traps: the same pages, with a model."""

from __future__ import annotations

from tests.traps.conftest import errand, runtime, site

__all__ = ["errand", "runtime", "site"]
