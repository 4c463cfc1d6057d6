"""What a page says against what was just done there."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_dagster.addresses.http_status import is_error
from skyvern_dagster.agent.planners.heuristic.obstacles import dialogs
from skyvern_dagster.agent.planners.heuristic.situation import Situation
from skyvern_dagster.agent.proof_text import shown_first
from skyvern_dagster.reading.complaints import complains, denies_access
from skyvern_dagster.reading.controls import CONTROL_ROLES, INPUT_ROLES
from skyvern_dagster.reading.page import PageView
from skyvern_dagster.reading.text_lengths import MESSAGE
from skyvern_dagster.reading.words import clip

_PARTS = INPUT_ROLES | {"row", "article", "option"}
_CONTROLS = CONTROL_ROLES | _PARTS | {"navigation"}
_ITEMS = frozenset({"listitem"})
_MOST_PARTS = 8
"""A sentence with as many words in bold or in links; what has more is a part of the page."""
_SENTENCE = 3
"""Words: two are a label."""
_SHORT = 40
"""Characters of a button."""


def complaint(situation: Situation, *, of_list: bool = False) -> str:
    """What speaks against the last action: a status, a dialog, a new message; or an empty text.

    Args:
        situation: The page and what was done.
        of_list: Whether items of lists are records, and no messages.
    """
    status = situation.request.observation.http_status
    if status is not None and is_error(status):
        return f"HTTP {status}"
    said = new_texts(situation, _ITEMS if of_list else frozenset())
    goal = situation.intent.instructions
    return next((clip(one, 120) for one in said if complains(one, goal)), "")


def complaint_of_page(situation: Situation) -> str:
    """What a page says against being the one that was asked for, whatever it is headed."""
    status = situation.request.observation.http_status
    if status is not None and is_error(status):
        return f"HTTP {status}"
    short = (line for line in situation.view.paragraphs if len(line) <= MESSAGE)
    return next((clip(line, 120) for line in short if denies_access(line)), "")


def busy_control(situation: Situation) -> str:
    """What a control is called that is out of use while the page works: ``Saving…``."""
    for node in situation.view.nodes:
        said = (node.name or node.text).strip()
        if node.disabled and said.endswith(("…", "...")) and len(said) <= _SHORT:
            return said
    return ""


def open_question(situation: Situation) -> str:
    """What a dialog asks that came up with the last action; empty where none does."""
    last = situation.memory.last_result
    if last is None or not last.page_changed:
        return ""
    for node in dialogs(situation.view):
        text = situation.view.text(node)
        asks = "?" in text or situation.view.inputs_in(node)
        new = not shown_first(situation.request.first_text, text)
        if asks and new and len(situation.view.controls_in(node)) > 1:
            return clip(text, 120)
    return ""


def new_texts(situation: Situation, records: frozenset[str] = frozenset()) -> Iterator[str]:
    """What came up with the last action, and what the page says that it didn't say at first."""
    last = situation.memory.last_result
    if last is not None:
        yield from last.text_appeared
        if last.dialog:
            yield last.dialog
    first = situation.request.first_text
    lines = _notices(situation.view, records) if first else ()
    yield from (line for line in lines if not shown_first(first, line))


def _notices(view: PageView, records: frozenset[str]) -> Iterator[str]:
    """What a page says in sentences, outside records and controls: `Error` may name a ticket."""
    yield from view.messages
    for node in view.nodes:
        text = view.text(node)
        if not 0 < len(text) <= MESSAGE or len(node.children) > _MOST_PARTS:
            continue
        sentence = node.role == "heading" or len(text.split()) >= _SENTENCE or complains(text)
        around = {node.role, *(above.role for above in view.ancestors(node))}
        holds = {below.role for below in node.walk()}
        if sentence and not around & (_CONTROLS | records) and not holds & (_PARTS | records):
            yield text
