"""Chromium's features that are switched off: Playwright's, and windows that nobody looks at.

Of several ``--disable-features`` Chromium takes the last, so that ours has to repeat Playwright's
list. A test starts a browser and holds this one to what Playwright asked for.
"""

from __future__ import annotations

PLAYWRIGHTS = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "msForceBrowserSignIn",
    "msEdgeUpdateLaunchServicesPreferredVersion",
)
"""As Playwright 1.65 passes them."""

UNSEEN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
"""Two renderer processes for each window's address bar, also when it is headless."""


def disable_features() -> str:
    """The switch that turns Playwright's list and ours off together."""
    return f"--disable-features={','.join((*PLAYWRIGHTS, *UNSEEN))}"
