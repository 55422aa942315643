"""One browser for all tests of a file."""

from collections.abc import Iterator

import pytest

from tests.integration.services.selection import ServiceNotAvailable, go_without
from tests.integration.templates.browser import Page, chromium, installed_chromium


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    try:
        executable = installed_chromium()
    except ServiceNotAvailable as missing:
        go_without(f"no browser for the layout tests ({missing})")
    with chromium(executable) as page:
        yield page
