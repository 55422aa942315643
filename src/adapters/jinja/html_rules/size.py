"""Mail programs that cut off what is too long."""

from collections.abc import Iterator

from adapters.jinja.html_rules.flaw import Flaw

# Gmail shows so much of a mail's HTML, then "Message clipped"; it publishes no exact number of bytes.
GMAIL_LIMIT_BYTES = 102_000


def clipped(html: str) -> Iterator[Flaw]:
    """Find HTML that Gmail does not show to its end."""
    size = len(html.encode())
    if size > GMAIL_LIMIT_BYTES:
        what = f"is {size:,} bytes of HTML, and Gmail cuts off what is over 102 kB"
        yield Flaw(what, "say less, or write styles once instead of in every cell")
