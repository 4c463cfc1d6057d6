"""What a decision is for, as values: sentences are for people, and nothing is read out of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Purpose(StrEnum):
    """What a decision is to achieve; planners count what was tried for a purpose."""

    CONSENT = "consent"
    DISMISS = "dismiss"
    WAIT = "wait"
    SETTLE = "settle"
    RETRY = "retry"
    LOG_IN = "log_in"
    ONE_TIME_CODE = "one_time_code"
    CHECK_LOGIN = "check_login"
    SKIP_OFFER = "skip_offer"
    NAVIGATE = "navigate"
    HOVER = "hover"
    BACK = "back"
    START_OVER = "start_over"
    CLICK = "click"
    INSTRUCTION = "instruction"
    OPEN_SEARCH = "open_search"
    SEARCH = "search"
    FILL = "fill"
    SUBMIT = "submit"
    READ = "read"
    NEXT_PAGE = "next_page"
    SCROLL = "scroll"
    OPEN_FILTER = "open_filter"
    UNFOLD = "unfold"
    FILTER = "filter"
    RESET_FILTER = "reset_filter"
    DATE_RANGE = "date_range"
    ARCHIVE = "archive"
    CONTACTS = "contacts"
    DETAILS = "details"
    SELECT_RECORD = "select_record"
    ROW_MENU = "row_menu"
    DOCUMENT_AREA = "document_area"
    DOCUMENTS_LIST = "documents_list"
    REQUEST_DOCUMENT = "request_document"
    DOCUMENT = "document"

    @property
    def title(self) -> str:  # type: ignore[override]
        """How sentences begin that people read (``Next page``)."""
        return self.value.replace("_", " ").capitalize()


class _Memo(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FilterMemo(_Memo):
    """An option of a filter that was put in force.

    Attributes:
        kind: Tells memos apart.
        option: Its label, as the page shows it.
        instead_of: Label of the option that was in force before; empty where that isn't known.
        shown: The records that the list had before, where the option was chosen for their state.
    """

    kind: Literal["filter"] = "filter"
    option: str
    instead_of: str = ""
    shown: str = ""


class ReadMemo(_Memo):
    """Records that were read off a page.

    Attributes:
        kind: Tells memos apart.
        signature: Tells what this page showed from what another one does.
        rows: How many records it showed, wanted or not.
    """

    kind: Literal["read"] = "read"
    signature: str
    rows: int = 0


class ReplayMemo(_Memo):
    """A step of a recording that was repeated.

    Attributes:
        kind: Tells memos apart.
        step: Which one, from 0.
        digest: Of the recording's state at that time.
    """

    kind: Literal["replay"] = "replay"
    step: int
    digest: str

    def __str__(self) -> str:
        return f"recorded step {self.step + 1} of {self.digest}"


class Untried(_Memo):
    """Something on a page that might lead on, and was not tried while the task was there.

    Attributes:
        label: What it is called.
        url: Where it leads; empty for what only does something on its page.
        score: How promising it was among what its page offered.
    """

    label: str
    url: str = ""
    score: float


class FrontierMemo(_Memo):
    """What a page offered besides what was chosen: where to go on when the choice leads nowhere.

    Attributes:
        kind: Tells memos apart.
        page: The page's address.
        chosen: Where what was chosen leads; empty for what only does something on its page.
        untried: The best of the others, best first.
    """

    kind: Literal["frontier"] = "frontier"
    page: str
    chosen: str = ""
    untried: tuple[Untried, ...] = ()


Memo = Annotated[FilterMemo | ReadMemo | ReplayMemo | FrontierMemo, Field(discriminator="kind")]
"""What a planner wants to know of a decision later, beside its purpose."""
