"""What happened to the hospital's letters, past tense; no event names a letter."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersAdmitted:
    """Letters moved from the queue into the hospital's store; `known` of them were copies of letters in it."""

    new: int
    returned: int
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionInterrupted:
    """Letters stay in their queue: it or the store is not to be had; tried again in `retry_in_s`."""

    cause: str
    retry_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseFound:
    """The first letter of a cause; `group` is its number in `hospital groups`."""

    group: str
    reason: str
    reply_code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InflowHigh:
    """More letters than are usual came within `within_s` seconds; told once until it has been quiet for a while."""

    letters: int
    within_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersOld:
    """A letter waits for longer than it should; told once a day."""

    oldest_age_s: float


HospitalEvent = LettersAdmitted | AdmissionInterrupted | CauseFound | InflowHigh | LettersOld
