"""What categories prescribe."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.category_rules import CategoryRules
from domain.email_task import EmailTask

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("created_at", "expires_at", "after", "deadline"),
    [
        (None, None, None, None),
        (NOON, None, None, None),
        (NOON, None, 60, NOON + timedelta(seconds=60)),
        (None, NOON, 60, NOON),
        (NOON, NOON + timedelta(seconds=59), 60, NOON + timedelta(seconds=59)),
        (NOON, NOON + timedelta(seconds=61), 60, NOON + timedelta(seconds=60)),
        (LAST, None, 60, None),
        (LAST - timedelta(seconds=60), None, 60, LAST),
    ],
)
def test_the_deadline_is_the_earlier_of_the_tasks_and_the_categorys(
    created_at: datetime | None, expires_at: datetime | None, after: int | None, deadline: datetime | None
) -> None:
    rules = CategoryRules(expires_after=None if after is None else timedelta(seconds=after))
    assert rules.deadline(EmailTask(created_at=created_at, expires_at=expires_at)) == deadline
