"""What a planner can decide: one frozen pydantic model per decision, told apart by ``type``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from skyvern_dagster.agent.purposes import Memo, Purpose


class _Decision(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    reasoning: str = Field(default="", description="Why, in one sentence for people.")
    purpose: Purpose | None = Field(default=None, description="What it is for.")
    memo: Memo | None = Field(default=None, description="What its planner needs to know later.")


Modifier = Literal["Alt", "Control", "Meta", "Shift"]


class Click(_Decision):
    """Click an element, once with the left button unless it says otherwise."""

    type: Literal["click"] = "click"
    ref: str
    button: Literal["left", "right", "middle"] = "left"
    count: int = Field(default=1, ge=1, le=3)
    modifiers: tuple[Modifier, ...] = ()


class ClickAt(_Decision):
    """Click a point of the picture, in its pixels: for what has no ref."""

    type: Literal["click_at"] = "click_at"
    x: int = Field(ge=0)
    y: int = Field(ge=0)
    count: int = Field(default=1, ge=1, le=3)


class InputText(_Decision):
    """Replace the content of a field.

    ``text`` may hold secret placeholders (``secret://credentials/password``); the real value is
    put in only at the moment of typing.
    """

    type: Literal["input_text"] = "input_text"
    ref: str
    text: str
    press_enter: bool = False


class TypeKeys(_Decision):
    """Type by key events, after what is there: into ``ref``, or where the cursor is.

    For editors, and for fields that listen to keys. A secret placeholder needs a ``ref``.
    """

    type: Literal["type"] = "type"
    text: str
    ref: str | None = None
    press_enter: bool = False


class SelectOption(_Decision):
    """Choose an option of a dropdown, native or drawn, by label; of a native select also by value.

    ``labels`` are several options of a dropdown that takes several.
    """

    type: Literal["select_option"] = "select_option"
    ref: str
    label: str | None = None
    value: str | None = None
    labels: tuple[str, ...] = ()


class Check(_Decision):
    """Set a checkbox or radio button."""

    type: Literal["check"] = "check"
    ref: str
    checked: bool = True


class UploadFile(_Decision):
    """Give a file input a file that the payload names or the run has made, by its name."""

    type: Literal["upload_file"] = "upload_file"
    ref: str
    path: str


class Hover(_Decision):
    """Move the pointer over an element."""

    type: Literal["hover"] = "hover"
    ref: str


class Drag(_Decision):
    """Drag an element onto another."""

    type: Literal["drag"] = "drag"
    ref: str
    to_ref: str


class Scroll(_Decision):
    """Scroll the page, or the element with ``ref``."""

    type: Literal["scroll"] = "scroll"
    direction: Literal["down", "up", "bottom", "top"] = "down"
    ref: str | None = None


class Press(_Decision):
    """Press a key ``count`` times, by Playwright's key names."""

    type: Literal["press"] = "press"
    key: str
    ref: str | None = None
    count: int = Field(default=1, ge=1, le=100)


class Goto(_Decision):
    """Open an address."""

    type: Literal["goto"] = "goto"
    url: str


class Back(_Decision):
    """Go back in the page's history."""

    type: Literal["back"] = "back"


class Forward(_Decision):
    """Go forward in the page's history."""

    type: Literal["forward"] = "forward"


class Reload(_Decision):
    """Load the page again."""

    type: Literal["reload"] = "reload"


class Wait(_Decision):
    """Wait until a text shows, or until the page has been quiet, at most ``seconds``."""

    type: Literal["wait"] = "wait"
    seconds: float = Field(default=5.0, ge=0, le=120)
    for_text: str | None = None


class SwitchTab(_Decision):
    """Make another open page the current one."""

    type: Literal["switch_tab"] = "switch_tab"
    index: int


class CloseTab(_Decision):
    """Close the current page; another open one becomes current."""

    type: Literal["close_tab"] = "close_tab"


class Download(_Decision):
    """Get a file.

    Click ``ref`` and take what comes (attachment, viewer, blob, new tab), or fetch ``url`` with
    the session's cookies.
    """

    type: Literal["download"] = "download"
    ref: str | None = None
    url: str | None = None


class Extract(_Decision):
    """Record what this page gives of the asked-for data; parts from several pages are merged."""

    type: Literal["extract"] = "extract"
    data: Any


class Find(_Decision):
    """Look for a text on the page: the next look shows the places that have it."""

    type: Literal["find"] = "find"
    text: str


class SolveTotp(_Decision):
    """Type the current one-time code into a field."""

    type: Literal["solve_totp"] = "solve_totp"
    ref: str


class Complete(_Decision):
    """The goal is reached.

    ``shows`` is a text that proves it: the task is complete only if the page shows it then.
    """

    type: Literal["complete"] = "complete"
    shows: str | None = None


class Terminate(_Decision):
    """The goal can't be reached, and trying again would not help.

    ``error_codes`` are keys of the task's ``error_code_mapping`` that describe the situation.
    """

    type: Literal["terminate"] = "terminate"
    reason: str
    error_codes: tuple[str, ...] = ()


Decision = Annotated[
    Click
    | ClickAt
    | InputText
    | TypeKeys
    | SelectOption
    | Check
    | UploadFile
    | Hover
    | Drag
    | Scroll
    | Press
    | Goto
    | Back
    | Forward
    | Reload
    | Wait
    | SwitchTab
    | CloseTab
    | Download
    | Extract
    | Find
    | SolveTotp
    | Complete
    | Terminate,
    Field(discriminator="type"),
]
