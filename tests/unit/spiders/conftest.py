"""A desk for every test of a crawl."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.spiders.press import Desk

from tearsheet.storage import Store


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    """A desk whose sites are closed after the test."""
    desk = Desk(store)
    yield desk
    for site in desk.sites:
        site.close()
