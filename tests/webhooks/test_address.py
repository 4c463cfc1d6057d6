"""Where webhooks may go: names, literals, and what a resolver says."""

from __future__ import annotations

import ipaddress

import pytest

from skyvern_dagster.errors import BlockedAddressError, OutgoingError
from skyvern_dagster.webhooks.address import AddressPolicy, is_public
from skyvern_dagster.webhooks.settings import WebhookSettings


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/hook",
        "http://127.1/hook",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://[::1]:8000/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://10.1.2.3/",
        "http://100.64.0.1/",
        "http://[fe80::1]/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://localhost:8000/api/v1/webhook",
        "http://LOCALHOST./",
        "http://app.localhost/",
    ],
)
def test_private(url: str) -> None:
    policy = AddressPolicy()
    with pytest.raises(BlockedAddressError, match="The host in your url is blocked"):
        policy.pinned(url)
    assert AddressPolicy(allow_private=True).check(url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://0xa9fea9fe/",
        "http://169.254.170.2/v2/credentials",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://metadata.google.internal/",
        "http://METADATA.google.internal./",
        "http://rebound.example/",
        "http://rebound.example:3000/",
        "http://127.0.0.1:3000/graphql",
        "http://127.9.9.9:3000/",
        "http://[::1]:3000/",
        "http://0.0.0.0:3000/",
        "http://localhost:3000/",
        "http://x.localhost:3000/",
    ],
)
def test_closed_whatever_is_allowed(url: str) -> None:
    policy = AddressPolicy(
        allow_private=True,
        allowed_hosts=("127.0.0.1", "169.254.169.254", "rebound.example"),
        closed_ports=(3000,),
        resolver=lambda _, port: ["127.0.0.1" if port == 3000 else "169.254.169.254"],
    )
    with pytest.raises(BlockedAddressError, match="which nothing may open"):
        policy.pinned(url)


def test_other_ports_of_this_machine_stay_open() -> None:
    policy = AddressPolicy(allow_private=True, closed_ports=(3000,))
    assert policy.pinned("http://127.0.0.1:3001/")[1] == ["127.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)",
        "http://", "http:///path", "http://exa mple.com/", "http://example.com:0/",
        "http://example.com:99999/", "http://[::1/", "http://user:secret@example.com/",
        "http://a\\b.example/", "http://example.com/\r\nx-y: z", "http:example.com",
        "http:/example.com/", "http:\\\\example.com/", "http://[fe80::1%25eth0]/",
        "http://exa\tmple.com/",
    ],
)  # fmt: skip
def test_no_web_address(url: str) -> None:
    with pytest.raises(BlockedAddressError) as caught:
        AddressPolicy(allow_private=True).check(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Hooks.Example.com/a?token=1", "https://hooks.example.com"),
        ("http://example.com:8080", "http://example.com:8080"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("https://[2606:4700::1111]:444/", "https://[2606:4700::1111]:444"),
        ("http://8.8.8.8/", "http://8.8.8.8"),
    ],
)
def test_open(url: str, origin: str) -> None:
    assert AddressPolicy().check(url).origin == origin


def test_every_address_of_a_host_must_be_open() -> None:
    policy = AddressPolicy(resolver=lambda *_: ["93.184.216.34", "10.0.0.7"])
    with pytest.raises(BlockedAddressError, match=r"hooks\.example"):
        policy.pinned("https://hooks.example/")


def test_the_resolver_is_asked_each_time() -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    policy = AddressPolicy(resolver=lambda *_: answers.pop(0))
    assert policy.pinned("https://hooks.example/")[1] == ["93.184.216.34"]
    with pytest.raises(BlockedAddressError):
        policy.pinned("https://hooks.example/")


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("hooks.corp", True),
        ("a.hooks.corp", True),
        ("evilhooks.corp", False),
        ("hooks.corp.example", False),
        ("10.0.0.7", True),
        ("10.0.0.8", False),
    ],
)
def test_hosts_that_are_allowed(host: str, allowed: bool) -> None:
    policy = AddressPolicy(
        allowed_hosts=("hooks.corp", "10.0.0.7"), resolver=lambda *_: ["10.9.9.9"]
    )
    if allowed:
        assert policy.pinned(f"http://{host}/")[1]
    else:
        with pytest.raises(BlockedAddressError):
            policy.pinned(f"http://{host}/")


@pytest.mark.parametrize("ip", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public(ip: str) -> None:
    assert is_public(ipaddress.ip_address(ip))


def test_settings_from_the_environment() -> None:
    assert WebhookSettings.from_environment({}).scheme == "v0"
    settings = WebhookSettings.from_environment(
        {
            "SKYVERN_WEBHOOK_SIGNATURE": "body",
            "SKYVERN_WEBHOOK_CANCELED": "true",
            "SKYVERN_WEBHOOK_ALLOW_PRIVATE": "no",
            "SKYVERN_WEBHOOK_ALLOWED_HOSTS": " a.corp, ,b.corp",
        }
    )
    assert (settings.scheme, settings.send_canceled) == ("body", True)
    assert settings.policy == AddressPolicy(allowed_hosts=("a.corp", "b.corp"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("SKYVERN_WEBHOOK_SIGNATURE", "md5"), ("SKYVERN_WEBHOOK_ALLOW_PRIVATE", "maybe")],
)
def test_settings_that_are_none(name: str, value: str) -> None:
    with pytest.raises(OutgoingError, match=name):
        WebhookSettings.from_environment({name: value})
