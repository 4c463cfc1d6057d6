"""Who looks: this project, Playwright's bare snapshot, and the processes of others."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.rivals.chromium import attachable_chromium
from benchmarks.rivals.seen import Seen, timed
from skyvern_dagster.browser.nested_controls import is_control
from skyvern_dagster.browser.page_outline import page_outline, words_of
from skyvern_dagster.browser.runtime import BrowserRuntime
from skyvern_dagster.browser.session import BrowserSession

MAX_TOKENS = 4_000
_ROOT = Path(__file__).parents[2]
_ROLES = "link|button|textbox|combobox|checkbox|radio|searchbox"
_BARE_CONTROL = re.compile(rf"^\s*- (?:(?:{_ROLES})\b|.*\[cursor=pointer\])", re.MULTILINE)


@dataclass(frozen=True)
class Contestant:
    """One of those who look.

    Attributes:
        go: Opens an address.
        look: Looks at the page, for a goal.
    """

    name: str
    go: Callable[[str], object]
    look: Callable[[str], Seen]


@contextmanager
def own_and_bare() -> Iterator[tuple[Contestant, Contestant]]:
    """This project, and Playwright's bare AI snapshot of the same page."""
    with ExitStack() as stack:
        runtime = stack.enter_context(BrowserRuntime(stack.enter_context(attachable_chromium())))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        session = runtime.run(BrowserSession.open(runtime, downloads_dir=folder))
        stack.callback(lambda: runtime.run(session.close()))

        async def ours(goal: str) -> tuple[str, int]:
            seen = await session.observe()
            text = page_outline(seen, words_of([goal]), MAX_TOKENS).text
            return text, sum(is_control(node) for node in seen.root.walk())

        async def bare() -> tuple[str, int]:
            text = await session.page.aria_snapshot(mode="ai")
            return text, len(_BARE_CONTROL.findall(text))

        yield (
            Contestant(
                "ours",
                go=lambda url: runtime.run(session.page.goto(url)),
                look=lambda goal: runtime.run(timed(lambda: ours(goal))),
            ),
            Contestant("Playwright", go=_stays, look=lambda _: runtime.run(timed(bare))),
        )


def _stays(_: str) -> None:
    """The page is already open."""


@contextmanager
def rival(name: str, command: list[str]) -> Iterator[Contestant]:
    """A rival's process, attached to a Chromium of its own.

    Args:
        name: How the table calls it.
        command: What starts it; ``{cdp}`` stands for the endpoint.
    """
    with (
        attachable_chromium() as cdp_url,
        subprocess.Popen(
            [part.format(cdp=cdp_url) for part in command],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        asked, answers = process.stdin, process.stdout
        assert asked is not None
        assert answers is not None

        def ask(line: str) -> Any:
            asked.write(f"{line}\n")
            asked.flush()
            return heard()

        def heard() -> Any:
            if not (line := answers.readline()):
                raise SystemExit(f"{name} stopped; run {' '.join(command)} to see why")
            return json.loads(line)

        heard()
        yield Contestant(name, go=ask, look=lambda _: Seen(*ask("")))
        asked.close()
        process.wait(30)


def commands(browser_use: str, stagehand: str, skyvern: str) -> Mapping[str, list[str]]:
    """How to start those rivals that are installed somewhere."""
    script = str(Path(__file__).parent / "look_stagehand.mjs")
    known = {
        "browser-use": [browser_use, "-m", "benchmarks.rivals.look_browser_use", "{cdp}"],
        "Stagehand": ["node", script, "{cdp}", stagehand],
        "Skyvern": [skyvern, "-m", "benchmarks.rivals.look_skyvern", "{cdp}"],
    }
    return {name: command for name, command in known.items() if "" not in command}
