"""Which templates can neither give nor hold more than they were given."""

from __future__ import annotations

from jinja2 import nodes

_MOST_NODES = 300
"""Each goes once through a value that it is given. A template that puts twenty values into a text
has sixty."""

_NODES = (
    nodes.And,
    nodes.Compare,
    nodes.CondExpr,
    nodes.Const,
    nodes.Filter,
    nodes.Getattr,
    nodes.Getitem,
    nodes.If,
    nodes.Keyword,
    nodes.Name,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Output,
    nodes.TemplateData,
    nodes.Test,
)
_FILTERS = frozenset(
    {"count", "d", "default", "first", "json", "last", "length", "lower", "string", "tojson",
     "trim", "upper"}
)  # fmt: skip
_TESTS = frozenset(
    {"boolean", "defined", "false", "mapping", "none", "number", "sequence", "string", "true",
     "undefined"}
)  # fmt: skip


def cannot_grow(tree: nodes.Template) -> bool:
    """Whether all that a template does is to look values up and to write them out.

    No loops, calls, operators or lists of its own: what it takes is bounded by its length and by
    the values that it is given.
    """
    for count, node in enumerate(tree.find_all(nodes.Node)):
        if count > _MOST_NODES or not isinstance(node, _NODES):
            return False
        if isinstance(node, nodes.Filter) and (node.name not in _FILTERS or node.kwargs):
            return False
        if isinstance(node, nodes.Test) and node.name not in _TESTS:
            return False
        if isinstance(node, nodes.Name) and node.ctx != "load":
            return False
    return True
