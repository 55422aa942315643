"""Results as a table for people and as numbers for programs."""

from benchmarks.figures import Result

_GAP = "  "


def table_of(result: Result) -> str:
    """Write medians, and ratios to the first row where they are compared."""
    rows = _rows(result)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_GAP.join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    return "\n".join([f"{result.title} (medians of {len(result.series[0].runs)})", *lines])


def markdown_of(result: Result) -> str:
    """Write the same as a table of a document."""
    head, *body = _rows(result)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body])


def numbers_of(result: Result) -> dict[str, object]:
    """Every run, and what the table shows."""
    base = result.series[0]
    return {
        "name": result.name,
        "title": result.title,
        "series": [
            {
                "label": series.label,
                "runs": [dict(run) for run in series.runs],
                "medians": {figure: series.median(figure) for figure in result.figures},
                "ratios": {figure: series.ratio(figure, base) for figure in result.compared},
            }
            for series in result.series
        ],
    }


def _rows(result: Result) -> list[list[str]]:
    base = result.series[0]
    rows = [[result.name, *result.figures, *(f"{figure}, ratio" for figure in result.compared)]]
    for series in result.series:
        medians = [_number(series.median(figure)) for figure in result.figures]
        rows.append([series.label, *medians, *(_ratio(series.ratio(figure, base)) for figure in result.compared)])
    return rows


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
