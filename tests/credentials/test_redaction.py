"""No form of a secret stays in what is stored or shown."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markupsafe import escape

from skyvern_dagster.credentials.redaction import MASK, Redactor
from tests.laws import LAW, SLOW_LAW

SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=4, max_size=24)
PASSWORDS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=4, max_size=24)


def as_form_data(value: str) -> str:
    """As browsers send forms."""
    return quote(value, safe="* ").replace("~", "%7E").replace(" ", "+")


def as_uri_component(value: str) -> str:
    return quote(value, safe="!'()*")


def as_javascript(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def as_json_in_a_script(value: str, escaped: str) -> str:
    text = json.dumps(value)[1:-1]
    for character in escaped:
        text = text.replace(character, f"\\u00{ord(character):x}")
    return text


def in_json_in_json(value: str) -> str:
    return json.dumps({"postData": json.dumps({"password": value})})


def in_page_in_json(value: str) -> str:
    return json.dumps({"html": f'<input value="{html.escape(value)}">'}, ensure_ascii=False)


def in_basic_header(value: str, user: str = "ada") -> str:
    return base64.b64encode(f"{user}:{value}".encode()).decode()


ENCODERS: list[Callable[[str], str]] = [
    str,
    quote,
    quote_plus,
    lambda value: quote(value, safe=""),
    lambda value: re.sub("%..", lambda match: match.group().lower(), quote(value, safe="")),
    as_form_data,
    as_uri_component,
    html.escape,
    lambda value: html.escape(value, quote=False),
    lambda value: str(escape(value)),
    as_javascript,
    lambda value: json.dumps(value)[1:-1],
    lambda value: as_json_in_a_script(value, "<>&"),
    lambda value: as_json_in_a_script(value, "<>&'"),
    lambda value: base64.b64encode(value.encode()).decode().rstrip("="),
]


def is_short_number(text: str) -> bool:
    """These are sought where no other digit stands beside them."""
    return text.isascii() and text.isdigit() and len(text) < 8


@LAW
@given(SECRETS | PASSWORDS)
@example("pass*****")
@example("ab**")
@example("*a**b***")
@example("a&b <\"'/\\é+~%20")
@example("Tr0ub4dor&3")
def test_no_form_of_a_secret_stays(secret: str) -> None:
    assume(set(secret) != {"*"})
    assume(not is_short_number(secret))
    redactor = Redactor()
    redactor.add(secret)
    for encode in ENCODERS:
        form = encode(secret)
        for text in (
            form,
            f"before{form}after",
            f"{form}{form}",
            f"{secret[:2]}{form}*{form[-2:]}",
        ):
            assert form not in redactor.text(text)
            assert form.encode() not in redactor.content(text.encode())


@LAW
@given(PASSWORDS)
def test_no_secret_stays_in_json_or_a_page_inside_of_json(secret: str) -> None:
    assume(set(secret) != {"*"})
    redactor = Redactor()
    redactor.add(secret)
    for nest in (in_json_in_json, in_page_in_json):
        once = json.loads(redactor.text(nest(secret)))
        (inner,) = once.values()
        assert secret not in inner
        assert secret not in html.unescape(inner)
        assert json.dumps(secret)[1:-1] not in inner


@SLOW_LAW
@given(st.text(alphabet="abcdefgh", max_size=5), PASSWORDS, st.sampled_from(["", "tail"]))
def test_no_secret_stays_in_base64_wherever_it_stands(user: str, secret: str, rest: str) -> None:
    assume(not is_short_number(secret))
    redactor = Redactor()
    redactor.add(secret)
    header = in_basic_header(secret + rest, user)
    redacted = redactor.text(f"Authorization: Basic {header}")
    assert MASK in redacted
    left = redacted.removeprefix("Authorization: Basic ").replace(MASK, "")
    assert len(left) * 6 <= len(header) * 6 - (len(secret) - 2) * 8


@LAW
@given(st.lists(PASSWORDS, min_size=2, max_size=4), st.text(max_size=20))
def test_many_secrets_even_inside_each_other(secrets: list[str], between: str) -> None:
    assume(all(set(secret) != {"*"} and not is_short_number(secret) for secret in secrets))
    redactor = Redactor()
    for secret in secrets:
        redactor.add(secret)
    text = between.join([*secrets, secrets[0] + secrets[-1]])
    redacted = redactor.text(text)
    assert not [secret for secret in secrets if secret in redacted]


@LAW
@given(st.binary(max_size=200), PASSWORDS)
def test_bytes_keep_their_length_and_everything_else(content: bytes, secret: str) -> None:
    assume(secret.encode() not in content and set(secret) != {"*"})
    redactor = Redactor()
    redactor.add(secret)
    assert redactor.content(content) == content or len(secret) < 6  # a form can stand in any bytes
    held = content + secret.encode() + content
    assert len(redactor.content(held)) == len(held)


@pytest.mark.parametrize("short", ["", "a", "abc", "***"])
def test_short_values_are_not_sought(short: str) -> None:
    redactor = Redactor()
    redactor.add(short)
    assert not redactor
    assert redactor.text("abc *** a") == "abc *** a"


def test_documents_are_redacted_text_by_text() -> None:
    redactor = Redactor()
    redactor.add("hunter22")
    document = {"hunter22": ["x hunter22", 5, None, {"a": ("hunter22", True)}]}
    assert redactor.value(document) == {"hunter22": ["x *****", 5, None, {"a": ["*****", True]}]}


def test_a_redactor_shows_nothing_itself() -> None:
    redactor = Redactor()
    redactor.add("hunter22")
    assert "hunter22" not in repr(redactor) + str(redactor)


@LAW
@given(st.from_regex(r"[0-9]{4,7}", fullmatch=True))
def test_a_short_number_goes_where_it_stands_by_itself(number: str) -> None:
    redactor = Redactor()
    redactor.add(number)
    assert redactor
    for text in (number, f"pin={number}&x", f"P{number}x", f"({number})", f'"{number}"'):
        assert number not in redactor.text(text)
        assert number.encode() not in redactor.content(text.encode())
    longer = f"wr_5{number}8"
    assert redactor.text(longer) == longer
    assert redactor.content(longer.encode()) == longer.encode()
