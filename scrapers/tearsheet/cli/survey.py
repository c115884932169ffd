"""What one source answers today: its robots.txt, homepage, feeds, sitemaps and declared sections, asked politely.

At most ``MOST`` channels of each kind are asked: a survey is short, the harvest takes its time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from tearsheet.cli.polite import FORBIDDEN, Answer, NoAnswer, PoliteClient
from tearsheet.config.models import FetchSettings, Source
from tearsheet.discover.channel import ChannelPage
from tearsheet.discover.feeds import parse_feed
from tearsheet.discover.pages import parse_page
from tearsheet.discover.robots import Robots
from tearsheet.discover.sitemaps import parse_sitemap
from tearsheet.errors import ConfigError, RecordError
from tearsheet.model import ChannelKind
from tearsheet.spiders.hosts import is_loopback
from tearsheet.spiders.job import ChannelReport

MOST = 3
SITEMAPS = (ChannelKind.SITEMAP, ChannelKind.NEWS_SITEMAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One source. ``robots``: rules, none, closed; ``found``: channels by kind, asked or not; ``refused`` by robots."""

    source: str
    robots: str
    channels: tuple[ChannelReport, ...]
    found: dict[str, int]
    refused: int
    problems: tuple[str, ...]


def survey(source: Source, client: PoliteClient) -> Survey:
    """Ask one source; what does not answer is told, never raised."""
    return _Surveyor(source, client).survey()


@dataclass(slots=True)
class _Surveyor:
    source: Source
    client: PoliteClient
    reports: list[ChannelReport] = field(default_factory=list)

    def survey(self) -> Survey:
        source = self.source
        robots = self.client.robots(source.homepage, delay=source.limits.delay)
        front = self._ask(source.homepage, ChannelKind.FRONT_PAGE)
        linked = {kind: [url for url, found in front.channels if found is kind] for kind in ChannelKind}
        feeds = linked[ChannelKind.FEED] if source.feeds is None else list(source.feeds)
        sections = linked[ChannelKind.SECTION] if source.sections is None else list(source.sections)
        self._ask_all(feeds[:MOST], ChannelKind.FEED)
        self._ask_all((source.sections or ())[:MOST], ChannelKind.SECTION)
        sitemaps = self._ask_sitemaps(robots)
        return Survey(
            source=source.id,
            robots="closed" if robots.closed else "rules" if robots.rules else "none",
            channels=tuple(self.reports),
            found={"feeds": len(feeds), "sitemaps": sitemaps, "sections": len(sections)},
            refused=sum(report.error == FORBIDDEN for report in self.reports),
            problems=tuple(self._problems()),
        )

    def _ask_all(self, urls: Iterable[str], kind: ChannelKind) -> None:
        for url in urls:
            self._ask(url, kind)

    def _ask_sitemaps(self, robots: Robots) -> int:
        """Those declared or named by robots.txt, else the usual one, then what an index names; how many there are."""
        declared = robots.sitemaps if self.source.sitemaps is None else self.source.sitemaps
        guess = [urljoin(self.source.homepage, "/sitemap.xml")] if self.source.sitemaps is None else []
        waiting = deque(declared or guess)
        there = len(waiting)
        for _ in range(MOST):
            if waiting:
                page = self._ask(waiting.popleft(), ChannelKind.SITEMAP)
                children = [url for url, kind in page.channels if kind in SITEMAPS]
                waiting.extendleft(reversed(children))
                there += len(children) - bool(self.reports[-1].error)
        return there

    def _ask(self, url: str, kind: ChannelKind) -> ChannelPage:
        """What a channel names, nothing where it does not answer; reported either way."""
        error = None
        try:
            status, page = self._channel(url, kind)
        except NoAnswer as failure:
            status, page, error = failure.status, ChannelPage(), str(failure)
        self.reports.append(ChannelReport(url=url, kind=kind, status=status, named=len(page.entries), error=error))
        return page

    def _channel(self, url: str, kind: ChannelKind) -> tuple[int | None, ChannelPage]:
        answer = self.client.ask(url, delay=self.source.limits.delay)
        try:
            return answer.status, _read(answer, kind)
        except RecordError as error:
            raise NoAnswer(str(error), answer.status) from error

    def _problems(self) -> Iterable[str]:
        """What somebody declared and does not answer, and that nothing is named at all."""
        declared = {self.source.homepage, *(self.source.feeds or ()), *(self.source.sitemaps or ())}
        declared.update(self.source.sections or ())
        for report in self.reports:
            if report.error and report.url in declared:
                yield f"{report.url}: {report.error}"
        if not any(report.named for report in self.reports):
            yield "nothing names a page"


def _read(answer: Answer, kind: ChannelKind) -> ChannelPage:
    if kind is ChannelKind.FEED:
        return parse_feed(answer.body, answer.url, answer.media_type)
    if kind in SITEMAPS:
        return parse_sitemap(answer.body, answer.url)
    return parse_page(answer.body, answer.url, kind)


def refuse_without_contact(urls: Iterable[str], settings: FetchSettings) -> None:
    """Other people's sites are asked only by somebody they can write to.

    Raises:
        ConfigError: ``fetch.contact`` is not set, and an address is not on this machine.
    """
    strangers = [url for url in urls if not is_loopback(url)]
    if strangers and not settings.contact:
        raise ConfigError(
            f"fetch.contact is not set, and {strangers[0]} is not on this machine: name a mail address or a URL in "
            "tearsheet.yaml or TEARSHEET_FETCH__CONTACT, so that sites know whom to turn to"
        )
