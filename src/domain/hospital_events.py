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


HospitalEvent = LettersAdmitted | AdmissionInterrupted
