"""Templates, compiled and rendered in this process; whoever calls it decides that this is safe."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, assert_never

import jinja2
from jinja2 import Undefined, nodes

from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.sandbox import (
    MAX_CHARACTERS,
    VALUE_OF_JSON,
    Environment,
    as_text,
    limited_work,
)

Want = Literal["text", "value", "value for text"]

_SHORT = 80
"""Characters of a template in a message: most of one expression."""

_ENVIRONMENT = Environment()
_RESULT = "value_of_the_template"
_FAILURES = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What values that don't fit raise inside a template."""


@dataclass(frozen=True)
class _Compiled:
    text: str
    template: jinja2.Template
    names: frozenset[str]

    def rendered(self, names: Mapping[str, Any]) -> str:
        parts, size = [], 0
        for part in self._run(names):
            parts.append(part)
            size += len(part)
            if size > MAX_CHARACTERS:
                raise TemplateError(
                    f"template {short(self.text)!r} gives more than a million characters"
                )
        return "".join(parts)

    def value(self, names: Mapping[str, Any]) -> Any:
        context = self.template.new_context(self._taken(names))
        for _ in self.template.root_render_func(context):
            pass
        return _plain(context.vars[_RESULT])

    def _run(self, names: Mapping[str, Any]) -> Iterator[str]:
        return self.template.root_render_func(self.template.new_context(self._taken(names)))

    def _taken(self, names: Mapping[str, Any]) -> dict[str, Any]:
        """Only what the template mentions, and a copy: a template could change a list."""
        return {name: copy.deepcopy(names[name]) for name in self.names if name in names}


def syntax_tree(template: str) -> nodes.Template:
    """What a template says.

    Raises:
        TemplateError: It is malformed.
    """
    with compiling(template):
        return _ENVIRONMENT.parse(template)


def known_filters() -> frozenset[str]:
    """The filters that templates may use."""
    return frozenset(_ENVIRONMENT.filters)


def known_tests() -> frozenset[str]:
    """The tests that templates may use."""
    return frozenset(_ENVIRONMENT.tests)


def given_here(want: Want, template: str, names: Mapping[str, Any]) -> Any:
    """What is wanted of a template: its text, its value, or a value that ends up in a text.

    Raises:
        TemplateError: As :func:`rendered_here`.
    """
    match want:
        case "text":
            return rendered_here(template, names)
        case "value":
            return evaluated_here(template, names)
        case "value for text":
            return evaluated_here(template, names, for_text=True)
        case _:
            assert_never(want)


def rendered_here(template: str, names: Mapping[str, Any]) -> str:
    """The text of a template.

    Raises:
        TemplateError: Malformed, uses a name that isn't there, does something the sandbox
            forbids, or gives more than a million characters.
    """
    compiled = _compiled(template)
    try:
        with limited_work(len(template)):
            return compiled.rendered(names)
    except _FAILURES as error:
        raise _failed(template, error) from error


def evaluated_here(template: str, names: Mapping[str, Any], *, for_text: bool = False) -> Any:
    """The value of a template that is one expression; the text of any other.

    Args:
        for_text: Whether the value ends up in a text. The filter ``json`` gives JSON there; else,
            where it is the last, it says that the value keeps its type.

    Raises:
        TemplateError: As :func:`rendered_here`.
    """
    compiled = _compiled_expression(template, for_text)
    if compiled is None:
        return rendered_here(template, names)
    try:
        with limited_work(len(template)):
            return compiled.value(names)
    except _FAILURES as error:
        raise _failed(template, error) from error


@lru_cache(maxsize=1024)
def _compiled(template: str) -> _Compiled:
    with compiling(template):
        tree = _ENVIRONMENT.parse(template)
        names = mentioned(tree)
        return _Compiled(template, _ENVIRONMENT.from_string(tree), names)


@lru_cache(maxsize=1024)
def _compiled_expression(template: str, for_text: bool) -> _Compiled | None:
    """The template's one expression, where there is nothing else but white space."""
    with compiling(template):
        expression = only_expression(_ENVIRONMENT.parse(template))
        if expression is None:
            return None
        if isinstance(expression, nodes.Filter) and expression.name == "json" and not for_text:
            expression.name = VALUE_OF_JSON
        names = mentioned(expression)
        assignment = nodes.Assign(nodes.Name(_RESULT, "store", lineno=1), expression, lineno=1)
        tree = nodes.Template([assignment], lineno=1)
        tree.set_environment(_ENVIRONMENT)
        return _Compiled(template, _ENVIRONMENT.from_string(tree), names)


def only_expression(tree: nodes.Template) -> nodes.Expr | None:
    """A template's one expression; ``None`` where there is something else beside it."""
    if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output):
        return None
    parts = [part for part in tree.body[0].nodes if not _is_blank(part)]
    if len(parts) != 1 or isinstance(parts[0], nodes.TemplateData):
        return None
    return parts[0]


@contextmanager
def compiling(template: str) -> Iterator[None]:
    """Tells what is wrong with a template that is looked at inside of it."""
    try:
        yield
    except jinja2.TemplateSyntaxError as error:  # also an unknown filter or test
        line = f" (line {error.lineno} of it)" if error.lineno > 1 else ""
        raise TemplateError(f"malformed template: {error.message}{line}") from error
    except (RecursionError, MemoryError, SyntaxError) as error:  # Python's own limits
        raise TemplateError(f"template {short(template)!r} is nested too deeply") from error


def mentioned(tree: nodes.Node) -> frozenset[str]:
    """Every name in a template, its own ones included."""
    names = {name.name for name in tree.find_all(nodes.Name)}
    return frozenset(names | {tree.name} if isinstance(tree, nodes.Name) else names)


def _is_blank(part: nodes.Expr) -> bool:
    return isinstance(part, nodes.TemplateData) and not part.data.strip()


def _plain(value: Any) -> Any:
    """A result as plain JSON values; what a template can't hand on is an error."""
    match value:
        case Undefined():
            return str(value)  # raises, with the name
        case str():
            return str(value)
        case None | bool() | int() | float():
            return value
        case dict():
            as_text(value)
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | range():
            as_text(list(value))
            return [_plain(item) for item in value]
        case _ if isinstance(value, Iterator):
            return _plain(list(value))
        case _:
            raise TypeError(f"the template gives a {type(value).__name__}, which is no plain value")


def _failed(template: str, error: BaseException) -> TemplateError:
    return TemplateError(f"{error} (in template {short(template)!r})")


def short(template: str) -> str:
    """The beginning of a template, for messages."""
    flat = " ".join(template.split())
    return flat if len(flat) <= _SHORT else flat[: _SHORT - 3] + "..."
