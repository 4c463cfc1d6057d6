"""The run launcher's path in ``dagster.yaml`` files of version 0.1.

Deprecated: write ``module: skyvern_dagster.launching.run_launcher``.
"""

from __future__ import annotations

from skyvern_dagster.launching.run_launcher import ForkServerRunLauncher

__all__ = ["ForkServerRunLauncher"]
