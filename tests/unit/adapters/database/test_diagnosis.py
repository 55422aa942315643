"""What `doctor` says about an SQLite ledger."""

import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.database.diagnosis import DatabaseDiagnosis
from adapters.database.migration import upgrade
from adapters.database.placement import advice_for
from application.ports.diagnosis import Finding, Severity
from tests.contracts.database_schema import connected


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/var/takeoff.db"


async def examine(url: str) -> Finding:
    """The first finding; what this machine's mounts are is not this test's business."""
    return (await DatabaseDiagnosis(url=url).examine())[0]


def test_a_ledger_that_is_not_there_yet_is_in_order_and_stays_absent(url: str, tmp_path: Path) -> None:
    finding = asyncio.run(examine(url))
    assert (finding.severity, "will be made" in finding.detail) == (Severity.OK, True)
    assert list(tmp_path.iterdir()) == []


async def test_a_current_ledger_is_in_order_and_unchanged(url: str) -> None:
    upgrade(url)
    finding = await examine(url)
    assert (finding.severity, "schema is current" in finding.detail) == (Severity.OK, True)
    with connected(url) as connection:
        assert connection.scalar(text("SELECT count(*) FROM probe")) == 0


async def test_a_later_releases_ledger_is_an_error(url: str) -> None:
    upgrade(url)
    with connected(url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    finding = await examine(url)
    assert (finding.severity, "later release" in finding.detail) == (Severity.ERROR, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_permission_is_an_error(url: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    finding = asyncio.run(examine(url))
    assert (finding.severity, "not writable" in finding.detail) == (Severity.ERROR, True)


async def test_a_wrong_url_is_an_error() -> None:
    finding = await examine("mysql://takeoff:secret@db/takeoff")
    assert (finding.severity, "secret" in str(finding)) == (Severity.ERROR, False)


_HOST = "25 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
_OVERLAY = "689 645 0:58 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/X\n"
_NAME = "1" * 64


@pytest.mark.parametrize(
    ("mounts", "in_container", "advice"),
    [
        (_HOST, False, ""),
        (_HOST, True, "ends with this container"),
        (_OVERLAY, False, "ends with this container"),
        (_OVERLAY + f"7 6 254:0 /var/lib/docker/volumes/{_NAME}/_data /app/var rw - ext4 /dev/vda rw", True, "a name"),
        (_OVERLAY + "7 6 254:0 /var/lib/docker/volumes/takeoff/_data /app/var rw - ext4 /dev/vda rw", True, ""),
        (_OVERLAY + "7 6 254:0 /srv/takeoff /app/var rw - ext4 /dev/vda rw", True, ""),
        (_OVERLAY + "7 6 254:0 /srv/other /app/v rw - ext4 /dev/vda rw", True, "ends with this container"),
        (_OVERLAY + "7 6 0:60 / /app/var rw - tmpfs tmpfs rw", True, "in memory"),
    ],
)
def test_where_the_file_would_be_lost_is_said(mounts: str, in_container: bool, advice: str) -> None:
    said = advice_for(Path("/app/var"), mounts=mounts, in_container=in_container)
    assert advice in said
    assert bool(said) is bool(advice)
    assert not said or "/app/var" in said
