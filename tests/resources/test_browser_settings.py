"""What the browser's resource takes from the environment where its fields leave it open."""

from __future__ import annotations

import pytest

from skyvern_dagster.errors import ParameterError
from skyvern_dagster.resources.browser import BrowserResource


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", "on"),
        ("on", "on"),
        ("1", "on"),
        ("retain-on-failure", "retain-on-failure"),
        ("OFF", "off"),
        ("0", "off"),
    ],
)
def test_traces_are_kept_as_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, said: str, kept: str
) -> None:
    monkeypatch.setenv("SKYVERN_TRACE", said)
    assert BrowserResource().settings().trace == kept


def test_a_field_outweighs_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYVERN_TRACE", "off")
    assert BrowserResource(trace=True).settings().trace == "on"
    monkeypatch.setenv("SKYVERN_TRACE", "on")
    assert BrowserResource(trace=False).settings().trace == "off"


def test_a_word_that_says_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYVERN_TRACE", "on-first-retry")
    with pytest.raises(ParameterError, match="retain-on-failure"):
        BrowserResource().settings()


def test_addresses_are_closed_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYVERN_BROWSER_ALLOW_PRIVATE", "0")
    monkeypatch.setenv("SKYVERN_BROWSER_PRIVATE_HOSTS", "shop.internal, books.internal")
    monkeypatch.setenv("SKYVERN_BROWSER_CLOSED_PORTS", "3000,8000")
    policy = BrowserResource().policy()
    assert not policy.allow_private
    assert policy.private_hosts == ("shop.internal", "books.internal")
    assert policy.closed_ports == (3000, 8000)
    assert BrowserResource(allow_private_addresses=True).policy().allow_private
