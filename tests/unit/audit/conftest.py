"""An archive of two nights and a topic, made once and copied for each test, which may then damage its copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from tests.unit.harvest.conftest import COLLECTION, CONFIGURATION, Paper

from tearsheet import topic
from tearsheet.audit import Asked, Report, audit, repair
from tearsheet.config.models import Configuration, StoreSettings, Topic
from tearsheet.documents.pool import Pool
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore

FIRST, SECOND = "2026-01-12", "2026-01-13"
TOPIC = Topic(id="ports", title="Ports", query="quay AND harbour", collections=(COLLECTION,))
CONFIGURED = CONFIGURATION.model_copy(update={"topics": {TOPIC.id: TOPIC}})


@dataclass(frozen=True)
class Archive:
    """A store with two published nights of one source, and what audits and repairs it."""

    store: Store
    pool: Pool
    configuration: Configuration = CONFIGURED

    def audit(self, **asked: object) -> Report:
        return audit(self.store, self.configuration, self.pool, Asked(**asked))  # type: ignore[arg-type]

    def found(self, **asked: object) -> list[tuple[str, str]]:
        """Kind and place of each finding."""
        return [(finding.kind, finding.place) for finding in self.audit(**asked).findings]

    def repair(self, report: Report | None = None) -> list[tuple[str, str]]:
        """What is left after a repair of what is found, or was."""
        repair(self.store, self.configuration, self.pool, (report or self.audit()).findings)
        return self.found()

    def keys(self, prefix: str, suffix: str = "") -> list[str]:
        return [info.key for info in self.store.list(prefix) if info.key.endswith(suffix)]

    def warc(self, night: str = FIRST) -> str:
        (key,) = self.keys(f"raw/{COLLECTION}/{night}/", ".warc.gz")
        return key


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One extraction process for all tests of a module."""
    with Pool(1) as started:
        yield started


@pytest.fixture(scope="module")
def new_store(embedded: EmbeddedStore) -> Iterator[Callable[[], Store]]:
    """Makes empty stores."""
    made: list[Store] = []

    def make() -> Store:
        url = f"{embedded.url}/test-{uuid4().hex[:12]}"
        made.append(Store(url, settings=StoreSettings(), access=embedded.access))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture(scope="module")
def original(new_store: Callable[[], Store], tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Store:
    """The archive as its nights left it: a night that learned of its own pages, one that knew, the topic over both."""
    paper = Paper(new_store(), tmp_path_factory.mktemp("paper"), pool)
    for night, numbers in ((FIRST, range(6)), (SECOND, range(10, 13))):
        paper.publish(paper.fetch(night, numbers))
    topic.update(paper.store, TOPIC)
    return paper.store


@pytest.fixture
def archive(original: Store, new_store: Callable[[], Store], pool: Pool) -> Archive:
    """A copy of the archive, object by object, with what was noted of each when it was written."""
    copy = new_store()
    for info in original.list():
        source = original.url(info.key).removeprefix("s3://")
        target = copy.url(info.key).removeprefix(f"s3://{copy.bucket}/")
        copy.client.copy_object(Bucket=copy.bucket, Key=target, CopySource=source)
    return Archive(copy, pool)
