"""Works out when a template is compiled what no task can change: fonts and colours, and macros called with constants.

What a template imports from another file without its context depends on that file alone. So an imported text becomes
part of the text around it, a call with constant arguments what it writes, and a `call` block what its macro writes
before and after it (docs/adr/0012-template-bundles.md).

Names keep their meaning: one that a template binds in a second place as well is left alone, and imports stay, since
other files may see what they bind. Whatever cannot be worked out, or raises, is left for the render.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import Environment, nodes
from jinja2.nodes import EvalContext
from jinja2.runtime import Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

_CALLER = Markup("\0caller\0")


@dataclass(frozen=True, slots=True)
class _Imports:
    """What stands for itself: texts, markup, macros, and of these the ones that write their caller's text once."""

    texts: dict[str, str] = field(default_factory=dict)
    # Stays a name within expressions: Jinja's constants forget in `~` that it is markup.
    markup: dict[str, Markup] = field(default_factory=dict)
    macros: dict[str, Macro] = field(default_factory=dict)
    frames: set[str] = field(default_factory=set)


def fold(template: nodes.Template, environment: Environment, name: str | None) -> None:
    """Fold a parsed template in place."""
    imports = _Imports()
    bound = Counter(_bindings(template))
    for node in template.body:
        if isinstance(node, nodes.FromImport) and isinstance(node.template, nodes.Const) and not node.with_context:
            _collect(imports, node, str(node.template.value), environment, bound)
    _Folder(imports, EvalContext(environment, name)).visit(template)


def _bindings(tree: nodes.Node) -> Iterator[str]:
    for node in tree.find_all((nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)):
        match node:
            case nodes.Name(ctx="store" | "param") | nodes.Macro():
                yield node.name
            case nodes.Import():
                yield node.target
            case nodes.FromImport():
                yield from (alias for _, alias in _names(node))


def _names(node: nodes.FromImport) -> list[tuple[str, str]]:
    return [name if isinstance(name, tuple) else (name, name) for name in node.names]


def _collect(
    imports: _Imports, node: nodes.FromImport, file: str, environment: Environment, bound: Mapping[str, int]
) -> None:
    try:
        module = environment.get_template(file).module
        frames = _frames(file, environment)
    except Exception:  # noqa: BLE001  the render says what and where
        return
    for name, alias in _names(node):
        value = getattr(module, name, None)
        if bound[alias] > 1:
            continue
        if isinstance(value, Markup):
            imports.markup[alias] = value
        elif isinstance(value, str):
            imports.texts[alias] = value
        elif isinstance(value, Macro):
            imports.macros[alias] = value
            if name in frames:
                imports.frames.add(alias)


def _frames(file: str, environment: Environment) -> set[str]:
    """Name the macros of a file that use their caller once: they write it, at their top level."""
    loader = environment.loader
    source = loader.get_source(environment, file)[0] if loader else ""
    macros = [node for node in environment.parse(source, file).body if isinstance(node, nodes.Macro)]
    return {macro.name for macro in macros if _writes_its_caller(macro)}


def _writes_its_caller(macro: nodes.Macro) -> bool:
    outputs = [child for node in macro.body if isinstance(node, nodes.Output) for child in node.nodes]
    written = [child for child in outputs if isinstance(child, nodes.Call) and _callee(child) == "caller"]
    return len(written) == sum(name.name == "caller" for name in macro.find_all(nodes.Name)) == 1


def _callee(call: nodes.Call) -> str:
    return call.node.name if isinstance(call.node, nodes.Name) else ""


class _Folder(NodeTransformer):
    def __init__(self, imports: _Imports, context: EvalContext) -> None:
        self._imports = imports
        self._context = context

    def generic_visit(self, node: nodes.Node, *args: object, **options: object) -> nodes.Node:
        super().generic_visit(node, *args, **options)
        for name in ("body", "else_"):
            if isinstance(body := getattr(node, name, None), list):
                setattr(node, name, _joined(body))
        return node

    def visit_Name(self, node: nodes.Name) -> nodes.Expr:  # noqa: N802  Jinja's names
        text = self._imports.texts.get(node.name)
        return node if text is None else nodes.Const(text, lineno=node.lineno)

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802
        self.generic_visit(node)
        for index, child in enumerate(node.nodes):
            text = self._written_by(child) if isinstance(child, nodes.Call) else None
            if isinstance(child, nodes.Name):
                text = self._imports.markup.get(child.name)
            if text is not None:
                node.nodes[index] = nodes.TemplateData(str(text), lineno=child.lineno)
        return node

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node | list[nodes.Node]:  # noqa: N802
        self.generic_visit(node)
        if _callee(node.call) not in self._imports.frames or node.args:
            return node
        text = self._written_by(node.call, caller=lambda: _CALLER)
        if text is None or text.count(_CALLER) != 1:
            return node
        before, after = (
            nodes.Output([nodes.TemplateData(part, lineno=node.lineno)], lineno=node.lineno)
            for part in text.split(_CALLER)
        )
        body = nodes.Scope(node.body, lineno=node.lineno)
        return [before, *([body] if any(_bindings(body)) else node.body), after]

    def _written_by(self, call: nodes.Call, **more: object) -> str | None:
        """What a call of an imported macro comes to, where that is known."""
        macro = self._imports.macros.get(_callee(call))
        if macro is None or call.dyn_args or call.dyn_kwargs:
            return None
        try:
            args = [arg.as_const(self._context) for arg in call.args]
            kwargs = {arg.key: arg.value.as_const(self._context) for arg in call.kwargs}
            return str(macro(self._context, *args, **kwargs, **more))
        except Exception:  # noqa: BLE001  Impossible, or an error that the render says better
            return None


def _joined(body: list[nodes.Node]) -> list[nodes.Node]:
    """Make one output of several in a row, which Jinja writes in one piece as far as they are constant."""
    joined: list[nodes.Node] = []
    for node in body:
        if joined and isinstance(node, nodes.Output) and isinstance(joined[-1], nodes.Output):
            joined[-1] = nodes.Output([*joined[-1].nodes, *node.nodes], lineno=joined[-1].lineno)
        else:
            joined.append(node)
    return joined
