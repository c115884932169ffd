"""Search indexes against the rows they were made from, and against what they name in the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tearsheet import search
from tearsheet.audit.finding import Finding, found
from tearsheet.audit.inventory import Inventory
from tearsheet.storage import Store


def indexes(store: Store, inventory: Inventory, topics: Iterable[str]) -> Iterator[Finding]:
    """The indexes of topics, and of those that are not configured any more."""
    held = {key.split("/")[1] for key in inventory.keys if key.startswith("search/")}
    for topic in sorted({*topics} | held):
        if behind := search.stale(store, topic):
            yield found("search.stale", f"search/{topic}/index.json", f"of {', '.join(behind)}", topic)
        for month in search.lost(store, topic):
            yield found("search.missing", f"search/{topic}/{month}", "not what index.json names", topic)
        for key in search.left(store, topic):
            yield found("search.left", key, "index.json does not name it", key)
