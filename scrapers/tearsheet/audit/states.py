"""States against the table: each captured document of a source is one of its seen pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tearsheet import state
from tearsheet.audit.finding import Finding, found
from tearsheet.audit.inventory import Key
from tearsheet.audit.nights import Kept
from tearsheet.errors import RecordError
from tearsheet.state import VISITS_KEPT, SourceState
from tearsheet.storage import Store

Captured = dict[Key, list[tuple[str, str, str]]]
"""By night, what was captured of a source: document, address, digest."""


class Remembered:
    """What the audited nights captured of each source, held against the sources' states when all are known."""

    def __init__(self) -> None:
        self._captured: defaultdict[str, Captured] = defaultdict(dict)

    def night(self, night: Kept) -> None:
        """Note a night's captures."""
        rows = night.rows.select(["source", "document_id", "url", "payload_digest"])
        for source in night.plan.sources:
            self._captured[source.id][night.key] = rows.filter(source=source.id).drop("source").rows()

    def states(self, store: Store) -> Iterator[Finding]:
        """What is wrong with the states of the sources that were noted; one GET each."""
        held = state.held(store)
        for source, captured in sorted(self._captured.items()):
            place = state.key(source)
            if source not in held:
                yield found("state.missing", place, f"{len(captured)} nights are published", source)
                continue
            try:
                known = state.load(store, source)
            except RecordError as error:
                yield found("state.wrong", place, " ".join(str(error).split())[:200], source)
                continue
            if lacking := list(_lacking(known, captured)):
                what = f"{len(lacking)} captured pages are not in it as they are, the first is {lacking[0]}"
                yield found("state.wrong", place, what, source)


def _lacking(known: SourceState, captured: Captured) -> Iterator[str]:
    for (_, night), pages in captured.items():
        for document_id, url, digest in pages:
            seen = known.seen.get(document_id)
            forgotten = seen is not None and len(seen.visits) > VISITS_KEPT and night not in seen.visits
            if not forgotten and (seen is None or night not in seen.visits or seen.visits[night].digest != digest):
                yield f"{url} of {night}"
