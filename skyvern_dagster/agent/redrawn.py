"""The same decision for an element that a page has drawn anew since it was looked at."""

from __future__ import annotations

from skyvern_dagster.agent.decisions import Decision
from skyvern_dagster.browser.observation import Node, Observation


def for_redrawn(decision: Decision, before: Observation, now: Observation) -> Decision | None:
    """The decision with the element's new ref.

    ``None`` where the element is still there, so that it wasn't that, or where not exactly one
    reads as it did.
    """
    ref = getattr(decision, "ref", None)
    old = before.find(ref) if ref else None
    if ref is None or old is None or now.find(ref) is not None:
        return None
    alike = [node.ref for node in now.root.walk() if node.ref and _reads(node) == _reads(old)]
    return decision.model_copy(update={"ref": alike[0]}) if len(alike) == 1 else None


def _reads(node: Node) -> tuple[str, ...]:
    return (node.role, node.name, node.text, node.tag, node.input_type, node.url or "")
