"""One attempt, against real servers that behave in every way."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from skyvern_dagster.demo.certificate import LoopbackCertificate
from skyvern_dagster.webhooks.address import AddressPolicy
from skyvern_dagster.webhooks.delivery import Delivery, deliver, read_retry_after
from tests.webhooks.receiver import (
    Behaviour,
    dies_before_its_answer,
    dies_in_its_answer,
    dripping,
    dripping_head,
    free_port,
    receiver,
    slow,
    status,
)

PRIVATE = AddressPolicy(allow_private=True)


def send(url: str, policy: AddressPolicy = PRIVATE, timeout: float = 5.0) -> Delivery:
    return deliver(url, b'{"a":1}', {"x-skyvern-signature": "v0=1"}, policy, timeout)


def test_taken() -> None:
    with receiver(status(202, b"thanks")) as hook:
        delivery = send(hook.url())
    assert delivery.ok
    assert (delivery.status_code, delivery.response_body, delivery.error) == (202, "thanks", None)
    (got,) = hook.received
    assert got.body == b'{"a":1}'
    assert got.path == "/hook?token=hidden"
    assert got.headers["host"] == f"127.0.0.1:{hook.port}"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["x-skyvern-signature"] == "v0=1"


@pytest.mark.parametrize("code", [301, 302, 307, 400, 403, 404, 410, 429, 500, 503])
def test_refused(code: int) -> None:
    with receiver(status(code)) as hook:
        delivery = send(hook.url())
    assert (delivery.ok, delivery.status_code) == (False, code)


def test_a_redirect_is_not_followed() -> None:
    with receiver() as inner, receiver(status(307, location=inner.url())) as hook:
        delivery = send(hook.url())
    assert delivery.status_code == 307
    assert inner.received == []


@pytest.mark.parametrize("behave", [slow(3), dripping, dripping_head])
def test_no_more_time_than_allowed(behave: Behaviour) -> None:
    with receiver(behave) as hook:
        started = time.monotonic()
        delivery = send(hook.url(), timeout=0.4)
        spent = time.monotonic() - started
    assert delivery.status_code is None
    assert delivery.error == "no complete answer within 0.4 s"
    assert spent < 2


@pytest.mark.parametrize("behave", [dies_in_its_answer, dies_before_its_answer])
def test_a_receiver_that_dies(behave: Behaviour) -> None:
    with receiver(behave) as hook:
        delivery = send(hook.url())
    assert not delivery.ok
    assert delivery.status_code is None
    assert delivery.error
    assert "hidden" not in delivery.error
    assert not delivery.is_final


def test_nobody_there() -> None:
    delivery = send(f"http://127.0.0.1:{free_port()}/?token=hidden")
    assert delivery.status_code is None
    assert delivery.error
    assert "hidden" not in delivery.error


def test_an_unknown_host() -> None:
    delivery = send("http://no-such-host.invalid/")
    assert delivery.error
    assert not delivery.is_final


def test_a_long_answer_is_cut() -> None:
    with receiver(status(200, b"x" * 5_000_000)) as hook:
        delivery = send(hook.url())
    assert delivery.ok
    assert delivery.response_body == "x" * 2048


def test_a_private_address() -> None:
    with receiver() as hook:
        delivery = send(hook.url(), AddressPolicy())
    assert delivery.is_final
    assert "The host in your url is blocked" in (delivery.error or "")
    assert hook.received == []


def test_rebinding_is_of_no_use() -> None:
    """The name is looked up once, and the connection goes to what was checked."""
    answers = [["127.0.0.1"]]
    with receiver() as hook:
        policy = AddressPolicy(allowed_hosts=("hooks.example",), resolver=lambda *_: answers.pop())
        delivery = send(f"http://hooks.example:{hook.port}/", policy)
        assert delivery.ok
        assert hook.received[0].headers["host"] == f"hooks.example:{hook.port}"

        rebound = AddressPolicy(resolver=lambda *_: ["127.0.0.1"])
        delivery = send(f"http://hooks.example:{hook.port}/", rebound)
    assert delivery.is_final
    assert len(hook.received) == 1


def test_the_next_address_where_one_cant_be_connected_to() -> None:
    with receiver() as hook:
        policy = AddressPolicy(True, resolver=lambda *_: ["::1", "127.0.0.1"])
        assert send(f"http://hooks.example:{hook.port}/", policy).ok


@pytest.mark.parametrize(("host", "trusted"), [("localhost", True), ("hooks.example", False)])
def test_tls_is_verified_for_the_name(
    host: str, trusted: bool, tmp_path: Path, clean_environment: pytest.MonkeyPatch
) -> None:
    """The connection goes to an IP address; the certificate must be the one of the host."""
    certificate = LoopbackCertificate()
    (tmp_path / "ca.pem").write_text(certificate.pem)
    clean_environment.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    policy = AddressPolicy(True, resolver=lambda *_: ["127.0.0.1"])
    asked: list[str | None] = []
    context = certificate.server_context()
    context.sni_callback = lambda _, name, __: asked.append(name)
    with receiver(tls=context) as hook:
        delivery = send(f"https://{host}:{hook.port}/", policy)
    assert delivery.ok == trusted, delivery.error
    assert asked == [host]
    assert len(hook.received) == trusted


def test_no_proxy_stands_in_between(clean_environment: pytest.MonkeyPatch) -> None:
    with receiver() as proxy, receiver() as hook:
        clean_environment.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        clean_environment.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert send(hook.url()).ok
    assert proxy.received == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("９", None),
        ("9" * 50, 999999999.0),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    now = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)
    assert read_retry_after(text, now) == seconds
