"""What a metric is: a name, a kind, a unit, and tags whose values are listed beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# What stands for a value that is in no list: a tag must neither tell of a person nor grow without end.
OTHER = "other"


class Kind(StrEnum):
    """How values of a metric add up."""

    COUNT = "count"
    DISTRIBUTION = "distribution"
    GAUGE = "gauge"
    SERVICE_CHECK = "service check"  # 1 is well, 0 is not
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """`values` are all there are; None stands for the names of the relays in the settings."""

    name: str
    meaning: str
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A definition; `unit` is empty where there is none, and singular as in Datadog's list of units."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One value of a metric, with a value for each of its tags."""

    metric: Metric
    value: float
    tags: Mapping[str, str]
