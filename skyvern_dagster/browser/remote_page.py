"""A page for code that runs in another process: Playwright's own objects, asked for by name.

The code sees what is listed here and nothing else: nothing that reads or writes files of this
machine, leaves the session, or sends requests past the browser's network policy.
"""

from __future__ import annotations

import base64
import inspect
from typing import TYPE_CHECKING, Any

from skyvern_dagster.browser.fetching import reason_of
from skyvern_dagster.browser.navigation import absolute
from skyvern_dagster.errors import SkyvernDagsterError

if TYPE_CHECKING:
    from skyvern_dagster.browser.session import BrowserSession

_FINDING = (
    "locator", "get_by_role", "get_by_text", "get_by_label", "get_by_placeholder",
    "get_by_alt_text", "get_by_title", "get_by_test_id", "frame_locator",
)  # fmt: skip
_ACTING = (
    "click", "dblclick", "fill", "type", "press", "check", "uncheck", "set_checked", "hover", "tap",
    "focus", "select_option", "set_input_files", "drag_and_drop", "dispatch_event",
)  # fmt: skip
_ASKING = (
    "inner_text", "inner_html", "text_content", "input_value", "get_attribute", "is_visible",
    "is_hidden", "is_enabled", "is_disabled", "is_checked", "is_editable", "evaluate",
    "evaluate_handle",
)  # fmt: skip

_MEMBERS: dict[str, tuple[str, ...]] = {
    "Page": (
        *_FINDING, *_ACTING, *_ASKING, "goto", "reload", "go_back", "go_forward", "title",
        "content", "url", "main_frame", "frames", "frame", "keyboard", "mouse", "query_selector",
        "query_selector_all", "eval_on_selector", "eval_on_selector_all", "wait_for_selector",
        "wait_for_load_state", "wait_for_url", "wait_for_timeout", "wait_for_function",
        "expect_download", "expect_popup", "expect_navigation", "expect_response",
        "expect_request", "screenshot", "bring_to_front", "viewport_size", "is_closed", "close",
        "set_default_timeout",
    ),
    "Frame": (
        *_FINDING, *_ACTING, *_ASKING, "goto", "title", "content", "url", "name", "parent_frame",
        "child_frames", "query_selector", "query_selector_all", "wait_for_selector",
        "wait_for_load_state", "wait_for_url", "wait_for_timeout", "wait_for_function",
    ),
    "Locator": (
        *_FINDING, *_ACTING, *_ASKING, "first", "last", "nth", "filter", "or_", "and_", "count",
        "all", "all_inner_texts", "all_text_contents", "wait_for", "scroll_into_view_if_needed",
        "bounding_box", "evaluate_all", "press_sequentially", "clear", "drag_to", "select_text",
        "screenshot", "content_frame", "element_handle", "blur",
    ),
    "FrameLocator": (*_FINDING, "first", "last", "nth", "owner"),
    "ElementHandle": (
        *_ACTING, *_ASKING, "query_selector", "query_selector_all", "bounding_box",
        "scroll_into_view_if_needed", "wait_for_selector", "wait_for_element_state", "screenshot",
        "select_text", "content_frame", "eval_on_selector", "eval_on_selector_all",
    ),
    "JSHandle": ("json_value", "get_property", "evaluate", "as_element"),
    "Response": (
        "url", "status", "status_text", "ok", "headers", "all_headers", "text", "json", "body",
        "request", "header_value",
    ),
    "Request": ("url", "method", "headers", "post_data", "resource_type", "header_value"),
    "Download": ("url", "suggested_filename", "failure", "cancel"),
    "Keyboard": ("down", "up", "press", "type", "insert_text"),
    "Mouse": ("move", "down", "up", "click", "dblclick", "wheel"),
    "AsyncEventContextManager": (),
    "AsyncEventInfo": ("value", "is_done"),
}  # fmt: skip
"""What code may use of each of Playwright's classes (Playwright 1.65's names)."""

_FILES = frozenset({"path", "script", "har", "behavior", "record_har_path", "style_path"})
"""Arguments that name files of this machine."""

_MOST_OBJECTS = 20_000
"""Handles that one piece of code may hold; a loop without end would fill the worker's memory."""


class RemotePage:
    """What code in another process does on a session.

    Args:
        session: The session.
    """

    def __init__(self, session: BrowserSession) -> None:
        self._session = session
        self._objects: list[Any] = []
        self._described: set[str] = set()

    @property
    def start(self) -> dict[str, Any]:
        """The current page, as the code is given it."""
        given: dict[str, Any] = self._given(self._session.page)
        return given

    async def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Does what the code asks for.

        Returns:
            ``{"value": ...}``, or ``{"error": ...}`` where it isn't allowed or has failed.
        """
        from playwright.async_api import Error

        try:
            return {"value": self._given(await self._done(message))}
        except Error as error:
            return {"error": reason_of(error)}
        except RecursionError:
            return {"error": "the value holds itself, or is nested too deeply, to be given to code"}
        except (SkyvernDagsterError, PermissionError, LookupError, TypeError, ValueError) as error:
            return {"error": str(error)}

    async def _done(self, message: dict[str, Any]) -> Any:
        thing = self._objects[int(message["on"])]
        match message["do"]:
            case "get" | "call":
                return await self._member(thing, message)
            case "enter":
                return await thing.__aenter__()
            case "exit":
                failure = RuntimeError("the code failed") if message.get("failed") else None
                await thing.__aexit__(type(failure) if failure else None, failure, None)
                return None
            case other:
                raise PermissionError(f"{other!r} isn't known")

    async def _member(self, thing: Any, message: dict[str, Any]) -> Any:
        name = str(message["name"])
        if name not in _MEMBERS.get(type(thing).__name__, ()):
            raise PermissionError(f"{type(thing).__name__}.{name} isn't available in code blocks")
        value = getattr(thing, name)
        if message["do"] == "call":
            args = [self._taken(each) for each in message.get("args", ())]
            named = {key: self._taken(each) for key, each in message.get("named", {}).items()}
            await self._check(thing, name, args, named)
            value = value(*args, **named)
        return await value if inspect.isawaitable(value) else value

    async def _check(self, thing: Any, name: str, args: list[Any], named: dict[str, Any]) -> None:
        """Holds that nothing of this machine is read or written, and addresses are allowed ones."""
        if files := sorted(_FILES & named.keys()):
            raise PermissionError(f"{name}: {files[0]!r} would be a file of this machine")
        if name == "set_input_files":
            has_selector = type(thing).__name__ in ("Page", "Frame")
            given = args[1:] if has_selector and args else args
            given = [*given, *(each for key, each in named.items() if key != "selector")]
            if not all(map(_is_content, given)):
                raise PermissionError(
                    "set_input_files takes contents here, not paths: "
                    '{"name": ..., "mimeType": ..., "buffer": b"..."}'
                )
        if name == "goto":
            address = str(named.get("url", args[0] if args else ""))
            await self._session.options.policy.check(absolute(self._session.page.url, address))

    def _taken(self, value: Any) -> Any:
        """A value of the code's, with the things that it stands for."""
        match value:
            case {"__remote__": number}:
                return self._objects[int(number)]
            case {"__bytes__": text}:
                return base64.b64decode(text)
            case dict():
                return {key: self._taken(item) for key, item in value.items()}
            case list():
                return [self._taken(item) for item in value]
            case _:
                return value

    def _given(self, value: Any) -> Any:
        """A value as the code gets it."""
        match value:
            case None | bool() | int() | float() | str():
                return value
            case bytes():
                return {"__bytes__": base64.b64encode(value).decode()}
            case dict():
                return {str(key): self._given(item) for key, item in value.items()}
            case list() | tuple():
                return [self._given(item) for item in value]
            case _ if type(value).__name__ in _MEMBERS:
                return self._handle(value)
            case _:
                raise TypeError(f"a {type(value).__name__} can't be given to code")

    def _handle(self, thing: Any) -> dict[str, Any]:
        if len(self._objects) == _MOST_OBJECTS:
            raise LookupError(f"the code has asked for more than {_MOST_OBJECTS:,} things")
        self._objects.append(thing)
        kind = type(thing)
        return {
            "__remote__": len(self._objects) - 1,
            "type": kind.__name__,
            "members": _described(kind),
        }


def _described(kind: type) -> dict[str, list[str]]:
    """Which of its members are properties, and what has to be awaited."""
    names = [name for name in _MEMBERS[kind.__name__] if hasattr(kind, name)]
    properties = [
        name for name in names if isinstance(inspect.getattr_static(kind, name), property)
    ]
    methods = [name for name in names if name not in properties]
    awaited = [name for name in methods if inspect.iscoroutinefunction(getattr(kind, name))]
    if kind.__name__ == "AsyncEventInfo":
        awaited.append("value")
    return {"properties": properties, "methods": methods, "awaited": awaited}


def _is_content(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_content(each) for each in value)
    return not isinstance(value, str) and (not isinstance(value, dict) or "buffer" in value)
