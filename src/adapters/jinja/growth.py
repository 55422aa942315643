"""How many characters (or items, or bits) come of a step in a template, at most, judged by what goes into it."""

import re
from collections.abc import Callable, Mapping

# A width that no mail has, or one that comes from a value: `%*d`, `%99999d`, `{:{}}`, `{:99999}`.
_WIDE_PERCENT = re.compile(r"%(?:\([^)]*\))?[-#0 +.\d]*(?:\*|\d{5})")
_WIDE_BRACES = re.compile(r"\{[^{}]*:[^{}]*(?:\{|\d{5})")
_ENDLESS = 1 << 62


def _size(value: object) -> int:
    """Its characters; of a list those of its items."""
    if isinstance(value, (list, tuple)):
        return len(value) + sum(len(item) for item in value if isinstance(item, str))
    if isinstance(value, Mapping):
        return len(value) + sum(len(item) for item in value.values() if isinstance(item, str))
    return len(value) if isinstance(value, (str, range)) else 1


def _sum(left: object, right: object) -> int:
    return _size(left) + _size(right)


def _product(left: object, right: object) -> int:
    if isinstance(left, int):
        return left.bit_length() + right.bit_length() if isinstance(right, int) else _size(right) * left
    return _size(left) * (right if isinstance(right, int) else 1)


def _power(left: object, right: object) -> int:
    return left.bit_length() * abs(right) if isinstance(left, int) and isinstance(right, int) else 1


def _remainder(left: object, right: object) -> int:
    return _percent(left, *(right if isinstance(right, tuple) else (right,))) if isinstance(left, str) else 1


def _percent(text: object, *args: object, **kwargs: object) -> int:
    return _ENDLESS if _WIDE_PERCENT.search(str(text)) else _filled(str(text), "%", args, kwargs)


def _braces(text: str, *args: object, **kwargs: object) -> int:
    return _ENDLESS if _WIDE_BRACES.search(text) else _filled(text, "{", args, kwargs)


def _filled(text: str, mark: str, args: tuple[object, ...], kwargs: Mapping[str, object]) -> int:
    return len(text) + text.count(mark) * max(map(_size, (*args, *kwargs.values())), default=0)


def _padded(_text: object, width: int = 80, *_: object) -> int:
    return width


def _replaced(text: object, old: str, new: str, *_: object, **__: object) -> int:
    return len(str(text)) + str(text).count(str(old)) * len(str(new))


def _joined(items: object, d: object = "", *_: object, **__: object) -> int:
    return _size(items) * (1 + len(str(d)))


def _indented(text: object, width: int | str = 4, *_: object, **__: object) -> int:
    return len(str(text)) + (str(text).count("\n") + 1) * (width if isinstance(width, int) else len(width))


def _wrapped(
    text: object, _width: int = 79, _break: bool = True, wrapstring: str | None = None, *_: object, **__: object
) -> int:
    return len(str(text)) * len(wrapstring or "\n")


def _batched(items: object, linecount: int, *_: object, **__: object) -> int:
    return _size(items) + linecount


def _sliced(items: object, slices: int, *_: object, **__: object) -> int:
    return _size(items) + slices


def _rounded(_value: object, precision: int = 0, *_: object, **__: object) -> int:
    return abs(precision)


def _serialised(value: object, indent: int | None = None) -> int:
    return _size(value) * (1 + (indent or 0))


OPERATORS: Mapping[str, Callable[[object, object], int]] = {"+": _sum, "*": _product, "**": _power, "%": _remainder}
# Methods of str, each with the text first.
METHODS: Mapping[str, Callable[..., int]] = {
    "center": _padded,
    "format": _braces,
    "format_map": _braces,
    "join": lambda text, items: _joined(items, text),
    "ljust": _padded,
    "replace": _replaced,
    "rjust": _padded,
    "zfill": _padded,
}
FILTERS: Mapping[str, Callable[..., int]] = {
    "batch": _batched,
    "center": _padded,
    "format": _percent,
    "indent": _indented,
    "join": _joined,
    "replace": _replaced,
    "round": _rounded,
    "slice": _sliced,
    "tojson": _serialised,
    "wordwrap": _wrapped,
}
# Methods that no mail needs and that make giants.
NEEDLESS = frozenset({"encode", "expandtabs", "to_bytes", "translate"})
