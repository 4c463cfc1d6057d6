"""A list that was read page by page: what is recorded of it, while it is being read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skyvern_dagster.agent.decisions import Click, Complete, Extract
from skyvern_dagster.agent.planner import PastAction, PlanRequest
from skyvern_dagster.agent.planners.replay.data_mapping.learning import learn
from skyvern_dagster.agent.planners.replay.data_mapping.reader import read_again
from skyvern_dagster.agent.planners.replay.effects import effect_of
from skyvern_dagster.agent.planners.replay.elements import describe, find
from skyvern_dagster.agent.planners.replay.recording import Element, RecordedAction, RecordedStep
from skyvern_dagster.agent.variables import Variables
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.errors import PageDiffersError


def turns_page(actions: Sequence[PastAction]) -> bool:
    """Whether a page was read and then something clicked, and nothing else was done."""
    kinds = [type(action.decision) for action in actions]
    return kinds == [Extract, Click] and all(action.result.ok for action in actions)


def next_page(turn: Element, observation: Observation, variables: Variables) -> str | None:
    """The ref of what leads to the next page; ``None`` on the last one.

    Raises:
        LookupError: The description has a variable that this task doesn't have.
    """
    ref = find(turn, observation, variables)
    node = observation.find(ref) if ref else None
    return ref if node is not None and not node.disabled else None


@dataclass
class PagedReading:
    """How a list is read that goes over several pages, as far as it is known.

    Attributes:
        step: What is recorded.
        ended: Whether the last page was read: one that leads to no other.
    """

    step: RecordedStep
    ended: bool = False

    @classmethod
    def begin(
        cls, request: PlanRequest, actions: Sequence[PastAction], planner: str
    ) -> PagedReading | None:
        """From the first page; ``None`` where it isn't certain how it was read."""
        variables = Variables(request.place.variables)
        read, click = (action.decision for action in actions)
        assert isinstance(read, Extract)
        assert isinstance(click, Click)
        reading = learn(read.data, request, variables, paged=True)
        turn = describe(click.ref, request.observation, variables)
        if reading is None or turn is None:
            return None
        step = RecordedStep(
            at=variables.path(request.observation.url),
            planner=planner,
            pages=True,
            actions=(
                RecordedAction(do="extract", reading=reading),
                RecordedAction(
                    do="click", element=turn, effect=effect_of(actions[1].result, variables)
                ),
                RecordedAction(do="complete"),
            ),
        )
        return cls(step)

    def goes_on(self, request: PlanRequest, actions: Sequence[PastAction]) -> bool:
        """Takes a further page down; false where it wasn't read as the first one."""
        read = actions[0].decision
        if not isinstance(read, Extract) or not actions[0].result.ok:
            return False
        variables = Variables(request.place.variables)
        reading, turn = self.step.actions[0].reading, self.step.actions[1].element
        assert reading is not None
        assert turn is not None
        following = next_page(turn, request.observation, variables)
        if turns_page(actions):
            fits = following is not None and following == getattr(actions[1].decision, "ref", None)
        else:
            self.ended = following is None
            done = all(isinstance(action.decision, Complete) for action in actions[1:])
            fits = self.ended and done
        if not fits or not variables.is_at(self.step.at, request.observation.url):
            return False
        try:
            return bool(read_again(reading, request, variables, more=not self.ended) == read.data)
        except PageDiffersError:
            return False
