"""An action that the guard lets pass, and that the page has taken."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from skyvern_dagster.agent.answered_values import AnswerPage
from skyvern_dagster.agent.asked_otherwise import asked_otherwise
from skyvern_dagster.agent.completion_proof import disproved
from skyvern_dagster.agent.decisions import Click, Complete, Decision, InputText, TypeKeys
from skyvern_dagster.agent.executor import ActionExecutor
from skyvern_dagster.agent.filled_fields import FilledFields, may_send
from skyvern_dagster.agent.given_fields import GivenFields
from skyvern_dagster.agent.guard import Guard
from skyvern_dagster.agent.planner import Goal, Plan
from skyvern_dagster.agent.proof_text import plain_text, shows
from skyvern_dagster.agent.redrawn import for_redrawn
from skyvern_dagster.agent.shown_before import has_page_act
from skyvern_dagster.agent.time_spent import TimeSpent
from skyvern_dagster.agent.wanted_switch import WantedSwitch
from skyvern_dagster.browser.form import form_around
from skyvern_dagster.browser.observation import Observation
from skyvern_dagster.browser.results import ActionResult, FailureCause
from skyvern_dagster.browser.session import BrowserSession
from skyvern_dagster.reading.complaints import complains

_AGAIN = (
    "the same was sent already, and the page doesn't say that it went wrong; "
    "complete if it shows that it was taken"
)


@dataclass
class CheckedActions:
    """Carries decisions out: refused ones not at all, others held against what they were for.

    Attributes:
        fields: What was put into the page's fields, and what they hold.
        posts: Whether the last action was to send a form that goes to a server.
    """

    goal: Goal
    session: BrowserSession
    executor: ActionExecutor
    guard: Guard
    time: TimeSpent
    fields: FilledFields = field(default_factory=FilledFields)
    posts: bool = False
    _given: GivenFields = field(init=False)
    _switch: WantedSwitch = field(init=False)

    def __post_init__(self) -> None:
        self._given = GivenFields(self.goal)
        self._switch = WantedSwitch(self.goal)

    async def act(
        self, decision: Decision, plan: Plan, observation: Observation, *, acted: bool
    ) -> ActionResult:
        """Carries one decision out.

        Args:
            decision: What the planner wants.
            plan: What it belongs to; says whether the guard has to let it pass.
            observation: The page that was planned on.
            acted: Whether something was done on the page since.

        Raises:
            BrowserBrokenError: The browser, or the page's process, is gone.
            BrowserError: The browser refused.
        """
        refused = await self._refused(decision, plan, observation)
        if refused is not None:
            return refused
        if isinstance(decision, Complete) and decision.shows:
            page = await self.session.observe() if acted else observation
            if why := self._unproven(decision.shows, page):
                return _not_done("not complete", page.url, why, "unproven")
        if may_send(decision, observation) and (
            held_back := await self._held_back(decision, plan, observation)
        ):
            return _not_taken(f"nothing was sent: {held_back}", observation.url)
        result = await self._acted(decision, observation)
        if result.ok:
            self._given.note(decision, observation)
            if self.posts and may_send(decision, observation):
                self._given.note_sent()
        sent = may_send(decision, observation) and result.cause == "not_taken"
        if result.ok or sent or getattr(decision, "ref", None) is None:
            return result
        return await self._redrawn(decision, plan, observation) or result

    async def _held_back(self, decision: Decision, plan: Plan, observation: Observation) -> str:
        """Why a form isn't to be sent as it is; empty where it may be."""
        if changed := await self.fields.changed(decision, self.session):
            return changed
        if not plan.guarded:
            return ""
        if await self._is_sent_again(decision, observation):
            return _AGAIN
        if not isinstance(decision, Click):
            return self._given.left_out(getattr(decision, "ref", None), observation)
        form = await form_around(self.session, decision.ref)
        beside = () if form.submits else form.submitters
        return self._given.left_out(decision.ref, observation, beside)

    async def _is_sent_again(self, decision: Decision, observation: Observation) -> bool:
        """Whether the same was sent before, and nothing says that it went wrong."""
        if not self._given.is_same_again() or not self.posts:
            return False
        if not await self._posts(decision, observation) or await self.session.sendings.refusal():
            return False
        return not complains(observation.root.full_text, self.goal.navigation_goal)

    async def refusal(self, before: str) -> str:
        """Why what was sent isn't done: its server refused it, or confirms something else.

        Args:
            before: What was shown before it was sent.
        """
        sendings = self.session.sendings
        if self.posts and self.fields.entered and await sendings.is_silent():
            return f"the form that was filled in was handed to no server ({self.session.address})"
        why = self.fields.note_sent(sendings.since) or await sendings.refusal()
        why = why or await self.fields.taken_back(self.session)
        if not why and self._switch.wanted is not None:
            why = self._switch.contradiction(await self.session.observe())
        if why or not self.fields.entered:
            return why
        entered = tuple(self.fields.entered.values())
        page = await self.session.observe()
        if waiting := self._given.left_on(page):
            return waiting
        return AnswerPage(entered, page, before, self.goal.today).contradiction()

    async def _posts(self, decision: Decision, observation: Observation) -> bool:
        """Whether a click sends a form that says that it hands its fields to a server."""
        if not isinstance(decision, Click) or not may_send(decision, observation):
            return False
        form = await form_around(self.session, decision.ref)
        return form.submits and form.posts

    def _unproven(self, text: str, page: Observation) -> str:
        """Why what a completion points at proves nothing; empty where it does."""
        if not shows(page, text):
            return f'the page doesn\'t show "{text[:100]}"'
        return disproved(text, page, self.goal)

    async def _redrawn(
        self, decision: Decision, plan: Plan, observation: Observation
    ) -> ActionResult | None:
        """Once more on the element as it is now: pages of some frameworks draw themselves anew."""
        now = await self.session.observe()
        again = for_redrawn(decision, observation, now)
        if again is None:
            return None
        return await self._refused(again, plan, now) or await self._acted(again, now)

    async def _acted(self, decision: Decision, observation: Observation) -> ActionResult:
        """Carries a decision out; what it put into a field is there when the page has settled."""
        sends = has_page_act(decision)
        shown = plain_text(observation)
        self.session.dialogs.refuses = lambda asked: bool(asked_otherwise(asked, self.goal, shown))
        if sends:
            writes = isinstance(decision, InputText | TypeKeys) and not decision.press_enter
            self.session.sendings.begin(anew=not writes)
            if not writes:
                self.posts = await self._posts(decision, observation)
        result = await self.time.on("act", self.executor.act(decision))
        if sends and (lost := self.fields.note_sent(self.session.sendings.since)):
            return _not_taken(lost, result.url_after, result)
        if result.url_before not in ("", result.url_after) or result.new_tab:
            self.fields.forget()
            self._given.forget_fields()
        elif result.ok and (problem := await self.fields.note(decision, observation, self.session)):
            result = _not_taken(problem, result.url_after, result)
        if not result.ok and result.cause != "refused":
            await self.fields.refuse(decision, observation, self.session)
        return result

    async def _refused(
        self, decision: Decision, plan: Plan, observation: Observation
    ) -> ActionResult | None:
        if self.guard.requests.guarded is not plan.guarded:
            self.guard.requests.guarded = plan.guarded
            await self.session.obey(self.guard.requests)
        if not plan.guarded:
            return None
        self._given.see(observation)
        refusal = await self.guard.refusal(decision, observation, self.session)
        refusal = refusal or self._given.refusal(decision, observation)
        refusal = refusal or self._switch.refusal(decision, observation)
        return _not_done("refused", observation.url, refusal, "refused") if refusal else None


def _not_done(message: str, url: str, error: str, cause: FailureCause) -> ActionResult:
    return ActionResult(ok=False, message=message, url_after=url, error=error, cause=cause)


def _not_taken(problem: str, url: str, result: ActionResult | None = None) -> ActionResult:
    """An action after which a field doesn't hold what it should."""
    done = result or ActionResult(ok=False, message="", url_before=url, url_after=url)
    return replace(done, ok=False, message=problem, error=problem, cause="not_taken")
