"""Tasks planned by a model on loopback, in a real browser."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skyvern_dagster.agent.planner import Goal
from skyvern_dagster.llm.loopback import ChatRequest, HttpError, ModelServer, Refusal, Says
from tests.agent.errand import PASSWORD, REQUEST, Errand
from tests.agent.errand_models import decide, with_model

GOAL = Goal(navigation_goal="Open the other page")


def _open_other(request: ChatRequest) -> dict[str, Any]:
    return decide({"type": "click", "ref": request.ref("Other page")})


def test_a_goal_is_reached_and_its_proof_costs_no_call(errand: Errand) -> None:
    done = decide({"type": "complete", "shows": "Other"})
    with ModelServer([_open_other, done]) as server:
        result = with_model(errand, server, "/index", GOAL)
    assert result.status == "completed", result.failure_reason
    assert server.calls == 2
    assert [step.planner for step in result.steps] == ["llm", "llm"]
    assert result.steps[1].input_tokens > result.steps[1].cached_tokens > 500
    assert result.steps[0].model_calls == 1


def test_an_action_and_its_proof_in_one_call(errand: Errand) -> None:
    def fill(request: ChatRequest) -> dict[str, Any]:
        return decide(
            {"type": "input_text", "ref": request.ref("User name"), "text": "Ada"},
            {"type": "complete", "shows": "nowhere to be seen"},
        )

    def again(request: ChatRequest) -> dict[str, Any]:
        assert "nowhere to be seen" in request.text
        return decide({"type": "terminate", "reason": "can't be proved"})

    with ModelServer([fill, again]) as server:
        result = with_model(errand, server, "/form", Goal(navigation_goal="Type Ada"))
    assert result.status == "terminated"
    assert "doesn't show" in result.steps[0].result


@pytest.mark.parametrize(("verdict", "status"), [(True, "completed"), (False, "failed")])
def test_a_completion_without_proof_is_checked(errand: Errand, verdict: bool, status: str) -> None:
    script = [
        decide({"type": "complete"}),
        {"complete": verdict, "why": "the page is about something else"},
    ]
    goal = Goal(navigation_goal="See that the portal is up")
    with ModelServer(script) as server:
        result = with_model(errand, server, "/index", goal, max_retries_per_step=0)
    assert result.status == status
    assert server.requests[1].schema_name == "verdict"
    assert verdict or "not believed" in str(result.failure_reason)


def test_a_text_that_was_there_before_proves_nothing(errand: Errand) -> None:
    def old(request: ChatRequest) -> dict[str, Any]:
        return decide({"type": "complete", "shows": "User name"})

    def fill(request: ChatRequest) -> dict[str, Any]:
        return decide({"type": "input_text", "ref": request.ref("User name"), "text": "Ada"})

    script: list[Any] = [fill, old, {"complete": False, "why": "nothing was sent"}]
    with ModelServer(script) as server:
        goal = Goal(navigation_goal="Send the form")
        result = with_model(errand, server, "/form", goal, max_retries_per_step=0)
    assert result.status == "failed"
    assert server.requests[2].schema_name == "verdict"


def test_a_completion_is_looked_for_on_the_page_that_comes(errand: Errand) -> None:
    def open_and_end(request: ChatRequest) -> dict[str, Any]:
        return decide(
            {"type": "click", "ref": request.ref("Other page")},
            {"type": "complete", "shows": "nowhere to be seen"},
        )

    def end(request: ChatRequest) -> dict[str, Any]:
        assert "nowhere to be seen" in request.text
        return decide({"type": "complete", "shows": "Other"})

    with ModelServer([open_and_end, end]) as server:
        result = with_model(errand, server, "/index", GOAL)
    assert result.status == "completed", result.failure_reason
    assert "doesn't show" in result.steps[0].result


def test_words_around_json_are_mended_and_nonsense_is_asked_about_once(errand: Errand) -> None:
    broken = 'Sure! {"why": "x", "decisions": [{"type": "complete", "shows": "Index",}'
    with ModelServer(["no idea", broken, {"complete": True, "why": "ok"}]) as server:
        result = with_model(
            errand, server, "/index", Goal(navigation_goal="See that the portal is up")
        )
    assert result.status == "completed", result.failure_reason
    assert "can't be used" in server.requests[1].texts[-1]
    assert result.steps[0].model_calls == 3


@pytest.mark.parametrize(
    "answer",
    [
        "no idea",
        "",
        {"decisions": []},
        {"decisions": [{"type": "fly"}]},
        {"decisions": [{"type": "click", "ref": "e9999"}]},
        {"decisions": [{"type": "click"}]},
        Says('{"why": "' + "x" * 200_000, finish="length"),
    ],
    ids=["prose", "empty", "nothing", "kind", "ref", "field", "huge"],
)
def test_an_answer_of_the_wrong_form_fails_the_step_not_the_task(
    errand: Errand, answer: Any
) -> None:
    done = decide({"type": "terminate", "reason": "enough"})
    with ModelServer([answer, answer, done]) as server:
        result = with_model(errand, server, "/index", GOAL)
    assert (result.status, result.failure_reason) == ("terminated", "enough")
    assert result.steps[0].status == "failed"
    assert "can't be used" in result.steps[0].result


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Refusal("not my job"), "refused: not my job"),
        (HttpError(401, "bad key sk-123456"), "set SKYVERN_LLM_API_KEY"),
        (HttpError(404, "no such model"), "HTTP 404: no such model"),
    ],
)
def test_what_another_try_would_not_change_fails_the_task(
    errand: Errand, reply: Any, reason: str
) -> None:
    with ModelServer([reply] * 5) as server:
        result = with_model(errand, server, "/index", GOAL, settings={"api_key": "sk-123456"})
    assert result.status == "failed"
    assert reason in str(result.failure_reason)
    assert "sk-123456" not in str(result.failure_reason)
    assert server.calls == 1
    assert not result.retryable


def test_an_outage_ends_in_failed_after_the_budget_of_retries(errand: Errand) -> None:
    with ModelServer([HttpError(503, "overloaded")] * 9) as server:
        result = with_model(errand, server, "/index", GOAL, max_retries_per_step=1)
    assert result.status == "failed"
    assert result.errors[0]["error_code"] == "REACH_MAX_RETRIES"
    assert "HTTP 503: overloaded" in str(result.failure_reason)
    assert server.calls == 2


def test_a_request_that_is_too_long_is_sent_again_with_less(errand: Errand) -> None:
    too_long = HttpError(400, "too much", code="context_length_exceeded")
    done = decide({"type": "terminate", "reason": "enough"})
    with ModelServer([too_long, too_long, done]) as server:
        result = with_model(errand, server, "/long", GOAL, settings={"max_page_tokens": 160})
    assert result.failure_reason == "enough"
    lengths = [len(request.texts[-1]) for request in server.requests]
    assert lengths[0] > lengths[1] + 200 > lengths[2] + 300


def test_a_task_stops_at_its_token_budget(errand: Errand) -> None:
    look = decide({"type": "scroll", "direction": "down"})
    with ModelServer([look] * 9) as server:
        result = with_model(errand, server, "/index", GOAL, settings={"max_task_tokens": 100})
    assert result.status == "failed"
    assert "Max tokens per task (100)" in str(result.failure_reason)
    assert server.calls == 1


def test_secrets_are_typed_but_not_told(errand: Errand) -> None:
    def log_in(request: ChatRequest) -> dict[str, Any]:
        return decide(
            {"type": "input_text", "ref": request.ref("User name"), "text": "bob"},
            {"type": "input_text", "ref": request.ref("Password"),
             "text": "secret://login/password", "press_enter": True},
        )  # fmt: skip

    goal = Goal(navigation_goal="Log in", payload={"login": errand.vault.payload("login")})
    with ModelServer([log_in, decide({"type": "terminate", "reason": "x"})]) as server:
        result = with_model(errand, server, "/form", goal)
    assert result.steps[0].status == "completed", result.steps[0].result
    assert "secret://login/password" in server.requests[0].text
    assert not [request for request in server.requests if PASSWORD in request.serialized]


@pytest.mark.parametrize(
    ("page", "vision", "images"),
    [
        ("/canvas", "on", 1), ("/canvas", "off", 0), ("/canvas", "auto", 1),
        ("/short_table", "auto", 0), ("/form", "auto", 0), ("/short_table", "on", 1),
    ],
)  # fmt: skip
def test_pictures_go_along_when_wanted(errand: Errand, page: str, vision: str, images: int) -> None:
    done = decide({"type": "terminate", "reason": "x"})
    with ModelServer([done]) as server:
        # /canvas is nothing but a drawing; a short table is little text, and all there is.
        with_model(errand, server, page, GOAL, settings={"vision": vision})
    assert server.requests[0].images == images


def test_history_tells_what_went_wrong(errand: Errand) -> None:
    def wrong(request: ChatRequest) -> dict[str, Any]:
        return decide({"type": "select_option", "ref": request.ref("User name"), "label": "x"})

    with ModelServer([wrong, decide({"type": "terminate", "reason": "x"})]) as server:
        with_model(errand, server, "/form", Goal(navigation_goal="Choose"))
    assert "FAILED" in server.requests[1].texts[2]
    assert server.requests[1].texts[:2] == server.requests[0].texts[:2]


def test_what_a_model_keeps_in_mind_is_told_to_it_again(errand: Errand) -> None:
    """As on a real shop: a list of two pages, and what was seen on the first of them."""

    def open_other(request: ChatRequest) -> dict[str, Any]:
        return {"memory": "A-7 is not on page 1", **_open_other(request)}

    def again(request: ChatRequest) -> dict[str, Any]:
        assert "Your memory: A-7 is not on page 1" in request.texts[-1]
        assert '0. (because) click link "Other page" -> now at' in request.texts[2]
        return {
            "judgement": "page 2 is open",
            "why": "look for it",
            "decisions": [{"type": "find", "text": "Other"}],
        }

    def end(request: ChatRequest) -> dict[str, Any]:
        assert "Your memory: A-7 is not on page 1" in request.texts[-1]
        found = request.texts[2].partition("(page 2 is open; look for it) find 'Other' -> ")[2]
        assert '"Other"' in found
        return decide({"type": "terminate", "reason": "A-7 is on neither page"})

    with ModelServer([open_other, again, end]) as server:
        result = with_model(errand, server, "/index", GOAL)
    assert (result.status, result.failure_reason) == ("terminated", "A-7 is on neither page")
    step = json.loads(errand.store.read(REQUEST.keys.step(0).summary))
    assert step["reasoning"] == "because"


def test_a_page_that_still_asks_for_the_password_proves_nothing(errand: Errand) -> None:
    def log_in(request: ChatRequest) -> dict[str, Any]:
        return decide(
            {"type": "input_text", "ref": request.ref("User name"), "text": "bob"},
            {"type": "input_text", "ref": request.ref("Password"),
             "text": "secret://login/password"},
        )  # fmt: skip

    ended = decide({"type": "complete", "shows": "bob"})
    goal = Goal(navigation_goal="Log in", payload={"login": errand.vault.payload("login")})
    script: list[Any] = [log_in, ended, {"complete": False, "why": "still at the login"}]
    with ModelServer(script) as server:
        result = with_model(errand, server, "/form", goal, max_retries_per_step=0)
    assert result.status == "failed"
    assert "still at the login" in str(result.failure_reason)
    assert server.requests[2].schema_name == "verdict"


def test_refs_are_drawn_where_controls_have_no_name(errand: Errand) -> None:
    done = decide({"type": "terminate", "reason": "x"})
    with ModelServer([done, done]) as server:
        with_model(errand, server, "/icons", GOAL)
        with_model(errand, server, "/icons", GOAL, settings={"vision": "off"})
    assert [request.images for request in server.requests] == [1, 0]
    assert "refs stand in yellow" in server.requests[0].texts[-1]
    assert "refs stand in yellow" not in server.requests[1].texts[-1]
    assert _yellow_parts(errand, server.requests[0]) == 4


def _yellow_parts(errand: Errand, request: ChatRequest) -> int:
    """How many labels stand in a picture: runs of yellow along the row that they are on."""
    parts = request.body["messages"][-1]["content"]
    picture = next(part["image_url"]["url"] for part in parts if part["type"] == "image_url")

    async def count() -> int:
        context = await (await errand.tasks._runtime.browser()).new_context()
        try:
            page = await context.new_page()
            found: int = await page.evaluate(_COUNT_YELLOW, picture)
            return found
        finally:
            await context.close()

    return errand.tasks._runtime.run(count())


_COUNT_YELLOW = """async picture => {
  const image = new Image();
  image.src = picture;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const drawing = canvas.getContext("2d");
  drawing.drawImage(image, 0, 0);
  let most = 0;
  for (let y = 0; y < image.height; y++) {
    const row = drawing.getImageData(0, y, image.width, 1).data;
    let runs = 0, last = -99;
    for (let x = 0; x < image.width; x++) {
      const [red, green, blue] = row.slice(4 * x, 4 * x + 3);
      if (red > 200 && green > 190 && blue < 120) {
        if (x - last > 40) runs++;  // wider than a label
        last = x;
      }
    }
    most = Math.max(most, runs);
  }
  return most;
}"""
