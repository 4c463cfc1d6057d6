"""The Jinja environment of workflow definitions: sandboxed, strict about names, bounded in work.

Jinja's own sandbox keeps templates away from Python's internals. It doesn't keep them from filling
the memory or running for hours, so everything that can multiply is counted or sized here.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2 import Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from skyvern_dagster.templating.absent import AbsentValue

MAX_CHARACTERS = 1_000_000
"""Of one rendered text, and of any text (or items of any list) on the way to it."""

_WORK = 20_000_000
"""Characters that one rendering may go through: twenty of the longest texts. Arbitrary: loops
over 20,000 rows have to fit, and its end must come within seconds."""

_COST_OF_A_CALL = 400
"""In characters: an estimate. With it, one rendering makes 50,000 calls at most."""

_MAX_BITS = 20_000
"""A number of 6,000 digits, computed in no time; Python itself writes out no more than 4,300.
Arbitrary above those."""

_PADDING_METHODS = frozenset({"center", "expandtabs", "ljust", "rjust", "zfill"})
_SIZED_FILTERS = ("batch", "center", "indent", "round", "slice")
_WIDE_FORMAT = re.compile(
    r"%[^a-zA-Z%]*(?:\*|\d{6})"  # %*d, %999999d
    r"|\{[^{}]*:[^{}]*\d{6}|\{[^{}]+\{"  # {:999999}, {:{}}
)
_LOOP_FILTER = "counted_loop"
_CONCAT_FILTER = "sized_concat"
VALUE_OF_JSON = "value_of_json"
"""What the filter ``json`` is where it is the last of a template's one expression."""

_left: ContextVar[list[int] | None] = ContextVar("template_work_left", default=None)


@contextmanager
def limited_work(cost_of_a_turn: int) -> Iterator[None]:
    """While it is open, loops, calls and output draw on one budget.

    Args:
        cost_of_a_turn: What a loop's turn or a call costs: the template's length, since no turn
            can write more fixed text than that.
    """
    token = _left.set([_WORK, cost_of_a_turn])
    try:
        yield
    finally:
        _left.reset(token)


def _spend(characters: int | None = None) -> None:
    left = _left.get()
    if left is None:  # folding constants while a template is compiled
        return
    left[0] -= left[1] if characters is None else characters
    if left[0] < 0:
        raise SecurityError("the template does too much work (loops, calls, text)")


def _check_size(size: int) -> None:
    if size > MAX_CHARACTERS:
        raise SecurityError("a value of the template is too large")


def as_text(value: Any) -> str:
    """A value as the text that a template puts out for it."""
    if isinstance(value, list | tuple | dict):
        _check_size(_leaves(value))
    return str(value)


def as_json(value: Any, indent: int | None = None) -> str:
    """A value as JSON text, for the filters ``json`` and ``tojson``."""
    if isinstance(value, Undefined):
        str(value)  # raises, where it is an unknown name
        return "null"
    _check_size(_leaves(value))
    _check_numbers(value, indent)
    return json.dumps(value, ensure_ascii=False, indent=indent, default=_as_list)


def _value_of_json(value: Any, indent: int | None = None) -> Any:
    """What a reader of the JSON text would have; it is as much as that text may be."""
    as_json(value, indent)
    return None if isinstance(value, Undefined) else value


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, Iterator | range | set):
        return list(value)
    raise TypeError(f"a {type(value).__name__} can't be written as JSON")


def _leaves(value: Any) -> int:
    """How much there is to write out; stops counting above the limit (lists can share parts)."""
    count, rest = 0, [value]
    while rest and count <= MAX_CHARACTERS:
        item = rest.pop()
        if isinstance(item, Undefined):
            str(item)  # raises, where it is an unknown name
            continue
        count += len(item) if isinstance(item, str) else 1
        if isinstance(item, dict):
            rest += [*item, *item.values()]
        elif isinstance(item, list | tuple | set):
            rest += item
    return count


class Environment(SandboxedEnvironment):
    """Jinja for definitions; render inside :func:`limited_work`."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self) -> None:
        super().__init__(undefined=AbsentValue, keep_trailing_newline=True, finalize=_finalized)
        del self.globals["lipsum"]
        self.filters["json"] = self.filters["tojson"] = as_json
        self.filters[VALUE_OF_JSON] = _value_of_json
        self.filters["string"] = as_text
        self.filters["format"] = _guarded(self.filters["format"], _check_format)
        for name in _SIZED_FILTERS:
            self.filters[name] = _guarded(self.filters[name], _check_numbers)
        for name, check in (("replace", _check_replace), ("join", _check_join)):
            self.filters[name] = _guarded(self.filters[name], check)
        self.filters[_LOOP_FILTER] = _counted_loop
        self.filters[_CONCAT_FILTER] = _sized_concat

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Jinja's hook for the operators above; constants are not folded past it."""
        match operator:
            case "**":
                _check_power(left, right)
            case "*":
                _check_product(left, right)
            case "+" if isinstance(left, str | list | tuple):
                _check_size(len(left) + (len(right) if hasattr(right, "__len__") else 0))
            case "%" if isinstance(left, str):
                _check_format(left)
            case _:
                pass
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Jinja's hook for every call in a template."""
        _spend()
        _spend(_COST_OF_A_CALL)
        owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
        if isinstance(owner, str):
            _check_method(owner, name, args)
        elif isinstance(owner, list) and name == "extend" and args:
            _check_size(len(owner) + len(args[0]))
        return super().call(context, function, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Jinja's hook for ``str.format``, which it replaces by a safe one."""
        wrapped = super().wrap_str_format(value)
        if wrapped is not None:
            _check_format(value.__self__)
        return wrapped

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        return super()._generate(_Bounding().visit(source), *args, **kwargs)


class _Bounding(NodeTransformer):
    """Puts the counting filters into the syntax tree, and takes fields before methods.

    Jinja takes the method of a mapping before its field of that name: ``{{ order.items }}`` would
    be a function, and the list of an API's answer out of reach. What is called stays a method.
    """

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Getitem:  # noqa: N802
        self.generic_visit(node)
        name = nodes.Const(node.attr, lineno=node.lineno)
        return nodes.Getitem(node.node, name, node.ctx, lineno=node.lineno)

    def visit_Call(self, node: nodes.Call) -> nodes.Call:  # noqa: N802
        function = node.node
        if not isinstance(function, nodes.Getattr):
            self.generic_visit(node)
            return node
        function.node = self.visit(function.node)
        node.args = [self.visit(each) for each in node.args]
        node.kwargs = [self.visit(each) for each in node.kwargs]
        for name in ("dyn_args", "dyn_kwargs"):
            given = getattr(node, name)
            setattr(node, name, None if given is None else self.visit(given))
        return node

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - the visitor's names
        self.generic_visit(node)
        node.iter = _filter(node.iter, _LOOP_FILTER)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), _CONCAT_FILTER)


def _filter(value: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(value, name, [], [], None, None, lineno=value.lineno)


# `pass_context` keeps Jinja from evaluating these two while it compiles.
@pass_context
def _counted_loop(_context: Context, items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        _spend()
        yield item


@pass_context
def _sized_concat(_context: Context, parts: list[Any]) -> str:
    texts = [as_text(part) for part in parts]
    _check_size(sum(map(len, texts)))
    return "".join(texts)


def _finalized(value: Any) -> str:
    text = as_text(value)
    _spend(len(text))
    return text


def _guarded(function: Callable[..., Any], check: Callable[..., None]) -> Callable[..., Any]:
    passes_context = hasattr(function, "jinja_pass_arg")

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _spend()
        check(*args[passes_context:], *kwargs.values())
        return function(*args, **kwargs)

    return guarded


def _check_numbers(_value: Any, *arguments: Any) -> None:
    for argument in arguments:
        if isinstance(argument, int):
            _check_size(abs(argument))


def _check_format(text: Any, *_arguments: Any) -> None:
    if _WIDE_FORMAT.search(str(text)):
        raise SecurityError("formats with such a width are not allowed")


def _check_replace(text: Any, old: Any, new: Any, *_rest: Any) -> None:
    text, old = str(text), str(old)
    times = text.count(old)
    _check_size(len(text) + times * len(str(new)))


def _check_join(items: Any, separator: Any = "", *_rest: Any) -> None:
    if hasattr(items, "__len__"):
        _check_size(len(items) * len(str(separator)) + _leaves(items))


def _check_method(text: str, name: str, args: tuple[Any, ...]) -> None:
    if name in _PADDING_METHODS:
        _check_numbers(text, *args)
    elif name == "replace" and len(args) > 1:
        _check_replace(text, *args)
    elif name == "join" and args:
        _check_join(args[0], text)


def _check_power(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > _MAX_BITS:
        raise SecurityError("the power is too large")


def _check_product(left: Any, right: Any) -> None:
    for value, count in ((left, right), (right, left)):
        if isinstance(value, str | list | tuple) and isinstance(count, int):
            _check_size(len(value) * count)
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() + right.bit_length()
        if bits > _MAX_BITS:
            raise SecurityError("the product is too large")
