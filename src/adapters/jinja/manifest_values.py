"""What the values of a manifest may be: each function returns one or raises a ValueError that reads on from its key."""

import re
from datetime import date, datetime, timedelta

from adapters.jinja.languages import is_language
from adapters.jinja.params import ParamType
from adapters.jinja.task_values import FIELDS
from domain.email_address import EmailAddress
from domain.email_job import InDoubtPolicy

_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def text(value: object) -> str:
    """Some words."""
    if not (isinstance(value, str) and value.strip()):
        raise ValueError("is not a text, or an empty one")
    return value.strip()


def flag(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise ValueError("is neither true nor false")


def languages(value: object) -> tuple[str, ...]:
    """Tags, of which the first is the fallback."""
    tags = _strings(value)
    if not tags or not all(map(is_language, tags)) or len({tag.lower() for tag in tags}) < len(tags):
        raise ValueError('is no list of different languages such as ["en", "pt-BR"] (BCP 47)')
    return tags


def fields(value: object) -> tuple[str, ...]:
    """Fields of a task."""
    names = _strings(value)
    if params := [name for name in names if name.startswith("params.")]:
        raise ValueError(f"names {params[0]}: write required = true under [{params[0]}]")
    if unknown := [name for name in names if name not in FIELDS]:
        raise ValueError(f"names {unknown[0]}, and tasks have {', '.join(FIELDS)}")
    return names


def in_doubt(value: object) -> InDoubtPolicy:
    """A policy."""
    if isinstance(value, str) and value in (*InDoubtPolicy,):
        return InDoubtPolicy(value)
    raise ValueError("is neither hold nor resend")


def duration(value: object) -> timedelta:
    """A number and its unit."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError('is no time such as "90s", "30m", "2h" or "3d"')
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def address(value: object) -> EmailAddress:
    """One bare address."""
    local, _, domain = value.rpartition("@") if isinstance(value, str) else ("", "", "")
    try:
        return EmailAddress(local=local, domain=domain)
    except ValueError as err:
        raise ValueError(f"is no address: {err}") from err


def param_name(value: object) -> str:
    """A param, with `params.` before its name."""
    if not (isinstance(value, str) and value.startswith("params.")):
        raise ValueError('does not name a param, as "params.unsubscribe_url" does')
    return value.removeprefix("params.")


def qr(value: object) -> bool:
    """What the code says."""
    if value != "ticket.code":
        raise ValueError('can only be "ticket.code"')
    return True


def param_type(value: object) -> ParamType:
    """One of the types."""
    if isinstance(value, str) and value in (*ParamType,):
        return ParamType(value)
    raise ValueError(f"is none of {', '.join(ParamType)}")


def sample(value: object) -> str:
    """What a producer could write; numbers and dates may stand there as TOML has them."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def _strings(value: object) -> tuple[str, ...]:
    if not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
        raise ValueError("is no list of texts")
    return tuple(value)
