"""The process that a ``code`` block's Python runs in; started by its path, it imports nothing here.

Talks with its parent in lines of JSON over the socket whose number is its first argument: gets one
job, asks for what is done on the page, and says at last what came of it.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import builtins
import contextlib
import datetime as dates
import html
import importlib.util
import json
import math
import re
import resource
import socket
import sys
import traceback
import types
from collections.abc import Generator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

_NAME = "<code>"
GIVEN = {
    "asyncio": asyncio,
    "datetime": dates,
    "html": html,
    "json": json,
    "re": re,
    "sleep": asyncio.sleep,
}
"""What Skyvern's code blocks have without an import, which they may not write."""
_MOST_DEPTH = 50
"""Of a result within itself. Arbitrary: half of what definitions may have."""


class Returned(BaseException):
    """A ``return`` at the top level, which ends the code with its value."""

    def __init__(self, value: Any) -> None:
        super().__init__("returned")
        self.value = value


class Credential(dict[str, str]):
    """A credential's fields: ``login.username``, or ``login["username"]``."""

    def __getattr__(self, name: str) -> str:
        if name in self:
            return self[name]
        raise AttributeError(f"the credential has no field {name!r}: it has {', '.join(self)}")


class Parent:
    """The other end of the socket."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._members: dict[str, dict[str, list[str]]] = {}

    def read(self) -> Any:
        """The next message."""
        return json.loads(self._stream.readline())

    def say(self, message: Any) -> None:
        """Sends a message."""
        self._stream.write(json.dumps(message).encode() + b"\n")
        self._stream.flush()

    def ask(self, **message: Any) -> Any:
        """Sends a question and gives its answer.

        Raises:
            Exception: What it asks for isn't allowed, or has failed on the page.
        """
        self.say(message)
        answer = self.read()
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return self.received(answer["value"])

    def sent(self, value: Any) -> Any:
        """A value as it goes over the socket."""
        match value:
            case Remote():
                return {"__remote__": value.__dict__["_id"]}
            case bytes() | bytearray():
                return {"__bytes__": base64.b64encode(value).decode()}
            case dict():
                return {str(key): self.sent(item) for key, item in value.items()}
            case list() | tuple():
                return [self.sent(item) for item in value]
            case None | bool() | int() | float() | str():
                return value
            case _:
                raise TypeError(f"a {type(value).__name__} can't be given to the page")

    def received(self, value: Any) -> Any:
        """A value as it came."""
        match value:
            case {"__remote__": number, "type": kind, "members": members}:
                self._members.setdefault(kind, members)
                return Remote(self, number, kind)
            case {"__bytes__": text}:
                return base64.b64decode(text)
            case dict():
                return {key: self.received(item) for key, item in value.items()}
            case list():
                return [self.received(item) for item in value]
            case _:
                return value

    def members(self, kind: str) -> dict[str, list[str]]:
        """What things of a kind have: properties and methods."""
        return self._members[kind]


class Remote:
    """Something of Playwright's that lives in the parent: a page, a locator, a response."""

    def __init__(self, parent: Parent, number: int, kind: str) -> None:
        self.__dict__.update(_parent=parent, _id=number, _kind=kind)

    def __getattr__(self, name: str) -> Any:
        parent, number, kind = (self.__dict__[key] for key in ("_parent", "_id", "_kind"))
        members = parent.members(kind)
        if name in members["properties"]:
            value = parent.ask(do="get", on=number, name=name)
            return Done(value) if name in members["awaited"] else value
        if name in members["methods"]:
            return lambda *args, **named: self._call(name, args, named)
        raise AttributeError(f"{kind}.{name} isn't available in code blocks")

    def _call(self, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        parent, number, kind = (self.__dict__[key] for key in ("_parent", "_id", "_kind"))
        value = parent.ask(
            do="call", on=number, name=name, args=parent.sent(args), named=parent.sent(named)
        )
        return Done(value) if name in parent.members(kind)["awaited"] else value

    async def __aenter__(self) -> Any:
        return self.__dict__["_parent"].ask(do="enter", on=self.__dict__["_id"])

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.__dict__["_parent"].ask(do="exit", on=self.__dict__["_id"], failed=kind is not None)

    def __repr__(self) -> str:
        return f"<{self.__dict__['_kind']}>"


class Done:
    """What has been done already, for code that awaits it."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Generator[None, None, Any]:
        yield from ()
        return self._value


class _Returns(ast.NodeTransformer):
    """Makes each ``return`` outside of functions one that ends the code."""

    def visit_Return(self, node: ast.Return) -> ast.AST:
        value = node.value or ast.Constant(None)
        call = ast.Call(ast.Name("__returned__", ast.Load()), [value], [])
        return ast.copy_location(ast.Raise(call, None), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node


def carried_out(source: str, names: dict[str, Any]) -> dict[str, Any]:
    """What code leaves: its variables, or what it returned; and what couldn't be kept."""
    tree = ast.fix_missing_locations(_Returns().visit(ast.parse(source, _NAME)))
    compiled = compile(tree, _NAME, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    # Libraries look for ``__builtins__`` among the variables of whoever imports them.
    own = {"__name__": "__main__", "__builtins__": builtins, "__returned__": Returned}
    space: dict[str, Any] = {**own, **GIVEN, **names}
    before = dict(space)
    try:
        run = types.FunctionType(compiled, space)()
        if asyncio.iscoroutine(run):
            asyncio.run(run)
    except Returned as returned:
        value = returned.value
        return kept(value if isinstance(value, Mapping) else {"result": value})
    made = {
        name: value
        for name, value in space.items()
        if not name.startswith("_") and not (name in before and before[name] is value)
    }
    return kept({name: value for name, value in made.items() if not _is_tool(value)})


def _is_tool(value: Any) -> bool:
    tools = types.ModuleType | types.FunctionType | types.BuiltinFunctionType | type
    return isinstance(value, tools) or type(value).__module__ == "__future__"


def kept(made: Mapping[Any, Any]) -> dict[str, Any]:
    """The values that JSON can hold, and the names of the others."""
    values, left_out = {}, []
    for name, value in made.items():
        try:
            values[str(name)] = plain(value, 0)
        except (TypeError, ValueError) as error:
            left_out.append(f"{name} ({error})")
    return {"value": values, "left_out": left_out}


def plain(value: Any, depth: int) -> Any:
    """A value as JSON has it."""
    if depth > _MOST_DEPTH:
        raise ValueError("nested too deeply")
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{value} is no number of JSON's")
            return value
        case Decimal():
            return plain(float(value), depth)
        case datetime() | date() | time():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item, depth + 1) for key, item in value.items()}
        case list() | tuple():
            return [plain(item, depth + 1) for item in value]
        case set() | frozenset():
            return [plain(item, depth + 1) for item in sorted(value, key=str)]
        case _:
            raise TypeError(f"a {type(value).__name__}")


def what_went_wrong(error: BaseException) -> str:
    """The error, and the line of the code that it came from."""
    if isinstance(error, MemoryError):
        return "MemoryError: it needs more memory than code blocks may use"
    if isinstance(error, SyntaxError) and error.filename == _NAME:
        return f"line {error.lineno}: SyntaxError: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    line = next((frame.lineno for frame in reversed(frames) if frame.filename == _NAME), None)
    where = f"line {line}: " if line else ""
    return f"{where}{type(error).__name__}: {error}"


def limit(job: dict[str, Any]) -> None:
    """Takes away what code isn't to have."""
    for what, most in (
        (resource.RLIMIT_AS, job["memory_bytes"]),
        (resource.RLIMIT_CPU, math.ceil(job["seconds"]) + 1),
        (resource.RLIMIT_FSIZE, job["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (wanted, wanted))
    beside = Path(__file__).parents[1] / "process" / "confinement.py"
    spec = importlib.util.spec_from_file_location("confinement", beside)
    assert spec is not None
    assert spec.loader is not None
    confinement = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(confinement)
    confinement.confine(strictly=job["strictly"], folder=Path.cwd())


def main() -> None:
    """Does the one job."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    stream: Any = connection.makefile("rwb")
    parent = Parent(stream)
    job = parent.read()
    limit(job)
    names = dict(job["names"])
    credentials = {name: Credential(names[name]) for name in job["credentials"]}
    if len(credentials) == 1:  # its fields, too, as variables
        names = {**next(iter(credentials.values())), **names}
    names |= credentials
    if job["page"] is not None:
        names["page"] = parent.received(job["page"])
    try:
        answer = carried_out(job["code"], names)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever code raises, also SystemExit
        answer = {"error": what_went_wrong(error)}
    sys.stdout.flush()
    with contextlib.suppress(BrokenPipeError):
        parent.say({"do": "end", **answer})


if __name__ == "__main__":
    main()
