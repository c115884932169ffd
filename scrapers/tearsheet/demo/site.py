"""An outlet as a web site: every page it has on a night, as bytes, by path."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined

from tearsheet.demo.outlets import Article, Outlet, wires
from tearsheet.demo.prose import Piece, pieces

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
_DAYS = {"en": "{month} {day}, {year}", "de": "{day}. {month} {year}", "ru": "{day} {month} {year} г."}
_FEEDS = {"rss": "/feed.xml", "atom": "/atom.xml", "rdf": "/rdf.xml"}
_FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml"}
_XML = "application/xml"
LISTED = timedelta(days=14)
"""How long an article stays on the front page and in feeds; sitemaps name it for good."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a path answers; ``media_type`` with its charset."""

    body: bytes
    media_type: str
    modified: datetime

    @property
    def etag(self) -> str:
        """A strong validator of the bytes."""
        return f'"{sha256(self.body).hexdigest()[:16]}"'


def pages(outlet: Outlet, night: int, port: int) -> dict[str, Page]:
    """All that an outlet shows on a night (1, 2 or 3) at ``http://<host>:<port>``."""
    return dict(_Edition(outlet, night, port).pages())


class _Edition:
    """One outlet on one night."""

    def __init__(self, outlet: Outlet, night: int, port: int) -> None:
        self.outlet = outlet
        self.base = f"http://{outlet.host}:{port}"
        shown = [article for article in outlet.articles if article.shown(night)]
        self._modified = {article.path: article.modified(night) for article in shown}
        self._shown = sorted((a.on(night) for a in shown), key=lambda a: a.published, reverse=True)
        self._published = [article for article in self._shown if article.section in outlet.sections]
        self._newest = max(self._modified.values())
        self._news = [article for article in self._published if self._newest - article.published < LISTED]

    def pages(self) -> Iterator[tuple[str, Page]]:
        yield "/robots.txt", Page(self._robots().encode(), "text/plain; charset=utf-8", self._newest)
        yield "/", self._html(self._newest, listing=self._news, heading=self.outlet.slogan)
        for section, heading in self.outlet.sections.items():
            inside = [article for article in self._news if article.section == section]
            yield f"/{section}/", self._html(self._newest, listing=inside, heading=heading)
        for article in self._shown:
            yield article.path, self._html(self._modified[article.path], article=article)
        for channel in self.outlet.channels:
            yield from self._channel(channel)

    def _robots(self) -> str:
        maps = {"sitemap": "/sitemap.xml", "news-sitemap": "/news-sitemap.xml"}
        lines = [f"Sitemap: {self.base}{maps[channel]}\n" for channel in self.outlet.channels if channel in maps]
        return "".join([self.outlet.robots.replace("{base}", self.base), *lines])

    def _html(
        self,
        modified: datetime,
        *,
        article: Article | None = None,
        listing: list[Article] | None = None,
        heading: str = "",
    ) -> Page:
        charset = self.outlet.charset
        text = self._render(
            f"{self.outlet.template}.html",
            article=article,
            pieces=_prose(article) if article else [],
            credit=wires()[article.wire].credit if article and article.wire else None,
            listing=listing,
            heading=heading,
            modified=modified,
            others=self._others(article) if article else [],
            feeds=[(_FEED_TYPES[c], _FEEDS[c]) for c in self.outlet.channels if c in _FEEDS],
        )
        return Page(text.encode(charset, "xmlcharrefreplace"), f"text/html; charset={charset}", modified)

    def _others(self, article: Article) -> list[Article]:
        """The newest of what was printed by the article's first night: a page must not change with the night."""
        older = [each for each in self.outlet.articles if each.night <= article.night and each.gone is None]
        listed = [each for each in older if each.section in self.outlet.sections and each.path != article.path]
        return sorted(listed, key=lambda each: each.published, reverse=True)[:3]

    def _channel(self, channel: str) -> Iterator[tuple[str, Page]]:
        if channel in _FEEDS:
            yield _FEEDS[channel], self._xml(f"{channel}.xml", self._news, _FEED_TYPES[channel])
        elif channel == "news-sitemap":
            yield "/news-sitemap.xml", self._xml("news-sitemap.xml", self._news)
        else:
            yield from self._sitemaps()

    def _sitemaps(self) -> Iterator[tuple[str, Page]]:
        """An index that names an index that names a gzipped sitemap a month, and one of the standing pages."""
        months = sorted({f"{article.published:%Y-%m}" for article in self._published}, reverse=True)
        named = {
            f"/sitemaps/{month}.xml.gz": [a for a in self._published if f"{a.published:%Y-%m}" == month]
            for month in months
        }
        named["/sitemaps/pages.xml.gz"] = [article for article in self._shown if article not in self._published]
        yield "/sitemap.xml", self._xml("sitemap-index.xml", ["/sitemaps/index.xml"])
        yield "/sitemaps/index.xml", self._xml("sitemap-index.xml", list(named))
        for path, articles in named.items():
            plain = self._xml("sitemap.xml", articles)
            yield path, Page(gzip.compress(plain.body, mtime=0), "application/gzip", plain.modified)

    def _xml(self, template: str, entries: list[Article] | list[str], media_type: str = _XML) -> Page:
        return Page(self._render(template, entries=entries).encode(), f"{media_type}; charset=utf-8", self._newest)

    def _render(self, template: str, **values: object) -> str:
        edition = {"outlet": self.outlet, "base": self.base, "newest": self._newest, "changed": self._modified}
        return _ENVIRONMENT.get_template(template).render(**edition, **values)


def _prose(article: Article) -> list[Piece]:
    """An article's own text, then the agency's story if it prints one."""
    own = pieces(article.text)
    if article.wire is None:
        return own
    story = pieces(wires()[article.wire].text)
    return [*own, *(story[:-1] if article.cut else story)]


def _day(moment: datetime, language: str) -> str:
    """A date as the outlet's language prints it."""
    month = _MONTHS[language].split()[moment.month - 1]
    return _DAYS[language].format(day=moment.day, month=month, year=moment.year)


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


_ENVIRONMENT = Environment(
    loader=PackageLoader("tearsheet.demo"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {"day": _day, "rfc822": _rfc822, "w3c": datetime.isoformat}
