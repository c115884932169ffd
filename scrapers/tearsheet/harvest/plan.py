"""The plan of a night: written once, by the night's first run, and used by every later one.

``runs/<collection>/<night>/plan.json`` holds the sources as they were declared, their batches, the digest of the whole
configuration, the rights policy and the snapshots of what earlier nights taught of the sources. A re-run therefore
gives the same rows after sources, their rules, limits, topics or the policy have changed, and after later nights have
taught more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from tearsheet.config import digest
from tearsheet.config.models import Collection, Configuration, RightsPolicy, Source
from tearsheet.errors import ConfigError, ObjectExists, ObjectMissing, RecordError
from tearsheet.harvest.learned import known_before
from tearsheet.model import ROBOT
from tearsheet.storage import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Sources that one crawling process takes."""

    id: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a night sets out to do; ``learned`` maps source ids to the hashes of what is known of them.

    ``robot`` is the name by which sites may speak to us alone, in lower case.
    """

    collection: str
    night: str
    timezone: str
    max_minutes: int
    planned_at: datetime
    config: str
    sources: tuple[Source, ...]
    batches: tuple[Batch, ...]
    learned: dict[str, str] = field(default_factory=dict)
    robot: str = ROBOT
    rights: RightsPolicy = field(default_factory=RightsPolicy)

    def source(self, source_id: str) -> Source:
        """A planned source by its id."""
        return next(source for source in self.sources if source.id == source_id)


PLAN = TypeAdapter(Plan)


def plan_key(collection: str, night: str) -> str:
    """Where a night's plan stands."""
    return f"runs/{collection}/{night}/plan.json"


def load_plan(store: Store, collection: str, night: str) -> Plan | None:
    """The plan of a night, None if nobody planned it yet."""
    key = plan_key(collection, night)
    try:
        return PLAN.validate_json(store.get(key))
    except ObjectMissing:
        return None
    except ValidationError as error:
        raise RecordError(
            f"{store.url(key)} is not a plan ({error}); move it away, then the night is planned anew"
        ) from error


def make_plan(store: Store, configuration: Configuration, collection_id: str, night: str) -> Plan:
    """The night's plan: the stored one if there is one, else drawn up from the configuration and stored.

    Raises:
        ConfigError: no such collection, or none of its sources is enabled.
    """
    if stored := load_plan(store, collection_id, night):
        return stored
    collection = configuration.collection(collection_id)
    sources = tuple(source for source in collection.sources if source.enabled)
    if not sources:
        raise ConfigError(
            f"config/collections/{collection_id}.yaml: sources: none is enabled; set `enabled: true` on at least one"
        )
    drawn = Plan(
        collection=collection_id,
        night=night,
        timezone=collection.timezone,
        max_minutes=collection.limits.max_minutes,
        planned_at=datetime.now(UTC),
        config=digest(configuration),
        sources=sources,
        batches=_batches([source.id for source in sources], configuration.settings.fetch.sources_per_batch),
        learned=known_before(store, sources, night),
        robot=configuration.settings.fetch.robot,
        rights=configuration.settings.rights,
    )
    try:
        store.put_new(plan_key(collection_id, night), PLAN.dump_json(drawn, indent=1))
    except ObjectExists:  # another run was first, and its plan is the night's
        return make_plan(store, configuration, collection_id, night)
    return drawn


def night_of(collection: Collection, at: datetime) -> str:
    """The night an instant belongs to: its day in the collection's time zone."""
    return at.astimezone(collection.zone).date().isoformat()


def _batches(sources: list[str], size: int) -> tuple[Batch, ...]:
    """Every n-th source to a batch, so that neighbours in the file (often one publisher's) are spread."""
    count = -(-len(sources) // size)
    return tuple(Batch(id=f"b{n:03d}", sources=tuple(sources[n::count])) for n in range(count))
