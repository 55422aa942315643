"""A sandbox in which no step of a template makes a giant.

A render is broken off between two steps of Python only. One call into C, such as `"x" * 10**10`, would hold the
interpreter's lock, and with it the heartbeats, until it is done or the memory is full. So what a step may make large is
estimated before it runs and charged to an allowance, new for each body; what grows by addition is charged after it.

Not bounded: values that hold each other, printed dozens of levels deep or summed; the regular expressions behind
`striptags`, `urlize` and `wordwrap`. That takes intent, and whoever writes templates can mail anything anyway.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from functools import wraps
from types import BuiltinMethodType, MethodType
from typing import Any

from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from adapters.jinja.event_details import EventDetails
from adapters.jinja.folding import fold
from adapters.jinja.growth import FILTERS, METHODS, NEEDLESS, OPERATORS
from adapters.jinja.ticket_details import TicketDetails

# Characters that one body may make on its way, at up to four bytes each: 64 MiB in a process that should do with 256.
_ALLOWANCE = 16 * 1024 * 1024
# Both bodies of a mail together. Gmail clips HTML at 102 kB; a mail is there some four times while it is sent.
OUTPUT_LIMIT = 1024 * 1024
# Most of what a mail looks up: plain values, of which the sandbox need not be asked.
_PLAIN = {
    EventDetails: frozenset(EventDetails.__slots__),
    TicketDetails: frozenset(TicketDetails.__slots__),
    LoopContext: frozenset({"first", "index", "index0", "last"}),
}


class ResultTooLarge(Exception):
    """A template makes more text on its way than any mail needs."""


class OutputTooLarge(Exception):
    """A template writes more than a mail may hold."""


class _CodeGenerator(CodeGenerator):
    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802  Jinja's name for `~`
        self.write("environment.charged(")
        super().visit_Concat(node, frame)
        self.write(")")


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """Renders one body at a time: the allowance is the environment's."""

    code_generator_class = _CodeGenerator
    intercepted_binops = frozenset(OPERATORS)

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  as Jinja has it
        super().__init__(**options)
        self._left = _ALLOWANCE
        del self.globals["lipsum"]
        # The same task gives the same mail.
        del self.filters["random"]
        for name, growth in FILTERS.items():
            self.filters[name] = self._bounded(self.filters[name], growth)

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        fold(source, self, name)
        return super()._generate(source, name, filename, defer_init=defer_init)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # Not Jinja's ChainMap, which each render copies item by item; globals do not change here.
        return {**self.globals, **(d or {})}

    def write(self, template: Template, variables: Mapping[str, object], *, limit: int = OUTPUT_LIMIT) -> str:
        """Render at most `limit` characters; raises OutputTooLarge, and whatever the template raises."""
        self._left = _ALLOWANCE
        pieces: list[str] = []
        context = template.new_context(dict(variables))
        try:
            # What `generate` does, without handing on each piece once more.
            for piece in template.root_render_func(context):
                pieces.append(piece)
                limit -= len(piece)
                if limit < 0:
                    break
        except Exception:  # noqa: BLE001
            self.handle_exception()
        if limit < 0:
            raise OutputTooLarge(f"more than {OUTPUT_LIMIT:,} characters")
        return "".join(pieces)

    def charge(self, characters: int) -> None:
        """Raise ResultTooLarge where so much more is too much."""
        self._left -= max(0, characters)
        if self._left < 0:
            raise ResultTooLarge(f"more than {_ALLOWANCE:,} characters on the way")

    def charged(self, text: str) -> str:
        """Charge what `~` has made."""
        self.charge(len(text))
        return text

    def concat(self, parts: Iterable[str]) -> str:
        """Join what a macro or a block has made; Jinja calls it wherever output becomes a value."""
        pieces = list(parts)
        self.charge(sum(map(len, pieces)))
        return "".join(pieces)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        self.charge(OPERATORS[operator](left, right))
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, obj: object, *args: object, **kwargs: object) -> object:
        # Neither a method nor unsafe, and what mails call most.
        if isinstance(obj, Macro):
            return context.call(obj, *args, **kwargs)
        # `format` is a function of Jinja's around the method.
        method = getattr(obj, "__wrapped__", obj)
        if isinstance(method, (BuiltinMethodType, MethodType)) and isinstance(method.__self__, str):
            growth = METHODS.get(method.__name__)
            if growth:
                args = _listed(args)
                self.charge(growth(method.__self__, *args, **kwargs))
        return super().call(context, obj, *args, **kwargs)

    def getattr(self, obj: object, attribute: str) -> object:
        if attribute in _PLAIN.get(type(obj), ()):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        return attr not in NEEDLESS and super().is_safe_attribute(obj, attr, value)

    def _bounded(self, function: Callable[..., object], growth: Callable[..., int]) -> Callable[..., object]:
        takes_context = hasattr(function, "jinja_pass_arg")

        @wraps(function)
        def bounded(*args: object, **kwargs: object) -> object:
            args = _listed(args)
            self.charge(growth(*args[takes_context:], **kwargs))
            return function(*args, **kwargs)

        return bounded


def _listed(args: tuple[object, ...]) -> tuple[object, ...]:
    """Generators can be looked at only once."""
    return tuple(list(arg) if isinstance(arg, Iterator) else arg for arg in args)
