"""docs/reliability.md names a proof for every row, and each is there."""

import re
from pathlib import Path

from tests.faults.scenario import Selection
from tests.faults.scenarios.catalogue import chosen

_TESTS = Path(__file__).parents[1]
_TABLE = (_TESTS.parent / "docs" / "reliability.md").read_text().partition("## Every row and its proof")[2]
_ROWS = dict(re.findall(r"^\| (F\d+|LIMIT) \|[^|]*\|([^|]*)\|$", _TABLE, re.MULTILINE))


def test_every_row_is_there_in_order() -> None:
    assert list(_ROWS) == [*(f"F{number}" for number in range(1, 75)), "LIMIT"]


def test_every_scenario_that_is_named_exists_and_every_one_that_exists_is_named() -> None:
    faults = {scenario.fault for scenario in chosen(Selection.LONG, [])}
    assert {row for row, proof in _ROWS.items() if re.match(r" scenarios?\b(?! F)", proof)} == faults


def test_every_test_that_is_named_exists() -> None:
    paths = [path for proof in _ROWS.values() for path in re.findall(r"`(\w+/[^`]+\.py)`", proof)]
    assert [path for path in paths if not (_TESTS / path).exists()] == []
    assert paths
