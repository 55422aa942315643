"""Which letters a filter means."""

import pytest

from domain.failure_reason import FailureKind, FailureReason
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter, ReasonPattern, searchable


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("smtp 450", ReasonPattern(lowest_code=450, highest_code=450)),
        (" SMTP 5XX ", ReasonPattern(lowest_code=500, highest_code=599)),
        ("missing", ReasonPattern(kind=FailureKind.MISSING)),
        ("missing:to", ReasonPattern(kind=FailureKind.MISSING, detail="to")),
        ("expired:", ReasonPattern(kind=FailureKind.EXPIRED, detail="")),
    ],
)
def test_a_reason_is_read(text: str, pattern: ReasonPattern) -> None:
    assert ReasonPattern.parse(text) == pattern


@pytest.mark.parametrize("text", ["", "smtp", "smtp 45", "smtp 350", "smtp 4x0", "450", "nonsense", "missing to"])
def test_what_is_no_reason_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a reason such as"):
        ReasonPattern.parse(text)


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("detail", ["", "to", "a:b"])
def test_a_reason_is_read_as_it_was_written(kind: FailureKind, detail: str) -> None:
    assert FailureReason.parse(str(FailureReason(kind, detail))) == FailureReason(kind, detail)


def test_a_reason_of_another_release_is_unknown() -> None:
    assert FailureReason.parse("struck_by_lightning:roof") == FailureReason(FailureKind.UNKNOWN)


def test_a_status_alone_restricts_nothing() -> None:
    assert not LetterFilter(status=LetterStatus.WAITING).restricts
    assert LetterFilter(text="a").restricts
    assert LetterFilter(not_domains=("example.org",)).restricts


def test_text_is_compared_without_case_and_without_what_no_database_keeps() -> None:
    assert searchable("Großes\0 FEST \ud800") == "grosses fest ?"
