"""The resolved configuration: what every stage is handed once the YAML files are read and found right.

How it stands in the files is ``files.py``; ``load.py`` turns one into the other. Field descriptions are the
reference: docs/reference-config.md and docs/schema/ are generated from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from tearsheet.config.cron import a_schedule
from tearsheet.config.rules import (
    a_contact,
    a_country,
    a_language,
    a_network,
    a_proxy,
    a_selector,
    a_user,
    a_user_agent,
    a_web_address,
    a_zone,
    listed,
)
from tearsheet.errors import ConfigError
from tearsheet.model import SourceRule

IDENTIFIER = r"^[a-z0-9][a-z0-9-]{0,62}$"
WEB_ADDRESS = r"^https?://[^\s]+$"
COUNTRY = r"^[A-Z]{2}$"
LANGUAGE = r"^[a-z]{2,3}$"
BUCKET = r"^s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/[^\s?#@]*)?$"

Identifier = Annotated[str, Field(pattern=IDENTIFIER)]
HttpUrl = Annotated[str, Field(pattern=WEB_ADDRESS), AfterValidator(a_web_address)]
HttpProxy = Annotated[str, Field(pattern=WEB_ADDRESS), AfterValidator(a_proxy)]
Country = Annotated[str, Field(pattern=COUNTRY), AfterValidator(a_country)]
Language = Annotated[str, Field(pattern=LANGUAGE), AfterValidator(a_language)]
Selector = Annotated[str, Field(min_length=1), AfterValidator(a_selector)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(a_network)], ...], BeforeValidator(listed)]
Users = Annotated[tuple[Annotated[str, AfterValidator(a_user)], ...], BeforeValidator(listed)]
Days = Annotated[int, Field(ge=1, le=36_500)]


class Strict(BaseModel):
    """No key that is not known, no value that is not what it says."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Expect(Strict):
    """What a source should give each night; less makes its verdict *failed*, and never blocks publishing."""

    min_articles: int = Field(0, ge=0, description="articles a night, at least")


class Limits(Strict):
    """How a source is crawled; set for a collection under ``defaults`` and overridden source by source."""

    lookback_days: int | None = Field(
        7, ge=0, le=36_500, description="what its channel dates more days before the night is not asked; null: no limit"
    )
    max_pages: int = Field(500, ge=1, description="pages a source and night; the rest is pending")
    delay: float = Field(1.0, ge=0, le=3600, description="seconds between two requests to one site")
    revisit: tuple[Days, ...] = Field(
        (1, 7), description="nights after the first capture on which a page is asked again; []: never"
    )
    max_minutes: int = Field(240, ge=1, le=1440, description="minutes a night; the rest is pending")
    max_depth: int = Field(1, ge=0, le=5, description="links followed from the front page to sections to their pages")


class RuleDeclaration(Strict):
    """What is known of the pages of one source: CSS selectors, and the days of fetching for which they hold."""

    cut: tuple[Selector, ...] = Field((), description="CSS selectors of what is no text; it goes to the ledger")
    keep: tuple[Selector, ...] = Field((), description="CSS selectors of what is text, whatever else speaks against it")
    title: Selector | None = Field(None, description="CSS selector of the headline; the first match with words")
    authors: Selector | None = Field(None, description="CSS selector of the authors' names; all matches")
    since: date | None = Field(None, description="first day of fetching (UTC), YYYY-MM-DD")
    until: date | None = Field(None, description="last day of fetching (UTC), YYYY-MM-DD")

    @property
    def rule(self) -> SourceRule:
        """As the stages are handed it."""
        return SourceRule(**dict(self))


class SourceDeclaration(Strict):
    """One outlet, as it is declared."""

    id: Identifier = Field(description="name in tables, statistics and file names; unique over all collections")
    name: str = Field(min_length=1, description="the outlet's name as people write it")
    homepage: HttpUrl = Field(description="the front page, where discovery starts")
    country: Country = Field(description="ISO 3166-1 alpha-2, such as KZ")
    language: Language = Field(description="ISO 639, such as kk")
    feeds: tuple[HttpUrl, ...] | None = Field(None, description="RSS, Atom or RDF; discovered when left out; []: none")
    sitemaps: tuple[HttpUrl, ...] | None = Field(
        None, description="sitemaps or their indexes; discovered when left out; []: none"
    )
    sections: tuple[HttpUrl, ...] | None = Field(
        None, description="pages that list articles; discovered when left out; []: none"
    )
    enabled: bool = Field(True, description="false: not crawled; needs a reason")
    reason: str | None = Field(None, min_length=1, description="why it is not enabled")
    expect: Expect = Field(Expect(), description="what this source should give each night")
    rules: tuple[RuleDeclaration, ...] = Field((), description="how its pages are read where that goes wrong")


class Source(SourceDeclaration):
    """One outlet with the limits that hold for it."""

    limits: Limits = Limits()


class CollectionDeclaration(Strict):
    """Sources that share a schedule: what a file says of all of them."""

    title: str | None = Field(None, description="what people read in place of the id")
    schedule: Annotated[str, AfterValidator(a_schedule)] | None = Field(
        None, description="five cron fields in the collection's time zone; null: by hand only"
    )
    timezone: Annotated[str, AfterValidator(a_zone)] = Field(
        "UTC", description="IANA time zone: the night is the run's day there"
    )
    verified: bool = Field(True, description="false: nobody has checked these sources against the live web yet")


class Collection(CollectionDeclaration):
    """Sources that share a schedule; ``id`` is the file's name."""

    id: Identifier
    limits: Limits = Limits()
    sources: tuple[Source, ...]

    def only(self, sources: Iterable[str]) -> frozenset[str]:
        """The ids of some of its sources.

        Raises:
            ConfigError: one is none of them.
        """
        known = [source.id for source in self.sources]
        if unknown := sorted({*sources} - {*known}):
            raise ConfigError(f"{self.id} has no source {', '.join(unknown)}; it has {', '.join(known)}")
        return frozenset(sources)

    @property
    def zone(self) -> ZoneInfo:
        """The collection's time zone."""
        return ZoneInfo(self.timezone)


class TopicDeclaration(Strict):
    """A query over clean text, as it is declared."""

    title: str = Field(min_length=1, description="what people read in place of the id")
    description: str | None = Field(None, description="what belongs to the topic and what does not")
    query: str = Field(
        min_length=1,
        description="Lucene syntax: AND OR NOT, phrases, wildcards, proximity, fields such as title: and tag:",
    )
    languages: tuple[Language, ...] = Field(
        (), description="ISO 639; []: all; undetermined languages are never excluded"
    )
    collections: tuple[Identifier, ...] = Field(min_length=1, description="ids of the collections it reads")
    since: date | None = Field(None, description="first night, YYYY-MM-DD")
    until: date | None = Field(None, description="last night, YYYY-MM-DD")


class Topic(TopicDeclaration):
    """A query over clean text; ``id`` is the file's name."""

    id: Identifier


class FetchSettings(Strict):
    """How this installation fetches."""

    contact: Annotated[str, AfterValidator(a_contact)] | None = Field(
        None,
        description="mail address or URL that stands in the User-Agent; without it only loopback hosts are asked",
    )
    user_agent: Annotated[str, AfterValidator(a_user_agent)] = Field(
        "Tearsheet/{version} (+{contact})", description="{version} and {contact} are filled in"
    )
    proxy: HttpProxy | None = Field(
        None, repr=False, description="proxy URL; else the environment's http_proxy, https_proxy, no_proxy"
    )
    private_networks: Networks = Field(
        (), description="networks outside the public internet that may be asked, such as 10.1.0.0/16"
    )
    timeout: float = Field(30.0, gt=0, le=3600, description="seconds a response may take")
    max_bytes: int = Field(10_000_000, ge=10_000, description="bytes of a body as received")
    max_redirects: int = Field(5, ge=0, le=20, description="redirects followed for one URL")
    retries: int = Field(2, ge=0, le=20, description="times a failed request is asked again in the same night")
    max_retry_after: float = Field(
        120.0, ge=0, le=86_400, description="seconds; a longer Retry-After makes the URL pending"
    )
    sources_per_batch: int = Field(20, ge=1, description="sources one crawling process takes")
    segment_bytes: int = Field(
        32_000_000, ge=100_000, description="bytes of a WARC at which it is rotated and uploaded"
    )
    segment_seconds: float = Field(60.0, gt=0, description="seconds after which a WARC is rotated and uploaded")
    segment_captures: int = Field(500, ge=1, description="captures at which a WARC is rotated and uploaded")

    @property
    def agent(self) -> str:
        """The User-Agent as it is sent."""
        return self.user_agent.format(version=version("tearsheet"), contact=self.contact or "loopback only")

    @property
    def robot(self) -> str:
        """What sites call it that speak to one robot by its name: the product token, in lower case."""
        return re.split(r"[\s/]", self.agent.strip(), maxsplit=1)[0].lower()


class ExtractSettings(Strict):
    """How pages are turned into documents."""

    workers: int | None = Field(None, ge=1, description="worker processes; null: one a core")
    cpu_seconds: float = Field(20.0, gt=0, description="CPU seconds a page may take")
    memory_bytes: int = Field(2_000_000_000, ge=400_000_000, description="memory a worker may take, bytes")


class StoreSettings(Strict):
    """Where the archive stands. Credentials come from the environment (AWS_*) as boto3 reads them."""

    url: str | None = Field(
        None,
        pattern=BUCKET,
        description="s3://bucket/prefix; null: the embedded server in var/",
    )
    checksums: bool = Field(True, description="false for stores that reject checksum trailers (R2, B2)")
    conditional_writes: bool = Field(True, description="false: this store has none, and only one writer may run")
    lease_seconds: float = Field(
        600.0, ge=1, le=86_400, description="seconds after which a night whose run is not heard of is anybody's"
    )
    timeout: float = Field(60.0, gt=0, description="seconds of silence after which a request is given up and repeated")


class Handling(Strict):
    """What is done with the pages that give one rights signal, unless they give a stricter one."""

    action: Literal["keep", "keep_without_text", "do_not_fetch"] = Field(
        "keep",
        description="keep_without_text: a row, drop.rights, without text; do_not_fetch: nor is the page asked again",
    )
    share: bool = Field(True, description="false: left out of releases, shares and what is pulled as shareable")


class Withheld(Handling):
    """As ``Handling``, and not passed on unless that is said."""

    share: bool = Field(False, description="false: left out of releases, shares and what is pulled as shareable")


class RightsPolicy(Strict):
    """What rights signals come to here. What robots.txt disallows is never asked, whatever stands here."""

    noarchive: Withheld = Field(Withheld(), description="no copies are to be shown; also nocache")
    noai: Withheld = Field(Withheld(), description="not for artificial intelligence")
    noimageai: Handling = Field(Handling(), description="its images are not for artificial intelligence")
    tdm_reservation: Withheld = Field(Withheld(), description="text and data mining is reserved (TDMRep: 1)")
    noindex: Handling = Field(Handling(), description="not to be listed by search engines; also none")
    nosnippet: Handling = Field(Handling(), description="no extracts in search results")


class ReleaseSettings(Strict):
    """Who answers for releases."""

    publisher: str = Field(
        "Operator of a Tearsheet archive", min_length=1, description="the author that citations of releases name"
    )


class WebSettings(Strict):
    """To whom ``tearsheet serve`` shows the archive. Beyond this machine all three are needed."""

    users: Users = Field(
        (),
        repr=False,
        description="who may sign in: lines of `python -m tearsheet.web.login NAME`; []: nobody is asked",
    )
    certificate: Path | None = Field(None, description="file with the TLS certificate and its chain, PEM")
    key: Path | None = Field(None, description="file with the certificate's private key, PEM")


class Settings(Strict):
    """config/tearsheet.yaml, overridden by environment variables ``TEARSHEET_*``."""

    store: StoreSettings = Field(StoreSettings(), description="where the archive stands")
    fetch: FetchSettings = Field(FetchSettings(), description="how this installation fetches")
    extract: ExtractSettings = Field(ExtractSettings(), description="how pages are turned into documents")
    rights: RightsPolicy = Field(RightsPolicy(), description="what rights signals come to")
    release: ReleaseSettings = Field(ReleaseSettings(), description="what releases say of this installation")
    web: WebSettings = Field(WebSettings(), description="to whom `tearsheet serve` shows the archive")


class Configuration(Strict):
    """All of it, loaded."""

    settings: Settings
    collections: dict[str, Collection]
    topics: dict[str, Topic]

    def collection(self, name: str) -> Collection:
        """A collection by its id.

        Raises:
            ConfigError: there is none.
        """
        if name not in self.collections:
            known = ", ".join(sorted(self.collections)) or "none"
            raise ConfigError(f"no collection is called {name!r}; known are: {known}")
        return self.collections[name]

    def source(self, name: str) -> Source:
        """A source by its id, which is unique over all collections.

        Raises:
            ConfigError: there is none.
        """
        sources = {source.id: source for collection in self.collections.values() for source in collection.sources}
        if name not in sources:
            known = ", ".join(sorted(sources)) or "none"
            raise ConfigError(f"no source is called {name!r}; known are: {known}")
        return sources[name]
