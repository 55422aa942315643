"""Colours in every way that mails write them."""

import pytest

from adapters.jinja.html_rules.colour import BLACK, WHITE, Colour, colours_in, contrast, parse_colour


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#fff", WHITE), (" #FFFFFF ", WHITE), ("white", WHITE), ("Black", BLACK),
        ("rebeccapurple", Colour(102, 51, 153)),
        ("rgb(1, 2, 3)", Colour(1, 2, 3)), ("rgb(1 2 3 / 50%)", Colour(1, 2, 3, 0.5)),
        ("rgba(1,2,3,.25)", Colour(1, 2, 3, 0.25)), ("rgb(100%, 0%, 0%)", Colour(255, 0, 0)),
        ("hsl(0, 100%, 50%)", Colour(255, 0, 0)), ("hsl(120deg 100% 50%)", Colour(0, 255, 0)),
        ("#0000", Colour(0, 0, 0, 0)), ("transparent", Colour(0, 0, 0, 0)), ("#ff000080", Colour(255, 0, 0, 128 / 255)),
    ],
)  # fmt: skip
def test_a_colour_is_read(text: str, colour: Colour) -> None:
    parsed = parse_colour(text)

    assert parsed is not None
    assert parsed == pytest.approx(colour)


@pytest.mark.parametrize("text", ["", "inherit", "#ff", "#ggg", "fff", "rgb(1,2)", "var(--x)", "url(red)", "reddish"])
def test_what_is_no_colour_is_none(text: str) -> None:
    assert parse_colour(text) is None


def test_the_colours_of_a_gradient_are_found() -> None:
    gradient = "linear-gradient(180deg, #1d2a5c 0%, rgb(0, 0, 0) 38%, red)"

    assert colours_in(gradient.partition("(")[2]) == [Colour(29, 42, 92), BLACK, Colour(255, 0, 0)]


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#fff", 21.0), ("#fff", "#fff", 1.0), ("#777", "#fff", 4.478), ("#00f", "#fff", 8.592)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    """Figures of https://webaim.org/resources/contrastchecker/."""
    first, second = parse_colour(one), parse_colour(other)

    assert first
    assert second
    assert contrast(first, second) == contrast(second, first) == pytest.approx(ratio, abs=0.001)
