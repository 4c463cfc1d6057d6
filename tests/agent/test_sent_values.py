"""What was put into fields, held against the bodies of requests; no browser."""

from __future__ import annotations

import pytest

from skyvern_dagster.agent.sent_values import MeantValue, is_telling, lost_values
from skyvern_dagster.browser.sent_body import SentBody, refusal_in, sent_body

FORM = "application/x-www-form-urlencoded"


def _meant(text: str, name: str = "field") -> MeantValue:
    return MeantValue("Field", name, 0, (text,), must_show=is_telling(text))


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("Ada Lovelace", "ada lovelace "),
        ("0664 123456", "+43664123456"),
        ("15 April 2024", "2024-04-15"),
        ("04/15/2024", "2024-04-14T22:00:00.000Z"),
        ("12.50", "12,5"),
        ("shop.example", "https://shop.example/"),
        ("Good day", "<p>Good day</p>"),
        ("Smith & Sons", "Smith &amp; Sons"),
        ("AT61 1904 3002 3457 3201", "AT611904300234573201"),
    ],
)
def test_a_value_in_another_form_is_the_same(asked: str, sent: str) -> None:
    assert not lost_values([_meant(asked)], [SentBody((("field", sent),), is_form=True)])


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("Ada Lovelace", "Ada Love"),
        ("Ada Lovelace", "Ada Lovelace-Byron"),
        ("Ada Lovelace", ""),
        ("3", "30"),
        ("12.50", "125"),
        ("15 April 2024", "2024-04-16"),
        ("0664 123456", "0664 123457"),
        ("ada@example.com", "ada@example.co"),
    ],
)
def test_another_value_is_told(asked: str, sent: str) -> None:
    told = lost_values([_meant(asked)], [SentBody((("field", sent),), is_form=True)])
    assert "instead of" in told["Field"]


def test_a_request_that_carries_nothing_of_a_form_says_nothing_of_it() -> None:
    assert not lost_values([_meant("Ada Lovelace")], [SentBody((("event", "click"),))])


def test_what_the_others_were_sent_without_is_told() -> None:
    other = MeantValue("Other", "other", 0, ("something else",), must_show=True)
    told = lost_values([_meant("Ada Lovelace"), other], [SentBody((("field", "Ada Lovelace"),))])
    assert told == {"Other": '"Other" was not sent with the others'}


def test_what_is_in_another_form_is_not_expected() -> None:
    other = MeantValue("Search", "q", 1, ("something else",), must_show=True)
    assert not lost_values([_meant("Ada"), other], [SentBody((("field", "Ada"),), is_form=True)])


def test_a_box_is_held_against_forms_only() -> None:
    box = MeantValue("Gift", "gift", 0, ("1",), ticked=True)
    field = _meant("Ada")
    form = SentBody((("field", "Ada"),), is_form=True)
    assert lost_values([field, box], [form]) == {"Gift": '"Gift" was sent not ticked'}
    assert not lost_values([field, box], [SentBody((("field", "Ada"), ("gift", "True")))])


@pytest.mark.parametrize(
    ("body", "kind", "entries"),
    [
        ("a=1&b=", FORM, (("a", "1"), ("b", ""))),
        ("a=1", "text/plain", (("a", "1"),)),
        ('{"a": {"b": [1, 2]}, "c": null}', "application/json", (("b", "1"), ("b", "2"))),
        (
            '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            (("a", "1"),),
        ),
        ("free text of a log", "text/plain", ()),
        ("{broken", "application/json", ()),
    ],
)
def test_bodies_are_read_by_type_or_look(
    body: str, kind: str, entries: tuple[tuple[str, str], ...]
) -> None:
    assert sent_body(body, kind).entries == entries


@pytest.mark.parametrize(
    "answer",
    [
        '{"success": false}',
        '{"ok": false, "message": "locked"}',
        '{"errors": [{"message": "Not unique"}]}',
        '{"status": "error"}',
        '{"error": "no"}',
    ],
)
def test_an_answer_that_refuses_is_known(answer: str) -> None:
    assert refusal_in(answer)


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "<p>error</p>", '{"ok": true, "errors": []}', '{"error": null, "id": 3}', "{}",
     '{"data": {"me": 1}, "errors": [{"message": "a part"}]}', '{"status": "ok"}'],
)  # fmt: skip
def test_any_other_answer_refuses_nothing(answer: str) -> None:
    assert not refusal_in(answer)
