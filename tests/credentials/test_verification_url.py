"""Codes from an address: what is asked, what is taken, and how long it is waited for."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from skyvern_dagster.credentials.code_source import CodeTiming, CodeWaiter
from skyvern_dagster.credentials.verification_url import VerificationUrlSource
from skyvern_dagster.errors import OutgoingError, SecretError
from skyvern_dagster.webhooks.address import AddressPolicy
from skyvern_dagster.webhooks.signature import verify
from tests.webhooks.receiver import Behaviour, Receiver, receiver, slow, status


def answer(value: Any, **more: Any) -> Behaviour:
    return status(200, json.dumps({"verification_code": value, **more}).encode())


def source(hook: Receiver, **changes: Any) -> VerificationUrlSource:
    return VerificationUrlSource(
        url=hook.url(),
        question={"task_id": "tsk_1"},
        key=lambda: "the key",
        **{"policy": AddressPolicy(True), "first_wait": 0.0, "every": 0.02, **changes},
    )


def next_codes(made: VerificationUrlSource, count: int = 1, patience: float = 5) -> list[str]:
    async def ask() -> list[str]:
        waiter = CodeWaiter(made, patience)
        return [await waiter.next_code() for _ in range(count)]

    return asyncio.run(ask())


def test_what_is_asked() -> None:
    with receiver(answer("123456", task_id="tsk_1")) as hook:
        assert next_codes(source(hook)) == ["123456"]
    (got,) = hook.received
    assert json.loads(got.body) == {"task_id": "tsk_1"}
    assert verify("the key", got.body, got.headers)
    assert verify("the key", got.body, got.headers, scheme="body")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("123456", "123456"),
        ("123 456", "123456"),
        (123456, "123456"),
        ("Your code is 445566, have a nice day", "445566"),
    ],
)
def test_what_is_taken(value: Any, code: str) -> None:
    with receiver(answer(value)) as hook:
        assert next_codes(source(hook)) == [code]


@pytest.mark.parametrize(
    "behave",
    [
        answer(None),
        answer(""),
        answer(True),
        answer(["123456"]),
        status(200, b"123456"),
        status(200, b"[]"),
        status(404),
        status(500, b'{"verification_code": "999999"}'),
        status(302, location="http://127.0.0.1:1/"),
    ],
)
def test_it_is_asked_again(behave: Behaviour) -> None:
    with receiver(behave, answer("123456")) as hook:
        assert next_codes(source(hook)) == ["123456"]
    assert len(hook.received) == 2


def test_no_code_twice() -> None:
    with receiver(answer("111111"), answer("111111"), answer("222222")) as hook:
        assert next_codes(source(hook), count=2) == ["111111", "222222"]


@pytest.mark.parametrize(
    ("behave", "why"),
    [
        (status(503), "it answered 503"),
        (answer(None), "its answer had none"),
        (slow(30), "it gave no answer in time"),
    ],
)
def test_patience_ends(behave: Behaviour, why: str) -> None:
    with receiver() as hook:
        hook.then = behave
        started = time.monotonic()
        with pytest.raises(SecretError, match=f"no one-time code has come in time.*({why})"):
            next_codes(source(hook), patience=0.3)
        assert time.monotonic() - started < 3
        assert "hidden" not in source(hook).describe()


def test_patience_is_for_all_codes_of_a_task() -> None:
    async def ask(made: VerificationUrlSource) -> float:
        waiter = CodeWaiter(made, 0.3)
        with pytest.raises(SecretError):
            await waiter.next_code()
        started = time.monotonic()
        with pytest.raises(SecretError):
            await waiter.next_code()
        return time.monotonic() - started

    with receiver() as hook:
        hook.then = answer(None)
        assert asyncio.run(ask(source(hook))) < 0.2


def test_a_private_address() -> None:
    with receiver(answer("123456")) as hook:
        made = source(hook, policy=AddressPolicy())
        with pytest.raises(SecretError, match="The host in your url is blocked"):
            next_codes(made)
    assert hook.received == []


def test_without_a_key() -> None:
    def none() -> str:
        raise OutgoingError("no usable API key")

    with receiver() as hook:
        made = source(hook)
        made.key = none
        with pytest.raises(OutgoingError, match="no usable API key"):
            next_codes(made)


def test_it_can_be_canceled() -> None:
    async def cancel(made: VerificationUrlSource) -> float:
        task = asyncio.create_task(CodeWaiter(made, 60).next_code())
        await asyncio.sleep(0.2)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - started

    with receiver() as hook:
        hook.then = slow(5)
        assert asyncio.run(cancel(source(hook))) < 1


def test_timing_from_the_environment() -> None:
    assert CodeTiming.from_environment({}) == CodeTiming()
    made = CodeTiming.from_environment({"SKYVERN_TOTP_EVERY": "2", "SKYVERN_TOTP_PATIENCE": "9.5"})
    assert (made.every, made.patience, made.first_wait) == (2.0, 9.5, 5.0)
    for value in ("soon", "-1", "nan", "1e9"):
        with pytest.raises(SecretError, match="SKYVERN_TOTP_EVERY"):
            CodeTiming.from_environment({"SKYVERN_TOTP_EVERY": value})
