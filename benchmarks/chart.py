"""Results as bars in an SVG file."""

from collections.abc import Sequence
from html import escape

from benchmarks.figures import Result

_WIDTH, _LABELS, _NUMBERS = 720, 260, 90
_ROW, _TITLE, _MARGIN = 26, 34, 14
_OURS, _OTHERS = "#1f6feb", "#9aa4b2"


def chart_of(results: Sequence[Result]) -> str:
    """Draw the first figure of each result, one panel below the other; less is shorter."""
    parts, top = [], _MARGIN
    for result in results:
        panel = _panel(result, top)
        parts += panel
        top += _TITLE + _ROW * len(result.series) + _MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top}" viewBox="0 0 {_WIDTH} {top}" '
        'font-family="sans-serif" font-size="13">'
    )
    # Not transparent: pages are read in the dark, too.
    background = f'<rect width="{_WIDTH}" height="{top}" fill="#ffffff"/>'
    return "\n".join([head, background, *parts, "</svg>", ""])


def _panel(result: Result, top: int) -> list[str]:
    figure = result.figures[0]
    values = [series.median(figure) or 0.0 for series in result.series]
    scale = (_WIDTH - _LABELS - _NUMBERS) / (max(values) or 1.0)
    title = f"{result.title}: {figure}"
    parts = [f'<text x="{_MARGIN}" y="{top + 16}" font-weight="bold">{escape(title)}</text>']
    for row, (series, value) in enumerate(zip(result.series, values, strict=True)):
        y = top + _TITLE + row * _ROW
        colour = _OURS if series.label.startswith("takeoff") else _OTHERS
        bar = max(value * scale, 1.0)
        parts += [
            f'<text x="{_LABELS - 8}" y="{y + 14}" text-anchor="end">{escape(series.label)}</text>',
            f'<rect x="{_LABELS}" y="{y}" width="{bar:.1f}" height="{_ROW - 6}" fill="{colour}"/>',
            f'<text x="{_LABELS + bar + 6:.1f}" y="{y + 14}">{value:,.3g}</text>'
            if value < 100
            else f'<text x="{_LABELS + bar + 6:.1f}" y="{y + 14}">{value:,.0f}</text>',
        ]
    return parts
