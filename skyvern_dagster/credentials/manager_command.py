"""The command of a password manager: run without a shell, with no settings but its own.

Secrets reach it by its environment, never as arguments: others on the machine can read those.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from skyvern_dagster.errors import SecretError

_SHORTEST_MASKED = 4
"""Characters, as for all secrets (`redaction`): shorter ones would blank out ordinary words."""

# Arbitrary: a first login with a sync of a large vault takes some ten seconds.
SECONDS = 60

_INHERITED = ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "HTTPS_PROXY",
              "HTTP_PROXY", "NO_PROXY")  # fmt: skip
"""What a program needs to run and to reach its server."""


@dataclass(frozen=True)
class ManagerCommand:
    """A program and its settings.

    Attributes:
        program: Its name on the path.
        manager: What messages call it.
        settings: Its environment, beside what every program needs.
    """

    program: str
    manager: str
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)

    def run(self, *words: str, missing: str = "", accepted: str = "") -> str | None:
        """What it prints.

        Args:
            missing: What it says where there is no such thing: ``None`` is given then.
            accepted: What it says where a failure is none.

        Raises:
            SecretError: It isn't installed, takes too long, or fails.
        """
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        try:
            done = subprocess.run(
                [self.program, *words],
                env={**inherited, **self.settings},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
                text=True,
            )
        except FileNotFoundError as error:
            raise SecretError(
                f"{self.manager}: the command {self.program!r} isn't there"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise SecretError(
                f"{self.manager}: `{self.program} {words[0]}` gave no answer in {SECONDS} s"
            ) from error
        if done.returncode == 0:
            return done.stdout.strip()
        if missing and missing in done.stderr:
            return None
        if accepted and accepted in done.stderr:
            return ""
        raise SecretError(f"{self.manager}: `{self.program} {words[0]}` failed: {self._said(done)}")

    def _said(self, done: subprocess.CompletedProcess[str]) -> str:
        """Its last line, which may tell what it was given."""
        lines = done.stderr.strip().splitlines()
        said = lines[-1] if lines else f"exit status {done.returncode}"
        for text in self.settings.values():
            said = said.replace(text, "***") if len(text) >= _SHORTEST_MASKED else said
        return said
