"""Finds which params a template reads, in its parsed text."""

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

_METHODS = frozenset(name for name in dir(dict) if not name.startswith("_"))


@dataclass(frozen=True, slots=True)
class ParamUses:
    """`named` are params with their lines, `misread` what is no way to read one, and why.

    `is_open`: the template also does something with all of them together, so that any of them may be read.
    """

    named: tuple[tuple[int, str], ...] = ()
    misread: tuple[tuple[int, str], ...] = ()
    is_open: bool = False


def param_uses(tree: nodes.Template) -> ParamUses:
    """Tell `params.x`, `params["x"]`, `params.get("x", y)`, and everything else that is done with `params`."""
    named: list[tuple[int, str]] = []
    misread: list[tuple[int, str]] = []
    # Of the names `params`, those that stand before one param's name; and of the methods, those that are called.
    settled: set[int] = set()
    called = set()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and _is_params(call.node.node):
            called.add(id(call.node))
            if call.node.attr == "get" and call.args and isinstance(call.args[0], nodes.Const):
                settled.add(id(call.node.node))
                name = str(call.args[0].value)
                if len(call.args) > 1:
                    named.append((call.lineno, name))
                else:
                    misread.append((call.lineno, f'params.get("{name}") writes None where it is not given'))
    for node, name in _reads(tree):
        if isinstance(node, nodes.Getattr) and name in _METHODS:
            if id(node) not in called:
                settled.add(id(node.node))
                misread.append((node.lineno, f"params.{name} is a method, and no param can have its name"))
        else:
            settled.add(id(node.node))
            named.append((node.lineno, name))
    is_open = any(_is_params(name) and id(name) not in settled for name in tree.find_all(nodes.Name))
    return ParamUses(tuple(named), tuple(misread), is_open)


def _reads(tree: nodes.Template) -> Iterator[tuple[nodes.Getattr | nodes.Getitem, str]]:
    for get in tree.find_all(nodes.Getattr):
        if _is_params(get.node):
            yield get, get.attr
    for item in tree.find_all(nodes.Getitem):
        if _is_params(item.node) and isinstance(item.arg, nodes.Const):
            yield item, str(item.arg.value)


def _is_params(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "params"
