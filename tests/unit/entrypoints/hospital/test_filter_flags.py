"""From flags to a filter."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter, ReasonPattern
from entrypoints.hospital.filter_flags import FilterFlags, FlagsInvalid

CAIRO = timezone(timedelta(hours=2))
NOW = datetime(2027, 3, 1, 12, tzinfo=CAIRO)


def test_without_flags_every_letter_is_meant() -> None:
    assert FilterFlags().read(now=NOW) == LetterFilter()


def test_every_flag_reaches_the_filter() -> None:
    flags = FilterFlags(
        status="archived",
        reason=("smtp 450", "missing:to"),
        category=("welcome",),
        domain=("Example.ORG",),
        not_domain=("Example.COM",),
        since="10:00",
        until="2027-03-01T12:00:00Z",
        group="ABCDEF012345",
        relay="smtp.example.com:465",
        key="reg-1",
        text="' OR 1=1; -- %",
        ids=(1, 2),
    )
    assert flags.read(now=NOW) == LetterFilter(
        status=LetterStatus.ARCHIVED,
        reasons=(ReasonPattern.parse("smtp 450"), ReasonPattern.parse("missing:to")),
        categories=("welcome",),
        domains=("example.org",),
        not_domains=("example.com",),
        since=datetime(2027, 3, 1, 10, tzinfo=CAIRO),
        until=datetime(2027, 3, 1, 12, tzinfo=UTC),
        group="abcdef012345",
        relay="smtp.example.com:465",
        key="reg-1",
        text="' OR 1=1; -- %",
        ids=(1, 2),
    )


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-02-28", datetime(2027, 2, 28, tzinfo=CAIRO)),
        ("2027-02-28T09:30", datetime(2027, 2, 28, 9, 30, tzinfo=CAIRO)),
        ("2027-02-28 09:30+00:00", datetime(2027, 2, 28, 9, 30, tzinfo=UTC)),
        ("09:30", datetime(2027, 3, 1, 9, 30, tzinfo=CAIRO)),
    ],
)
def test_a_time_without_a_zone_is_the_operators(text: str, moment: datetime) -> None:
    assert FilterFlags(since=text).read(now=NOW).since == moment


@pytest.mark.parametrize(
    "flags", [FilterFlags(since="soon"), FilterFlags(until="2027-13-01"), FilterFlags(since="25:00")]
)
def test_what_is_no_time_is_refused(flags: FilterFlags) -> None:
    with pytest.raises(FlagsInvalid, match="must be a time"):
        flags.read(now=NOW)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(FlagsInvalid, match="UTF-8"):
        FilterFlags(category=("welcome", "\udcff")).read(now=NOW)


def test_what_is_no_status_or_reason_is_refused() -> None:
    with pytest.raises(FlagsInvalid, match="--status: must be one of waiting"):
        FilterFlags(status="dead").read(now=NOW)
    with pytest.raises(FlagsInvalid, match="--reason: not a reason"):
        FilterFlags(reason=("450",)).read(now=NOW)
