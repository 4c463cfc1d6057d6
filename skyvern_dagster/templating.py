"""Jinja templates of workflow definitions: sandboxed, strict about names, bounded in size."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, meta
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from skyvern_dagster.errors import TemplateError

MAX_RENDERED_CHARACTERS = 1_000_000
_SINGLE_EXPRESSION = re.compile(r"^\s*\{\{((?:(?!\}\}|\{\{).)+)\}\}\s*$", re.DOTALL)


class _Environment(SandboxedEnvironment):
    """Also keeps ``"a" * 10**9`` and the like from filling the memory."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and isinstance(right, int | float) and abs(right) > 64:
            raise SecurityError("exponents above 64 are not allowed")
        if operator == "*":
            for text, count in ((left, right), (right, left)):
                repeats = isinstance(text, str | list | tuple) and isinstance(count, int)
                if repeats and len(text) * count > MAX_RENDERED_CHARACTERS:
                    raise SecurityError("the repeated value is too large")
        return super().call_binop(context, operator, left, right)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _environment() -> _Environment:
    environment = _Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters["json"] = _json
    environment.filters["tojson"] = _json
    return environment


_ENVIRONMENT = _environment()


def is_template(text: str) -> bool:
    """Whether the text holds Jinja markup."""
    return "{{" in text or "{%" in text or "{#" in text


@lru_cache(maxsize=1024)
def names_used(template: str) -> frozenset[str]:
    """The names that a template takes from outside.

    Raises:
        TemplateError: The template is malformed.
    """
    try:
        return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(template)))
    except TemplateSyntaxError as error:
        raise TemplateError(f"malformed template: {error.message}") from error


def render(template: str, names: Mapping[str, Any]) -> str:
    """Renders a template to text.

    Raises:
        TemplateError: Malformed, uses a name that isn't there, does something the sandbox
            forbids, or gives more than a million characters.
    """
    if not is_template(template):
        return template
    try:
        text = _ENVIRONMENT.from_string(template).render(dict(names))
    except TemplateSyntaxError as error:
        raise TemplateError(f"malformed template: {error.message}") from error
    except UndefinedError as error:
        raise TemplateError(f"{error.message} (in template {_short(template)!r})") from error
    except (SecurityError, TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise TemplateError(f"{error} (in template {_short(template)!r})") from error
    if len(text) > MAX_RENDERED_CHARACTERS:
        raise TemplateError(f"template {_short(template)!r} gives more than a million characters")
    return text


def evaluate(template: str, names: Mapping[str, Any]) -> Any:
    """Like :func:`render`, but a template that is one expression keeps its value's type.

    Raises:
        TemplateError: As :func:`render`.
    """
    single = _SINGLE_EXPRESSION.match(template)
    if single is None:
        return render(template, names)
    try:
        value = _ENVIRONMENT.compile_expression(single.group(1), undefined_to_none=False)(
            **{name: names[name] for name in names_used(template) if name in names}
        )
    except TemplateSyntaxError as error:
        raise TemplateError(f"malformed template: {error.message}") from error
    except (UndefinedError, SecurityError, TypeError, ValueError, ZeroDivisionError) as error:
        raise TemplateError(f"{error} (in template {_short(template)!r})") from error
    if isinstance(value, StrictUndefined):
        raise TemplateError(f"{_short(template)!r} uses a name that isn't there")
    return value


def _short(template: str) -> str:
    flat = " ".join(template.split())
    return flat if len(flat) <= 80 else flat[:77] + "..."
