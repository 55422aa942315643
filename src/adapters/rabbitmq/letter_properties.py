"""Properties and headers of a message as JSON in which no value is lost, so that the message can be made again.

A text, a number, a truth value and null stand for themselves; everything else is an object of one member that names its
type: `bytes` (base64), `time` (ISO 8601), `decimal`, `table`. The broker's counts of deliveries are left out: they
belong to the queue, and would make two of one message that comes again.
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pamqp.commands import Basic

# Not of a message: the library sets it, and AMQP 0-9-1 reserves it.
_NOT_ITS_OWN = {"headers", "cluster_id"}
_COUNTS = {"x-delivery-count", "x-acquired-count"}


def properties_as_json(properties: Basic.Properties) -> str:
    """Write all properties that are set; the same ones give the same text."""
    present = {name: value for name, value in properties if value is not None and name not in _NOT_ITS_OWN}
    headers = {name: value for name, value in (properties.headers or {}).items() if name not in _COUNTS}
    plain = {name: _plain(value) for name, value in present.items()}
    return json.dumps({**plain, "headers": _plain_items(headers)}, sort_keys=True)


def properties_from_json(text: str) -> Basic.Properties:
    """Read what `properties_as_json` wrote."""
    values: dict[str, Any] = {name: _value(plain) for name, plain in json.loads(text).items() if name != "headers"}
    return Basic.Properties(**values, headers=_value_items(json.loads(text)["headers"]))


def _value(plain: object) -> object:
    match plain:
        case list():
            return [_value(each) for each in plain]
        case {"bytes": str(text)}:
            # A byte array: AMQP can write one, but no text that is none.
            return bytearray(base64.b64decode(text))
        case {"time": str(text)}:
            return datetime.fromisoformat(text)
        case {"decimal": str(text)}:
            return Decimal(text)
        case {"table": dict(items)}:
            return _value_items(items)
        case _:
            return plain


def _value_items(items: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(plain) for name, plain in items.items()}


def _plain(value: object) -> object:
    match value:
        case str() | bool() | int() | float() | None:
            return value
        case bytes() | bytearray():
            return {"bytes": base64.b64encode(value).decode()}
        case datetime():
            return {"time": value.isoformat()}
        case Decimal():
            return {"decimal": str(value)}
        case list():
            return [_plain(each) for each in value]
        case Mapping():
            return {"table": _plain_items(value)}
        case _:
            raise TypeError(f"AMQP has no {type(value).__name__}")


def _plain_items(table: Mapping[Any, object]) -> dict[str, object]:
    return {str(name): _plain(value) for name, value in table.items()}
