"""What stands in the store and what the logs name: one listing, the plans, the fingerprints of published nights."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tearsheet.archive.keys import INDEX_SUFFIX, WARC_SUFFIXES
from tearsheet.audit.finding import Finding, found
from tearsheet.errors import RecordError
from tearsheet.harvest.plan import Plan, load_plan, plan_key
from tearsheet.storage import Store
from tearsheet.tables import documents

Key = tuple[str, str]
"""(collection, night)."""

_OF_A_NIGHT = re.compile(r"(?:raw|runs)/([^/]+)/(\d{4}-\d{2}-\d{2})/.")
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be audited: one collection or all, nights from ``since`` to ``until``, the share extracted again."""

    collection: str | None = None
    since: str | None = None
    until: str | None = None
    sample: float = 0.01

    def covers(self, key: Key) -> bool:
        """Whether a night is asked for."""
        collection, night = key
        return self.collection in {None, collection} and (self.since or "") <= night <= (self.until or "9")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The keys of all objects; by night the WARCs, the plan and the fingerprint of its commit.

    ``nights`` are those that are asked for, ascending; plans and fingerprints are of all. ``planless``: why a night
    has no plan.
    """

    asked: Asked
    keys: frozenset[str]
    nights: tuple[Key, ...]
    segments: Mapping[Key, tuple[str, ...]]
    plans: Mapping[Key, Plan]
    planless: Mapping[Key, str]
    fingerprints: Mapping[Key, int]

    @property
    def published(self) -> list[tuple[Key, Plan]]:
        """All published nights that have a plan, whether asked for or not; nights ascending."""
        held = [(key, plan) for key, plan in self.plans.items() if key in self.fingerprints]
        return sorted(held, key=lambda each: each[0][::-1])


def take(store: Store, asked: Asked) -> Inventory:
    """List the store and read all plans."""
    keys = [info.key for info in store.list()]
    segments: defaultdict[Key, list[str]] = defaultdict(list)
    nights: set[Key] = set()
    for key in keys:
        if of := _OF_A_NIGHT.match(key):
            nights.add((of[1], of[2]))
            if key.startswith("raw/") and key.endswith(WARC_SUFFIXES):
                segments[of[1], of[2]].append(key)
    plans, planless = _plans(store, sorted(nights))
    return Inventory(
        asked=asked,
        keys=frozenset(keys),
        nights=tuple(sorted(filter(asked.covers, nights), key=lambda key: key[::-1])),
        segments={night: tuple(named) for night, named in segments.items()},
        plans=plans,
        planless=planless,
        fingerprints=documents.fingerprints(store, nights),
    )


def planless(inventory: Inventory) -> Iterator[Finding]:
    """Nights without a plan."""
    for night in inventory.nights:
        if night in inventory.planless:
            yield found("plan.missing", plan_key(*night), inventory.planless[night])


def lost_segments(inventory: Inventory, night: Key) -> Iterator[Finding]:
    """WARCs of which only the index is left."""
    for key in inventory.keys:
        warc = key.removesuffix(INDEX_SUFFIX)
        if key.startswith(f"raw/{night[0]}/{night[1]}/") and warc != key and warc not in inventory.keys:
            yield found("warc.missing", warc, "its index is there")


def _plans(store: Store, nights: Iterable[Key]) -> tuple[dict[Key, Plan], dict[Key, str]]:
    def read(night: Key) -> Plan | str:
        try:
            return load_plan(store, *night) or "there is none"
        except RecordError as error:
            return str(error)

    keys = list(nights)
    with ThreadPoolExecutor(_AT_ONCE, "plans") as reading:
        read_plans = dict(zip(keys, reading.map(read, keys), strict=True))
    plans = {key: plan for key, plan in read_plans.items() if isinstance(plan, Plan)}
    return plans, {key: why for key, why in read_plans.items() if isinstance(why, str)}
