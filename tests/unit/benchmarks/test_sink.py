"""The counters of smtp-sink."""

import pytest

from benchmarks.sink import last_count


@pytest.mark.parametrize(
    ("counters", "mails"),
    [
        (b"", 0),
        (b"sess=1 quit=0 mesg=0\rsess=2 quit=0 mesg=17\r", 17),
        (b"=0 mesg=16\rsess=2 quit=0 mesg=17\rsess=2 quit=0 mesg=1", 17),
        (b"sess=2 quit=0 me", 0),
    ],
    ids=["none yet", "last", "half a line", "half of the first"],
)
def test_the_last_whole_line_counts(counters: bytes, mails: int) -> None:
    assert last_count(counters) == mails
