"""Fields that a template asks for and that the values it is given never have.

Such a field is empty when the template is rendered: a slip of the pen in its name leaves an address
or a message without what it is about.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from dataclasses import dataclass, field

from jinja2 import nodes

from skyvern_dagster.templating.compiled import compiling, only_expression, syntax_tree
from skyvern_dagster.templating.value_shape import ANYTHING, ValueShape, list_of

_SAME_LIST = frozenset({"list", "reject", "rejectattr", "reverse", "select", "selectattr", "sort",
                        "unique"})  # fmt: skip
_ONE_OF_LIST = frozenset({"first", "last", "max", "min", "random"})
_BY_FIELD = frozenset({"groupby", "join", "map", "max", "min", "rejectattr", "selectattr", "sort",
                       "sum", "unique"})  # fmt: skip
"""Filters that name a field of what a list holds, as first argument or as ``attribute``."""
_FIELD_FIRST = frozenset({"groupby", "rejectattr", "selectattr"})
_MAY_BE_MISSING = frozenset({"d", "default"})
_ASKING = frozenset({"defined", "undefined"})


@dataclass(frozen=True)
class MissingField:
    """A field that isn't there.

    Attributes:
        of: The value, as the template writes it.
        name: The field.
        known: What the value has instead; empty for a list, which has no fields.
    """

    of: str
    name: str
    known: tuple[str, ...]


def missing_fields(template: str, names: MutableMapping[str, ValueShape]) -> list[MissingField]:
    """Each field that a template asks for in vain, once.

    Args:
        template: What is looked at.
        names: What is known of the values that it is given; of others, nothing is.

    Raises:
        TemplateError: It is malformed.
    """
    with compiling(template):
        reader = _Reader(ChainMap({}, names))
        reader.read(syntax_tree(template))
    return list(dict.fromkeys(reader.found))


def shape_of_expression(template: str, names: MutableMapping[str, ValueShape]) -> ValueShape:
    """What is known of the value of a template that is one expression.

    Raises:
        TemplateError: It is malformed.
    """
    with compiling(template):
        expression = only_expression(syntax_tree(template))
        return ANYTHING if expression is None else _Reader(ChainMap({}, names)).shape(expression)


@dataclass
class _Reader:
    """Goes through a template with what is known of its names, its own included."""

    names: ChainMap[str, ValueShape]
    found: list[MissingField] = field(default_factory=list)

    def read(self, node: nodes.Node) -> None:
        match node:
            case nodes.For():
                self._loop(node)
            case nodes.Assign(target=nodes.Name(name=name), node=value):
                self.names[name] = _either(self.names.get(name), self.shape(value))
            case nodes.Macro() | nodes.CallBlock() | nodes.With() | nodes.AssignBlock():
                self._own_names(node)
            case nodes.Expr():
                self.shape(node)
            case _:
                for each in node.iter_child_nodes():
                    self.read(each)

    def _own_names(self, node: nodes.Node) -> None:
        """Of names that it gives values to by itself, nothing is known in it."""
        own = {each.name for each in node.find_all(nodes.Name) if each.ctx in ("param", "store")}
        outside, self.names = self.names, self.names.new_child(dict.fromkeys(own, ANYTHING))
        for each in node.iter_child_nodes():
            self.read(each)
        self.names = outside

    def _loop(self, loop: nodes.For) -> None:
        item = self.shape(loop.iter).item or ANYTHING
        own = {each.name: ANYTHING for each in loop.target.find_all(nodes.Name)}
        if isinstance(loop.target, nodes.Name):
            own = {loop.target.name: item}
        outside = self.names
        self.names = outside.new_child({**own, "loop": ANYTHING})
        for each in (loop.test, *loop.body):
            if each is not None:
                self.read(each)
        self.names = outside
        for each in loop.else_:
            self.read(each)

    def shape(self, node: nodes.Node | None) -> ValueShape:
        """What is known of an expression's value; notes what is missing in it."""
        match node:
            case None:
                return ANYTHING
            case nodes.Name(name=name):
                return self.names.get(name, ANYTHING)
            case nodes.Getattr(node=value, attr=attribute):
                return self._given(value, attribute)
            case nodes.Getitem(node=value, arg=nodes.Const(value=str(name))):
                return self._given(value, name)
            case nodes.Getitem(node=value, arg=position):
                self.shape(position)
                shape = self.shape(value)
                return shape if isinstance(position, nodes.Slice) else shape.item or ANYTHING
            case nodes.Filter(name=name) if name in _MAY_BE_MISSING:
                return self._asked(node)
            case nodes.Test(name=name) if name in _ASKING:
                return self._asked(node)
            case nodes.Filter(node=value):
                return self._filtered(node, self.shape(value))
            case nodes.Call(node=nodes.Getattr(node=value)):
                self.shape(value)  # a method: of lists, texts and mappings
                return self._inside(node, skip=node.node)
            case _:
                return self._inside(node)

    def _inside(self, node: nodes.Node, skip: nodes.Node | None = None) -> ValueShape:
        for each in node.iter_child_nodes():
            if each is not skip:
                self.read(each)
        return ANYTHING

    def _asked(self, node: nodes.Filter | nodes.Test) -> ValueShape:
        """Whoever asks whether it is there knows that it may not be; what it is of must be."""
        inner = node.node
        if isinstance(inner, nodes.Getattr | nodes.Getitem):
            return self.shape(inner.node).given(_name_of(inner)) if _name_of(inner) else ANYTHING
        return self.shape(inner)

    def _given(self, value: nodes.Expr, name: str) -> ValueShape:
        shape = self.shape(value)
        if shape.item is not None:
            if name.isdigit():
                return shape.item
            if not hasattr(list, name):
                self.found.append(MissingField(_written(value), name, ()))
            return ANYTHING
        known = shape.reachable
        if known is not None and name not in known:
            if not hasattr(dict, name):
                self.found.append(MissingField(_written(value), name, tuple(known)))
            return ANYTHING
        return shape.given(name)

    def _filtered(self, node: nodes.Filter, shape: ValueShape) -> ValueShape:
        for each in (*node.args, *(pair.value for pair in node.kwargs)):
            self.shape(each)
        of_item = self._by_field(node, shape.item) if shape.item is not None else None
        if shape.item is None:
            return ANYTHING
        if node.name == "map":
            return list_of(of_item or ANYTHING)
        if node.name in _ONE_OF_LIST:
            return shape.item
        return shape if node.name in _SAME_LIST else ANYTHING

    def _by_field(self, node: nodes.Filter, item: ValueShape) -> ValueShape | None:
        """What a filter takes of each thing in a list; ``None`` where it names no field."""
        if node.name not in _BY_FIELD:
            return None
        named = [pair.value for pair in node.kwargs if pair.key == "attribute"]
        if not named and node.name in _FIELD_FIRST:
            named = node.args[:1]
        if not named or any(pair.key == "default" for pair in node.kwargs):
            return None
        match named[0]:
            case nodes.Const(value=str(path)) if "," not in path:
                return self._at_path(path, item, _written(node.node))
            case _:
                return ANYTHING

    def _at_path(self, path: str, shape: ValueShape, of: str) -> ValueShape:
        for name in path.split("."):
            known = shape.reachable
            if known is not None and name not in known:
                self.found.append(MissingField(f"each of {of}", name, tuple(known)))
                return ANYTHING
            shape = (shape.item or ANYTHING) if name.isdigit() else shape.given(name)
        return shape


def _either(old: ValueShape | None, new: ValueShape) -> ValueShape:
    """What is known of a name that is given a value, and may have had one before."""
    return new if old is None or old == new else ANYTHING


def _name_of(node: nodes.Getattr | nodes.Getitem) -> str:
    match node:
        case nodes.Getattr(attr=name) | nodes.Getitem(arg=nodes.Const(value=str(name))):
            return name
        case _:
            return ""


def _written(node: nodes.Node | None) -> str:
    """An expression as a definition writes it, where it is a plain one."""
    match node:
        case nodes.Name(name=name):
            return name
        case nodes.Getattr() | nodes.Getitem(arg=nodes.Const(value=str())):
            return f"{_written(node.node)}.{_name_of(node)}"
        case nodes.Getitem(arg=nodes.Const(value=position)):
            return f"{_written(node.node)}[{position}]"
        case nodes.Getitem() | nodes.Filter():
            return _written(node.node)
        case _:
            return "..."
