"""How large and how bold a text is, which decides how much contrast it needs."""

import pytest

from adapters.jinja.html_rules.document import Element
from adapters.jinja.html_rules.look import Look


def inside(tag: str, style: dict[str, str]) -> Look:
    return Look(size_px=20.0).inside(Element(tag, {}), style)


@pytest.mark.parametrize(
    ("tag", "size", "px"),
    [
        ("p", "", 20), ("p", "18px", 18), ("p", "18pt", 24), ("p", "1.5em", 30), ("p", "50%", 10), ("p", "2rem", 32),
        ("p", "0", 0), ("p", "large", 20), ("h1", "", 40), ("h1", "14px", 14), ("small", "", 16.6),
    ],
)  # fmt: skip
def test_a_size_is_known_in_every_unit(tag: str, size: str, px: float) -> None:
    assert inside(tag, {"font-size": size}).size_px == pytest.approx(px)


@pytest.mark.parametrize(
    ("tag", "weight", "is_bold"),
    [
        ("p", "", False), ("strong", "", True), ("th", "", True), ("p", "700", True), ("p", "600", False),
        ("p", "bold", True), ("h2", "normal", False), ("h2", "400", False), ("b", "inherit", True),
    ],
)  # fmt: skip
def test_bold_is_what_weighs_700(tag: str, weight: str, is_bold: bool) -> None:
    assert inside(tag, {"font-weight": weight}).is_bold is is_bold


@pytest.mark.parametrize(
    ("size", "weight", "is_large"),
    [("24px", "400", True), ("23.9px", "400", False), ("14pt", "700", True), ("18px", "700", False)],
)  # fmt: skip
def test_large_is_18_points_or_14_in_bold(size: str, weight: str, is_large: bool) -> None:
    assert inside("p", {"font-size": size, "font-weight": weight}).is_large is is_large
