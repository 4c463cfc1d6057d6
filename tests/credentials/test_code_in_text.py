"""Codes in messages as services send them, in many languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.credentials.code_in_text import code_in
from tests.laws import LAW


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("123456", "123456"),
        (" 123 456\n", "123456"),
        ("12-34-56", "123456"),
        ("AB-1234", "AB-1234"),
        ("x7k2p9", "x7k2p9"),
        ("", ""),
    ],
)
def test_the_code_itself(content: str, code: str) -> None:
    assert code_in(content) == code


HTML = """<html><head><title>123123</title><style>.a{color:#123456}</style></head><body>
<p>Hello Ada,</p><p>use this code to sign in:</p><h1 class="c">739&nbsp;204</h1>
<p>© 2026 Acme, call +353 1 234 5678, <a href="https://a.example/?code=999999">open</a></p>
</body></html>"""


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Your Acme verification code is: 482 913. It expires in 10 minutes.", "482913"),
        ("482913 is your Amazon OTP. Do not share it with anyone.", "482913"),
        ("G-482913 is your Google verification code.", "G-482913"),
        ("Use X7K2P9 as your one-time passcode to log in.", "X7K2P9"),
        ("Order 123456 shipped. Your login code is 7788.", "7788"),
        ("Invoice 20418 is due. Your security code: 90210", "90210"),
        ("Code: 300112, until 14:30. https://a.example/verify?code=999999", "300112"),
        ("Sign in\n\nEnter the following to continue:\n\n  640155\n\nThe team, 2026", "640155"),
        (HTML, "739204"),
        ("Ihr Bestätigungscode lautet 4821. Er ist 15 Minuten gültig.", "4821"),
        ("Votre code de vérification est 55 12 90, jusqu'au 12/05/2026 14:30.", "551290"),
        ("Tu código de verificación es 987654", "987654"),
        ("¡Hola! 4567 es tu clave de un solo uso. Llama al 900123456", "4567"),
        ("Il tuo codice di verifica è 13579", "13579"),
        ("Uw verificatiecode is 246810.", "246810"),
        ("Seu código de verificação: 112233", "112233"),
        ("Twój kod weryfikacyjny to 773311", "773311"),
        ("Váš ověřovací kód je 998877", "998877"),
        ("Din engångskod är 445566", "445566"),
        ("Vahvistuskoodisi on 667788", "667788"),
        ("Doğrulama kodunuz: 135790", "135790"),
        ("Ваш код подтверждения: 864209", "864209"),
        ("【淘宝】您的验证码是531246，5分钟内有效。", "531246"),
        ("認証コード：９０８１７２（10分間有効）", "908172"),
        ("[Naver] 인증번호 [314159]를 입력해 주세요.", "314159"),
    ],
)
def test_a_message(message: str, code: str) -> None:
    assert code_in(message) == code


@pytest.mark.parametrize(
    "message",
    [
        "Hello, thanks for your order 123456 of 2026. Total 4500 EUR.",
        "Dear customer, there is nothing to see here.",
        "Your card ending in 4242 was charged $1234.56 on 2026-05-12.",
        "Meet me at 14 Fenian Street at 18:30 on 12.05.2026, or call 01 2345678",
        "https://shop.example/verify?code=123456",
        "🙂" * 20,
    ],
)
def test_no_code(message: str) -> None:
    assert code_in(message) == ""


@LAW
@given(code=st.from_regex(r"[0-9]{6}", fullmatch=True), name=st.from_regex(r"[A-Za-z]{3,12}"))
def test_any_six_digits(code: str, name: str) -> None:
    assert code_in(f"Hi {name.strip()},\nyour verification code is {code}.\nThe team") == code


@LAW
@given(st.text(max_size=300))
def test_any_text(content: str) -> None:
    """Something short, or nothing; never a piece of what nobody wrote."""
    found = code_in(content)
    assert len(found) <= 15
