"""How often properties are tried: enough to find mistakes, on a machine that others use, too."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

LAW = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
SLOW_LAW = settings(LAW, max_examples=40)
