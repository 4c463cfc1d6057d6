"""A model that is in a hurry: the harness decides what is done, not what the model says of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from skyvern_dagster.agent.task import TaskResult
from skyvern_dagster.llm.loopback import ChatRequest, ModelServer
from tests.agent.errand import Errand
from tests.agent.errand_models import decide, with_model
from tests.traps.site import TrapSite
from tests.traps.trial import traps

Answer = dict[str, Any] | Callable[[ChatRequest], dict[str, Any]]
_UNDONE = {"complete": False, "why": "nothing shows it"}


def _refs(request: ChatRequest, name: str) -> list[str]:
    """The refs of all that is called so, in the order of the page."""
    page = request.texts[-1]
    return re.findall(rf"\"{re.escape(name)}\"[^\n]*?\[([a-z]\w*)\]", page)


def _download(name: str, number: int = 0) -> Answer:
    def decided(request: ChatRequest) -> dict[str, Any]:
        ref = _refs(request, name)[number]
        return decide({"type": "download", "ref": ref}, {"type": "complete"})

    return decided


def _click(name: str) -> Answer:
    return lambda request: decide({"type": "click", "ref": request.ref(name)})


def _typed(request: ChatRequest, **texts: str) -> list[dict[str, Any]]:
    """What puts each text into the field of its name."""
    return [
        {"type": "input_text", "ref": request.ref(name), "text": text}
        for name, text in texts.items()
    ]


def _run(errand: Errand, site: TrapSite, name: str, *answers: Answer) -> tuple[TaskResult, int]:
    trap = next(one for one in traps() if one.name == name)
    site.set_up(trap)
    with ModelServer(list(answers)) as server:
        result = with_model(
            errand, server, "/", trap.goal, max_retries_per_step=0, max_seconds=60, trace="off"
        )
        return result, server.calls


@pytest.mark.parametrize(
    ("name", "link", "number"),
    [
        ("the right name, the wrong file", "PDF", 1),
        pytest.param("a price list in place of the invoice", "PDF", 1, marks=pytest.mark.long),
        pytest.param("a credit note that is called PDF", "PDF", 0, marks=pytest.mark.long),
        pytest.param("a credit note and no invoice", "Credit note", 1, marks=pytest.mark.long),
        pytest.param("a format that is asked for", "PDF", 1, marks=pytest.mark.long),
        pytest.param("ids inside ids: INV-1 in a rows", "PDF", 0, marks=pytest.mark.long),
        pytest.param("documents in rows of one order", "PDF", 2, marks=pytest.mark.long),
        pytest.param("paper: a page that makes it", "Get invoice", 1, marks=pytest.mark.long),
        pytest.param("paper: a login", "Get invoice", 1, marks=pytest.mark.long),
        pytest.param("paper: an archive with another's", "Get invoice", 1, marks=pytest.mark.long),
        pytest.param("paper: another customer's", "Get invoice", 1, marks=pytest.mark.long),
    ],
)
def test_a_wrong_file_is_no_success(
    errand: Errand, site: TrapSite, name: str, link: str, number: int
) -> None:
    result, _ = _run(errand, site, name, _download(link, number))
    assert result.status == "failed", result
    assert not result.files


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("an error after the click", "The draft could not be saved."),
        pytest.param("a refusal that names a field", "Title is required.", marks=pytest.mark.long),
        pytest.param(
            "no rights for the click", "You are not allowed to do this.", marks=pytest.mark.long
        ),
        pytest.param("a click that leads nowhere", "Not found", marks=pytest.mark.long),
    ],
)
def test_an_error_proves_nothing(errand: Errand, site: TrapSite, name: str, shown: str) -> None:
    claimed = decide({"type": "complete", "shows": shown})
    result, calls = _run(errand, site, name, _click("Save"), claimed, _UNDONE)
    assert (result.status, calls) == ("failed", 3), result.failure_reason
    assert "not believed" in str(result.failure_reason)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a login that asks for a code", "Check your phone"),
        pytest.param("a login that mails a link", "Check your inbox", marks=pytest.mark.long),
        pytest.param(
            "a login that wants a new password",
            "Your password has expired",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "a login that greets and comes back", "Welcome back, bob!", marks=pytest.mark.long
        ),
    ],
)
def test_half_a_login_proves_nothing(errand: Errand, site: TrapSite, name: str, shown: str) -> None:
    def fill(request: ChatRequest) -> dict[str, Any]:
        return decide(
            {"type": "input_text", "ref": request.ref("E-mail"), "text": "secret://login/username"},
            {
                "type": "input_text",
                "ref": request.ref("Password"),
                "text": "secret://login/password",
            },
            {"type": "click", "ref": request.ref("Sign in", "button")},
        )

    claimed = decide({"type": "complete", "shows": shown})
    result, calls = _run(errand, site, name, fill, claimed, _UNDONE)
    assert site.posted
    assert (result.status, calls) == ("failed", 3), result.failure_reason


def test_another_records_row_is_left_alone(errand: Errand, site: TrapSite) -> None:
    """Told whose row it is, a model that takes no notice gets no further."""

    def first(request: ChatRequest) -> dict[str, Any]:
        return decide({"type": "click", "ref": _refs(request, "Cancel")[0]})

    result, _ = _run(errand, site, 'clicked: Click "Cancel" of order A-2.', first)
    assert result.status == "failed", result
    assert "the row of A-3, and the task is about A-2" in str(result.failure_reason)
    assert not site.posted


@pytest.mark.long
def test_an_error_after_the_click_of_the_same_answer_proves_nothing(
    errand: Errand, site: TrapSite
) -> None:
    def at_once(request: ChatRequest) -> dict[str, Any]:
        click = {"type": "click", "ref": request.ref("Save")}
        return decide(click, {"type": "complete", "shows": "The draft could not be saved."})

    result, _ = _run(errand, site, "an error after the click", at_once)
    assert result.status == "failed", result
    assert "something went wrong" in str(result.failure_reason)


def test_what_a_server_refused_is_not_done(errand: Errand, site: TrapSite) -> None:
    claimed = decide({"type": "complete", "shows": "Saved."})
    name = "clicked and sent: an error behind the word"
    result, _ = _run(errand, site, name, _click("Save"), claimed)
    assert result.status == "failed", result
    assert "POST /saved was answered with HTTP 500" in str(result.failure_reason)


def test_what_was_sent_otherwise_is_told(errand: Errand, site: TrapSite) -> None:
    def fill(request: ChatRequest) -> dict[str, Any]:
        return decide(
            *_typed(request, Name="Ada Lovelace", Quantity="2", **{"E-mail": "ada@example.com"}),
            {"type": "select_option", "ref": request.ref("Delivery"), "label": "Express"},
            {"type": "check", "ref": request.ref("Gift"), "checked": True},
            {"type": "click", "ref": request.ref("Send")},
        )

    claimed = decide({"type": "complete", "shows": "Your message has been sent."})
    result, _ = _run(errand, site, "sent: a name that is cut off", fill, claimed)
    assert result.status == "failed", result
    assert '"Name" was sent as "Ada Lo"' in str(result.failure_reason)


def test_another_name_in_the_confirmation_is_no_success(errand: Errand, site: TrapSite) -> None:
    def fill(request: ChatRequest) -> dict[str, Any]:
        return decide(
            *_typed(request, Name="Ada Lovelace", Guests="4", Date="2024-07-12"),
            {"type": "click", "ref": request.ref("Book", "button")},
        )

    claimed = decide({"type": "complete", "shows": "Your booking for Adam Smith is confirmed."})
    result, _ = _run(errand, site, "confirmed: another name", fill, claimed)
    assert result.status == "failed", result
    assert 'says "Adam Smith" where "Name" was given "Ada Lovelace"' in str(result.failure_reason)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "thanks, and stock",
            '"Only 3 were in stock; your quantity was changed." where "Quantity"',
        ),
        pytest.param(
            "thanks, and another quantity in the only row",
            'says "3" where "Quantity" was given "5"',
            marks=pytest.mark.long,
        ),
        pytest.param("a toast, and never sent", "was handed to no server", marks=pytest.mark.long),
        pytest.param(
            "a toast, and sent by a later timer",
            "POST /go was answered with HTTP 422",
            marks=pytest.mark.long,
        ),
    ],
)
def test_what_was_taken_otherwise_or_never_is_told(
    errand: Errand, site: TrapSite, name: str, problem: str
) -> None:
    def fill(request: ChatRequest) -> dict[str, Any]:
        return decide(
            {"type": "input_text", "ref": request.ref("Name"), "text": "Ada"},
            {"type": "input_text", "ref": request.ref("Quantity"), "text": "5"},
            {"type": "click", "ref": request.ref("Send")},
        )

    claimed = decide({"type": "complete", "shows": "Your order has been placed."})
    result, _ = _run(errand, site, f"submitted: {name}", fill, claimed)
    assert result.status == "failed", result
    assert problem in str(result.failure_reason)


@pytest.mark.long
def test_a_list_that_says_that_it_is_a_part_is_not_complete(errand: Errand, site: TrapSite) -> None:
    rows = [{"order_id": f"A-{n}", "order_date": f"2024-05-0{n}"} for n in (2, 1)]
    read = decide({"type": "extract", "data": {"orders": rows}}, {"type": "complete"})
    result, _ = _run(errand, site, "a part: Only your 2 most recent orders are shown.", read)
    assert result.status == "failed", result
    assert "says of its list" in str(result.failure_reason)


def test_what_stood_there_before_proves_nothing(errand: Errand, site: TrapSite) -> None:
    def fill(request: ChatRequest) -> dict[str, Any]:
        return decide(
            *_typed(request, Name="Ada Lovelace", **{"E-mail": "ada@example.com"}),
            {"type": "click", "ref": request.ref("Send")},
        )

    claimed = decide({"type": "complete", "shows": "Thank you for your visit!"})
    name = "refused by thanks that always stand there"
    result, calls = _run(errand, site, name, fill, claimed, _UNDONE)
    assert (result.status, calls) == ("failed", 3), result


_READS = {
    "orders": [{"order_id": f"A-100{n}", "order_date": f"2024-05-0{n}"} for n in (9, 8, 7)],
}


def test_a_list_that_says_that_there_is_more_is_not_complete(
    errand: Errand, site: TrapSite
) -> None:
    read = decide({"type": "extract", "data": _READS}, {"type": "complete"})
    result, _ = _run(errand, site, "more that isn't shown", read)
    assert result.status == "failed", result
    assert "more of the list, and 3 of 9 were extracted" in str(result.failure_reason)


def test_days_that_may_go_on_are_not_complete(errand: Errand, site: TrapSite) -> None:
    read = decide({"type": "extract", "data": _READS}, {"type": "complete"})
    result, _ = _run(errand, site, "days that may go on where the page ends", read)
    assert result.status == "failed", result
    assert "shows no day that isn't on or after 2024-05-03" in str(result.failure_reason)


def test_days_beyond_those_that_are_wanted_end_a_list(errand: Errand, site: TrapSite) -> None:
    rows = {"orders": _READS["orders"][:2]}
    read = decide({"type": "extract", "data": rows}, {"type": "complete"})
    result, _ = _run(errand, site, "days that end where the page shows others", rows, read)
    assert result.status == "completed", result
    assert result.extracted_information == rows


@pytest.mark.long
def test_figures_that_the_page_does_not_show_are_not_kept(errand: Errand, site: TrapSite) -> None:
    rows = [{"order_id": "A-1002", "total": 20.0}, {"order_id": "A-1001", "total": 19.0}]
    result, calls = _run(errand, site, "a sum below", *({"orders": rows} for _ in range(2)))
    assert (result.status, calls) == ("failed", 2), result
    assert "19.0' stands nowhere on the page" in str(result.failure_reason)
    assert result.extracted_information is None
