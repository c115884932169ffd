"""The outcomes of a night: each candidate's one end, merged over all attempts and the published rows.

A row decides (article, drop.*). Without one, a source's later attempt replaces its earlier, but a final outcome is
never replaced by a pending one; of several sources that named one document, the one that asked speaks.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from tearsheet import tombstones
from tearsheet.errors import InvariantError, ObjectMissing, RecordError
from tearsheet.model import CAPTURED, Outcome
from tearsheet.spiders.job import FetchReport
from tearsheet.storage import Store
from tearsheet.tombstones import NONE, Tombstones

DAMAGED = "pending.damaged"
"""It was captured, and the WARC that held it cannot be read to its end."""

_SPEAKS = {"failed": 3, "pending": 2, "skipped": 1}
_OUTCOMES = TypeAdapter(list[Outcome])


def merge(
    reports: Iterable[FetchReport],
    rows: Iterable[Outcome],
    damage: Callable[[], Sequence[str]] = tuple,
    taken_down: Tombstones = NONE,
) -> list[Outcome]:
    """One outcome a document id, by document id. ``reports`` in the order of their attempts.

    ``damage`` says what is wrong with the night's WARCs and is asked only if a captured page has no row: such a page
    was in a damaged one, and is to be asked again. What was ``taken_down`` since a report was written is no capture
    any more.

    Raises:
        InvariantError: a page was captured and has no row, and no WARC is damaged.
    """
    by_source: dict[tuple[str, str], Outcome] = {}
    for report in reports:
        for outcome in report.outcomes:
            key = (outcome.document_id, outcome.source)
            told = bared(outcome) if taken_down.hold(*key) else outcome
            by_source[key] = _later(by_source.get(key), told)
    merged = {row.document_id: row for row in rows}
    for (document_id, _), outcome in sorted(by_source.items()):
        held = merged.get(document_id)
        if outcome.outcome == CAPTURED:
            if held is None or held.family not in {"article", "drop"}:
                merged[document_id] = _lost(outcome, damage())
        elif held is None or _SPEAKS.get(outcome.family, 0) > _SPEAKS.get(held.family, 9):
            merged[document_id] = outcome
    return [merged[document_id] for document_id in sorted(merged)]


def _lost(captured: Outcome, damage: Sequence[str]) -> Outcome:
    if not damage:
        raise InvariantError(
            f"{captured.url} was captured for {captured.source}, and no WARC of the night holds it; "
            "was one deleted under raw/? `tearsheet explain` shows what is known of it"
        )
    return replace(captured, outcome=DAMAGED, detail="; ".join(damage))


def bared(outcome: Outcome) -> Outcome:
    """What is left of the outcome of a candidate that was taken down: nothing that its channels said of it."""
    return Outcome(document_id=outcome.document_id, url=outcome.url, source=outcome.source, outcome=tombstones.OUTCOME)


def _later(earlier: Outcome | None, later: Outcome) -> Outcome:
    if earlier is not None and later.family == "pending" and earlier.family != "pending":
        return earlier
    return later


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many candidates ended how, most first."""
    return dict(Counter(outcome.outcome for outcome in outcomes).most_common())


def outcomes_key(collection: str, night: str) -> str:
    """Where a night's outcomes stand."""
    return f"runs/{collection}/{night}/outcomes.json.gz"


def save_outcomes(store: Store, collection: str, night: str, outcomes: list[Outcome]) -> None:
    """Replace the night's outcomes."""
    store.put(outcomes_key(collection, night), gzip.compress(_OUTCOMES.dump_json(outcomes), 6, mtime=0))


def load_outcomes(store: Store, collection: str, night: str) -> list[Outcome]:
    """The outcomes of a published night; none of one that was never published."""
    key = outcomes_key(collection, night)
    try:
        return _OUTCOMES.validate_json(gzip.decompress(store.get(key)))
    except ObjectMissing:
        return []
    except (ValidationError, OSError, EOFError) as error:
        raise RecordError(
            f"{store.url(key)} holds no outcomes ({error}); run the night again, which writes them anew"
        ) from error


def by_source(outcomes: Iterable[Outcome]) -> Mapping[str, list[Outcome]]:
    """Outcomes grouped by source."""
    grouped: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        grouped.setdefault(outcome.source, []).append(outcome)
    return grouped
