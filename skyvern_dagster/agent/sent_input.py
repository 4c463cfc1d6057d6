"""Whether a task may have sent something that must not be sent twice."""

from __future__ import annotations

from dataclasses import dataclass

from skyvern_dagster.agent.decisions import (
    Check,
    Click,
    ClickAt,
    Decision,
    InputText,
    Press,
    SelectOption,
    TypeKeys,
    UploadFile,
)
from skyvern_dagster.credentials.reference import references_in


@dataclass
class SentInput:
    """What was filled in, and whether something was pressed after that.

    Attributes:
        possible: Whether it may have been sent: begun anew, the task could do at the portal a
            second time what it may have done once.
    """

    possible: bool = False
    _filled_in: bool = False

    def note(self, decision: Decision) -> None:
        """A secret is typed to log in, which does no harm twice; anything else may be an order."""
        match decision:
            case InputText() | TypeKeys():
                self._filled_in = self._filled_in or not references_in(decision.text)
            case SelectOption() | Check() | UploadFile():
                self._filled_in = True
            case Click() | ClickAt() | Press():
                self.possible = self.possible or self._filled_in
            case _:
                return
