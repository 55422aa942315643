"""Results as a chart."""

from xml.etree import ElementTree

from benchmarks.chart import chart_of
from tests.unit.benchmarks.results import RESULT

SVG = "{http://www.w3.org/2000/svg}"


def test_the_bars_are_as_long_as_the_figures_are_high() -> None:
    drawing = ElementTree.fromstring(chart_of([RESULT]))
    _background, ours, theirs = (float(bar.attrib["width"]) for bar in drawing.iter(f"{SVG}rect"))
    assert abs(theirs / ours - 3) < 0.01


def test_every_panel_lies_within_the_picture_and_its_labels_are_text() -> None:
    drawing = ElementTree.fromstring(chart_of([RESULT, RESULT]))
    texts = list(drawing.iter(f"{SVG}text"))
    assert [text.text for text in texts].count("R&D <old>") == 2
    assert max(float(text.attrib["y"]) for text in texts) < float(drawing.attrib["height"])
