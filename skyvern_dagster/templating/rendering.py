"""Jinja templates of workflow definitions: sandboxed, strict about names, bounded.

Nearly all templates put values into texts; these are rendered right here. Whatever can multiply (a
loop, a call, arithmetic) is rendered in a process of its own, whose memory and time are bounded.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import meta, nodes

from skyvern_dagster.templating.absent import without
from skyvern_dagster.templating.compiled import (
    Want,
    compiling,
    given_here,
    known_filters,
    known_tests,
    mentioned,
    syntax_tree,
)
from skyvern_dagster.templating.growth import cannot_grow
from skyvern_dagster.templating.renderer import asked


def is_template(text: str) -> bool:
    """Whether the text holds Jinja markup."""
    return "{{" in text or "{%" in text or "{#" in text


@lru_cache(maxsize=1024)
def names_used(template: str) -> frozenset[str]:
    """The names that a template takes from outside.

    Raises:
        TemplateError: The template is malformed.
    """
    with compiling(template):
        return frozenset(meta.find_undeclared_variables(syntax_tree(template)))


@lru_cache(maxsize=1024)
def unknown_filters(template: str) -> frozenset[str]:
    """The filters and tests of a template that there are not.

    Raises:
        TemplateError: The template is malformed.
    """
    tree = syntax_tree(template)
    filters = {each.name for each in tree.find_all(nodes.Filter)} - known_filters()
    tests = {each.name for each in tree.find_all(nodes.Test)} - known_tests()
    return frozenset(filters | tests)


@lru_cache(maxsize=1024)
def names_asked_for(template: str) -> frozenset[str]:
    """The names that a template asks whether they are there: ``x is defined``, ``x | default(1)``.

    Raises:
        TemplateError: The template is malformed.
    """
    tree = syntax_tree(template)
    asking: list[nodes.Node | None] = [
        *(each.node for each in tree.find_all(nodes.Filter) if each.name in ("default", "d")),
        *(each.node for each in tree.find_all(nodes.Test) if each.name in ("defined", "undefined")),
    ]
    return frozenset(each.name for each in asking if isinstance(each, nodes.Name))


@lru_cache(maxsize=1024)
def text_between(template: str, between: str = "") -> str:
    """What stands in a template outside of its expressions and tags.

    Args:
        template: The template.
        between: What to put in the place of each expression.

    Raises:
        TemplateError: The template is malformed.
    """
    printed = (each for each in syntax_tree(template).body if isinstance(each, nodes.Output))
    parts = (part for each in printed for part in each.nodes)
    return "".join(part.data if isinstance(part, nodes.TemplateData) else between for part in parts)


def render(template: str, names: Mapping[str, Any]) -> str:
    """Renders a template to text.

    Raises:
        TemplateError: Malformed, uses a name that isn't there, does something the sandbox
            forbids, gives more than a million characters, or takes too much memory or time.
    """
    return str(_given("text", template, names)) if is_template(template) else template


def evaluate(template: str, names: Mapping[str, Any]) -> Any:
    """Like :func:`render`, but a template that is one expression keeps its value's type.

    So it does with the filter ``json`` behind it, which says just that in Skyvern's definitions.

    Raises:
        TemplateError: As :func:`render`.
    """
    return _given("value", template, names) if is_template(template) else template


def evaluate_for_text(template: str, names: Mapping[str, Any]) -> Any:
    """Like :func:`evaluate`, for a value that ends up in a text: the filter ``json`` gives JSON.

    Raises:
        TemplateError: As :func:`render`.
    """
    return _given("value for text", template, names) if is_template(template) else template


def _given(want: Want, template: str, names: Mapping[str, Any]) -> Any:
    is_harmless, used = _looked_at(template)
    absent = names.absent_among(used) if isinstance(names, NamesOfRun) else frozenset()
    given = {name: names[name] for name in used - absent if name in names}
    if not is_harmless:
        return asked(want, template, given, absent)
    with without(absent):
        return given_here(want, template, given)


class NamesOfRun(Mapping[str, Any]):
    """Names of which some are known and have no value: of blocks that weren't carried out."""

    @abstractmethod
    def absent_among(self, names: Iterable[str]) -> frozenset[str]:
        """Those of some names."""
        ...


@lru_cache(maxsize=1024)
def _looked_at(template: str) -> tuple[bool, frozenset[str]]:
    """Whether a template can be rendered here, and the names that it mentions."""
    with compiling(template):
        tree = syntax_tree(template)
        return cannot_grow(tree), mentioned(tree)
