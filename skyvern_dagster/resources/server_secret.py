"""The secret of a deployment."""

from __future__ import annotations

from skyvern_dagster.organizations.server_secret import SECRET_FILE, ServerSecret
from skyvern_dagster.process.home import home_folder


def server_secret() -> ServerSecret:
    """The secret of this deployment: ``SKYVERN_SECRET_KEY``, else a file in the home folder.

    Raises:
        OrganizationError: It can't be used.
    """
    return ServerSecret.load(home_folder() / SECRET_FILE)
