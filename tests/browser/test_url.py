"""Our reading of an address is Chromium's, whatever the address looks like."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyvern_dagster.addresses.url import parse_url
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession

BASE = "https://shop.example/a/b?c#d"
WRITTEN = Path(__file__).with_name("addresses.txt")
READ = """([texts, base]) => texts.map((text) => {
  try {
    const url = new URL(text, base || undefined);
    return [url.protocol, url.hostname, url.port, url.href, Boolean(url.username || url.password)];
  } catch { return null; }
})"""

_PIECES = [
    "http", "https", "HTTPS", "ftp", "ws", "javascript", "data", "view-source", "blob", "about",
    "file", ":", "/", "//", "///", "\\", "@", ".", "。", "．", "｡", "?", "#", "%", "%2e", "%40",
    "%00", "%zz", "\t", "\n", "\r", " ", "\x00", "\u00ad", "\u200d", "[", "]", "::1", "::ffff:",
    "fe80::1%25eth0", "127.0.0.1", "0x7f", "0177.1", "2130706433", "１２７", "256", "evil.test",
    "shop.example", "bücher", "faß", "xn--bcher-kva", "xn--", "ß", "İ", "ｅｖｉｌ", "Ⅷ",
    "user:pass", "80", "443", "0", "65535", "65536", "-", "_", "~", "|", "^", "<", "*", "&", "é",
    "日本", "💥",
]  # fmt: skip
_JOINED = st.lists(st.sampled_from(_PIECES), max_size=9).map("".join)
_ADDRESSED = st.tuples(
    st.sampled_from(["http:", "https:", "https:/", "https://", "https:///", "//", "\\\\", "ht\ntp://"]),
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6).map("".join),
    st.sampled_from(["", "/", "/p?q#f", "\\x", "?x@y"]),
).map("".join)  # fmt: skip


class Chromium:
    """Reads addresses in a page."""

    def __init__(self, runtime: BrowserRuntime, session: BrowserSession) -> None:
        self._runtime = runtime
        self._session = session

    def read(self, texts: list[str], base: str = "") -> list[Any]:
        page = self._session.page
        return list(self._runtime.run(page.evaluate(READ, [texts, base])))


@pytest.fixture(scope="module")
def chromium(
    runtime: BrowserRuntime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium]:
    folder = tmp_path_factory.mktemp("files")
    session = runtime.run(BrowserSession.open(runtime, downloads_dir=folder))
    yield Chromium(runtime, session)
    runtime.run(session.close())


def _ours(text: str, base: str = "") -> Any:
    found = parse_url(text, base or None)
    return found and (found.scheme, found.host, found.port, found.has_login)


def _theirs(read: Any) -> Any:
    if read is None:
        return None
    protocol, host, port, _, has_login = read
    scheme = protocol.removesuffix(":")
    usual = {"http": 80, "https": 443, "ws": 80, "wss": 443}.get(scheme)
    bare = host.removeprefix("[").removesuffix("]").rstrip(".").lower()
    return scheme, bare, int(port) if port else usual, has_login


def _check(chromium: Chromium, texts: list[str], base: str = "") -> None:
    for text, read in zip(texts, chromium.read(texts, base), strict=True):
        ours, theirs = _ours(text, base), _theirs(read)
        if theirs is not None and "%" in theirs[1]:
            # Chromium writes what no server's name can have as %20, where we refuse it.
            assert ours is None, repr(text)
        else:
            assert ours == theirs, repr(text)


def test_addresses_that_attacks_are_written_with(chromium: Chromium) -> None:
    lines = WRITTEN.read_text(encoding="utf-8").splitlines()
    texts = [line.encode().decode("unicode_escape") if "\\" in line else line for line in lines]
    assert len(texts) > 60
    for base in ("", BASE):
        _check(chromium, texts, base)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.one_of(_JOINED, _ADDRESSED, st.text(max_size=12)), min_size=60, max_size=120))
def test_any_address(chromium: Chromium, texts: list[str]) -> None:
    for base in ("", BASE):
        _check(chromium, texts, base)
